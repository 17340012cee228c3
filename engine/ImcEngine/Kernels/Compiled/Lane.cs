namespace ImcEngine.Kernels.Compiled;

/// <summary>A vector of a <see cref="LaneBlock{TLanes, TVector}"/>: a node's, or its complement, which costs nothing until it is stored. Node 0 is the vector of zeros.</summary>
internal readonly record struct Lane(int Node, bool IsComplement)
{
    public static Lane Zero => default;
    public static Lane Ones => new(0, true);

    /// <summary>The same in every lane.</summary>
    public bool IsConstant => Node == 0;

    public static Lane All(bool bit) => new(0, bit);
    public static Lane operator ~(Lane lane) => new(lane.Node, !lane.IsComplement);
}
