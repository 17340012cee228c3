namespace ImcEngine.Kernels.PerConversion;

/// <summary>Which table rows one conversion of a row group adds, in all of its columns alike.</summary>
/// <param name="matchRows">Of <see cref="MatchCounter"/>, padded.</param>
/// <param name="matchRowCount">How many.</param>
/// <param name="cellRows">Of <see cref="DieCells"/>, for this and the next input plane; null in every second plane.</param>
/// <param name="scaleCounts">Counts of s per match, 1 or 2.</param>
/// <param name="biasCounts">What s is where nothing matches.</param>
internal readonly unsafe struct DrivenRows(int* matchRows, int matchRowCount, int* cellRows, int scaleCounts, int biasCounts)
{
    public int* MatchRows { get; } = matchRows;
    public int MatchRowCount { get; } = matchRowCount;
    public int* CellRows { get; } = cellRows;

    /// <summary>s = ScaleCounts * matches + BiasCounts; 1 or 2.</summary>
    public int ScaleCounts { get; } = scaleCounts;

    public int BiasCounts { get; } = biasCounts;
}
