using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Kernels.PerConversion;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Kernels.PerConversion;

/// <summary>Conversions at 16-bit lanes against the reference: dies whose cells deviate, for every product of operands.</summary>
public sealed class NarrowEdgesTests : PerConversionKernelTests
{
    private const int Rows = 150;

    private static readonly ConvGeometry Geometry = new()
    {
        InputChannels = 40, InputHeight = 6, InputWidth = 5, OutputChannels = 45, KernelHeight = 3, KernelWidth = 3, PadTop = 1,
        PadLeft = 1, PadBottom = 1, PadRight = 1,
    };

    /// <summary>Steps from a fraction of a count to several counts. With steps of whole counts, many sums lie on an edge but for their
    /// deviation. Where steps are small, or the range is wide, v does not fit 16 bits without dropping some.</summary>
    public static TheoryData<int, double, double> Ranges => new()
    {
        { 15, 0, 30 }, { 15, 0.5, 30.5 }, { 3, 2, 40 }, { 255, 0, 63.75 }, { 255, 0, 150 }, { 31, 0, 150 }, { 2, 10, 20 },
        { 15, 3.1, 17.7 }, { 63, 0, 8 }, { 7, 200, 300 },
    };

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Dies_with_mismatch_convert_as_the_reference_does(int steps, double low, double high)
    {
        for (int product = 0; product < KernelLayers.Products.Length; product++)
            foreach (var die in new DieSpec[]
            {
                new() { CellMismatchRelative = 0.02 },
                new() { CellMismatchRelative = 0.005, ColumnOffsetCounts = 1.5, GainErrorRelative = 0.02 },
                new() { CellMismatchRelative = 0.1, StuckAtOneRelative = 0.05 },
                new() { CellMismatchRelative = 0.02, EdgeErrorLsb = 0.1 },
                new() { CellMismatchRelative = 0.02, BitlineNoiseCounts = 0.5 },
                new() { ColumnOffsetCounts = 0.7, ComparatorNoiseLsb = 0.3 },
                new() { CellMismatchRelative = 0.05, StuckAtZeroRelative = 0.02, BitlineNoiseCounts = 3 },
            })
                RequireEqual(Case(product, steps, low, high, die));
    }

    [Fact]
    public void Straight_edges_of_usual_dies_are_narrow_and_others_are_not()
    {
        bool can = ShortLanes.AreSupported;
        Assert.Equal(can, IsNarrow(Case(0, 15, 0, 60, new() { CellMismatchRelative = 0.02 })));
        Assert.Equal(can, IsNarrow(Case(4, 15, 0, 60, new() { CellMismatchRelative = 0.02, ColumnOffsetCounts = 1 })));
        Assert.Equal(can, IsNarrow(Case(0, 255, 0, 150, new() { CellMismatchRelative = 0.02 })));
        Assert.Equal(can, IsNarrow(Case(4, 15, 0, 60, new() { CellMismatchRelative = 0.02, BitlineNoiseCounts = 0.5 })));
        Assert.Equal(can, IsNarrow(Case(0, 31, 0, 60, new() { ColumnOffsetCounts = 0.02, BitlineNoiseCounts = 0.5 })));
        Assert.False(IsNarrow(Case(0, 15, 0, 60, new() { CellMismatchRelative = 0.02, EdgeErrorLsb = 0.2 })));
        Assert.False(IsNarrow(Case(0, 256, 0, 150, new() { CellMismatchRelative = 0.02 })));
    }

    private static bool IsNarrow(VerificationCase verification)
    {
        var layer = KernelLayers.Map(verification);
        var sampler = new DieSampler(verification.Macro, verification.Seeds.Die, layer.Ordinal);
        var cells = new DieCells(layer, sampler);
        var edges = new DieEdges(layer, new(layer, verification.Macro, new([verification.Adc], verification.Unit), sampler,
            (layer.Map.GroupColumns + 63) / 64 * 64, cells.EpsSumQuanta));
        return NarrowEdges.TryCreate(layer, edges, new(layer.Map, []), cells.Extent!.Value,
            NoiseTable.TryCreate(verification.Macro.Die, verification.Adc, layer), ShortLanes.AreWide) is not null;
    }

    private static VerificationCase Case(int product, int steps, double low, double high, DieSpec die)
    {
        var random = new CaseRandom(seed: 21, caseIndex: (uint)product);
        var (input, weight) = KernelLayers.Products[product];
        var macro = new MacroSpec { Rows = Rows, Die = die };
        double width = high - low;
        var adc = AdcFactory.UniformByRange(steps + 1,
            new LayerMap("narrow", Geometry, input, weight, macro).Product.IsSigned() ? new(-width / 2, width / 2) : new(low, high),
            product % 2 == 0 ? TieRule.Down : TieRule.Up);
        var reference = new ReferenceLayer(Geometry, input, weight, KernelLayers.Codes(random, weight, (int)Geometry.WeightCount, 50),
            InputMayBeUndriven: input.Encoding == OperandEncoding.Bipolar);
        return new($"{steps} steps of {width / steps:G3} counts, {input} x {weight}", reference,
            KernelLayers.Codes(random, input, 2 * Geometry.InputSize, 50), macro, adc, new(7, 0));
    }
}
