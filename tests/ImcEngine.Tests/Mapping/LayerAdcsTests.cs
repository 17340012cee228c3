using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;
using ImcEngine.Tests.Kernels;

namespace ImcEngine.Tests.Mapping;

/// <summary>Which sums a layer can produce decides whether its converter is transparent, and so what its accumulators count.</summary>
public class LayerAdcsTests
{
    private const int Cases = 120;

    [Fact]
    public void Producible_sums_and_units_are_the_references()
    {
        var units = new HashSet<AccumulationUnit>();
        for (int index = 0; index < Cases; index++)
        {
            var verification = RandomCases.Make(21, index);
            var layer = KernelLayers.Map(verification);
            foreach (string[] settings in (string[][])[["macro.adc.kind=none"], ["macro.adc.bits=null", "macro.adc.lsbCounts=1"],
                ["macro.adc.bits=null", "macro.adc.lsbCounts=2"]])
            {
                var run = RunSpecJson.Set(new() { Macro = verification.Macro }, settings);
                var adcs = LayerAdcs.Create(run, "layer", layer, null);
                Assert.Equal(ReferenceUnit.PartialSums(verification.Layer, verification.Macro).Order(), adcs.ProducibleSums);
                Assert.Equal(ReferenceUnit.ForLayer(verification.Layer, verification.Macro, adcs.Transfers[0]), adcs.Unit);
                units.Add(adcs.Unit);
            }
        }
        Assert.Equal([AccumulationUnit.Counts, AccumulationUnit.Codes], units.Order());
    }

    /// <summary>Nine XNOR cells make odd sums only, which a converter of every other count answers exactly;
    /// four cells at a corner make even ones.</summary>
    [Theory]
    [InlineData(0, false, true)]
    [InlineData(1, false, false)]
    [InlineData(0, true, false)]
    public void A_converter_of_odd_counts_is_transparent_only_without_padding_and_undriven_inputs(int pad, bool mayBeUndriven,
        bool transparent)
    {
        var geometry = new ConvGeometry
        {
            InputChannels = 1, OutputChannels = 1, InputHeight = 4, InputWidth = 4, KernelHeight = 3, KernelWidth = 3, PadTop = pad,
            PadLeft = pad, PadBottom = pad, PadRight = pad,
        };
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.rows=9", "macro.adc.levels=10", "macro.adc.range=[-9,9]");
        var map = new LayerMap("odd", geometry, KernelLayers.Bipolar1, KernelLayers.Bipolar1, run.Macro);
        var adcs = LayerAdcs.Create(run, "odd", new(map, [1, 1, 1, 1, -1, 1, 1, 1, 1], mayBeUndriven), null);
        Assert.Equal(transparent, adcs.IsTransparent);
        Assert.Equal(transparent ? AccumulationUnit.Counts : AccumulationUnit.Codes, adcs.Unit);
    }
}
