using ImcEngine.Macro;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>A measured table, the same for all plane pairs.</summary>
internal sealed class MeasuredDistribution(MeasuredTable table) : ICodeDistribution
{
    public int Distributions => 1;

    /// <summary>The table is shared by all layers and dies.</summary>
    public long Bytes => 0;

    public ReadOnlySpan<ulong> Cdf(int distribution, int partialSum) => table.Cdf(partialSum);
}
