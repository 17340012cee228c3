namespace ImcEngine.Macro;

/// <summary>One code of an ADC.</summary>
/// <param name="EdgeBelowCounts">The edge that v must pass to reach this code; null for the first.</param>
/// <param name="EdgeAboveCounts">The edge beyond which the next code begins; null for the last.</param>
/// <param name="TieAboveGoesUp">Whether v on <paramref name="EdgeAboveCounts"/> takes the next code.</param>
/// <param name="Reachable">Whether some partial sum of the layer gives this code on the ideal die.</param>
internal sealed record AdcReportRow(int Code, double? EdgeBelowCounts, double? EdgeAboveCounts, bool? TieAboveGoesUp, double LevelCounts,
    bool Reachable);

/// <summary>What one partial sum becomes.</summary>
/// <param name="ErrorCounts">level - partial sum.</param>
internal readonly record struct AdcReportSum(int PartialSum, int Code, double LevelCounts, double ErrorCounts);

/// <summary>An ideal ADC as <c>imc adc</c> prints it: its edges and levels, and the code of every partial sum. Kind <c>none</c> has no
/// codes to list.</summary>
internal sealed record AdcReport(IReadOnlyList<AdcReportRow> Codes, IReadOnlyList<AdcReportSum> Sums, double LsbCounts, bool IsTransparent)
{
    /// <param name="sums">The partial sums that the layer can produce, ascending (<see cref="PartialSums.Producible"/>).</param>
    public static AdcReport Create(AdcTransfer transfer, ReadOnlySpan<int> sums)
    {
        bool transparent = transfer.IsTransparent(sums);
        if (transfer.PassesSums)
            return new([], [.. sums.ToArray().Select(s => new AdcReportSum(s, s, s, 0))], transfer.LsbCounts, transparent);

        var unreachable = transfer.UnreachableCodes(sums).ToHashSet();
        var rows = new List<AdcReportRow>();
        for (int code = 0; code < transfer.Codes; code++)
        {
            bool last = code == transfer.Codes - 1;
            rows.Add(new(code, code == 0 ? null : transfer.EdgeCounts[code - 1], last ? null : transfer.EdgeCounts[code],
                last ? null : transfer.TieBelongsAbove(code), transfer.LevelCounts[code], !unreachable.Contains(code)));
        }
        var converted = new List<AdcReportSum>();
        foreach (int s in sums)
        {
            int code = transfer.CodeOf((long)s * AdcTransfer.QuantaPerCount);
            converted.Add(new(s, code, transfer.LevelCounts[code], transfer.LevelCounts[code] - s));
        }
        return new(rows, converted, transfer.LsbCounts, transparent);
    }
}
