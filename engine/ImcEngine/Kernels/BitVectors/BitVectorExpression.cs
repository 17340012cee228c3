namespace ImcEngine.Kernels.BitVectors;

/// <summary>A vector in a <see cref="BitVectorBuilder{TLanes, TVector}"/>: that of a node, or its complement, which costs nothing until it
/// is stored. Node 0 is the vector of zeros.</summary>
internal readonly record struct BitVectorExpression(int Node, bool IsComplement)
{
    public static BitVectorExpression Zero => default;
    public static BitVectorExpression Ones => new(0, true);

    /// <summary>Whether it is known to be 0 in every lane, or 1 in every lane.</summary>
    public bool IsConstant => Node == 0;

    public static BitVectorExpression All(bool bit) => new(0, bit);
    public static BitVectorExpression operator ~(BitVectorExpression lane) => new(lane.Node, !lane.IsComplement);
}
