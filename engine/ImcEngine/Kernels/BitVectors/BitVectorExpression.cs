namespace ImcEngine.Kernels.BitVectors;

/// <summary>A vector of a <see cref="BitVectorBuilder{TLanes, TVector}"/>: a node's, or its complement, which costs nothing until it is
/// stored. Node 0 is the vector of zeros.</summary>
internal readonly record struct BitVectorExpression(int Node, bool IsComplement)
{
    public static BitVectorExpression Zero => default;
    public static BitVectorExpression Ones => new(0, true);

    /// <summary>The same in every lane.</summary>
    public bool IsConstant => Node == 0;

    public static BitVectorExpression All(bool bit) => new(0, bit);
    public static BitVectorExpression operator ~(BitVectorExpression lane) => new(lane.Node, !lane.IsComplement);
}
