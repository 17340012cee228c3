using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Selection;

namespace ImcEngine.Tests.Kernels;

public class KernelIdTests
{
    [Fact]
    public void A_name_is_of_one_kernel()
    {
        var ids = KernelRegistry.All.Select(kernel => kernel.Id)
            .Concat(ColumnThresholdKernel.Likes.Select(id => id with { HasColumnThresholds = true })).Append(KernelId.Exact)
            .Append(KernelId.PerConversion).ToList();
        Assert.Equal(ids.Count, ids.Select(id => id.Name).Distinct().Count());
    }

    [Theory]
    [InlineData(KernelFamily.Columns, KernelVectors.Bits512Ternary, false, "vertical-512-ternary", "columns")]
    [InlineData(KernelFamily.Columns, KernelVectors.Bits64, true, "vertical-64-thresholds", "columns")]
    [InlineData(KernelFamily.Pixels, KernelVectors.Bits256, false, "pixels-256", "pixels")]
    [InlineData(KernelFamily.Popcount, KernelVectors.None, false, "popcount", "rows")]
    [InlineData(KernelFamily.Exact, KernelVectors.None, false, "exact", "outputs")]
    [InlineData(KernelFamily.PerConversion, KernelVectors.None, false, "per-conversion", "columns")]
    internal void Names_say_what_a_kernel_does(KernelFamily family, KernelVectors vectors, bool hasColumnThresholds, string name,
        string inLanes)
    {
        var id = new KernelId(family, vectors, hasColumnThresholds);
        Assert.Equal((name, inLanes), (id.Name, id.InLanes));
    }

    [Fact]
    public void Every_bit_sliced_kernel_that_is_timed_has_a_cost()
    {
        var layer = KernelLayers.Map(RandomCases.Make(1, 0));
        Assert.All(KernelRegistry.All.Where(kernel => kernel.IsAccelerated && kernel.Id.VectorBits > 0).AtLeastOne(),
            kernel => Assert.InRange(KernelCost.Estimate(kernel.Id, layer), 1, double.MaxValue / 2));
    }
}
