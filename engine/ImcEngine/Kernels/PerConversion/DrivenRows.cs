namespace ImcEngine.Kernels.PerConversion;

/// <summary>The table rows that the conversions of one pixel, input plane and row group add, the same for all columns.</summary>
/// <param name="matchRows">The rows of <see cref="MatchCounter"/>, padded.</param>
/// <param name="matchRowCount">The number of these rows.</param>
/// <param name="cellRows">The lists of <see cref="DieCells"/> for this and the next input planes; null in all but each fourth plane, and
/// where cells do not deviate.</param>
/// <param name="scaleCounts">The counts of s per match, 1 or 2.</param>
/// <param name="biasCounts">The s of a column without matches.</param>
internal readonly unsafe struct DrivenRows(int* matchRows, int matchRowCount, ushort* cellRows, int scaleCounts, int biasCounts)
{
    public int* MatchRows { get; } = matchRows;
    public int MatchRowCount { get; } = matchRowCount;
    public ushort* CellRows { get; } = cellRows;

    /// <summary>The factor in s = ScaleCounts * matches + BiasCounts: 1 or 2.</summary>
    public int ScaleCounts { get; } = scaleCounts;

    public int BiasCounts { get; } = biasCounts;
}
