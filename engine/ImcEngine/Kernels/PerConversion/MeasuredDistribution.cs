using ImcEngine.Macro;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>The distribution of a measured table, the same for all plane pairs.</summary>
internal sealed class MeasuredDistribution(MeasuredTable table) : ICodeDistribution
{
    public int Distributions => 1;

    /// <summary>0, since all layers and dies share the table.</summary>
    public long Bytes => 0;

    public ReadOnlySpan<ulong> Cdf(int distribution, int partialSum) => table.Cdf(partialSum);
}
