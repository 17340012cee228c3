using ImcEngine.Data;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Tests.Architecture;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>The presets of published chips on networks that ship, with the dies that they state. Not in children: there
/// <see cref="PresetLogitsTests"/> holds every kernel to the logits of these macros.</summary>
[Trait(ChildTestRun.InChildren, ChildTestRun.Never)]
public class PublishedChipsTests
{
    private const int Images = 2, Calibration = 3;
    private const string FourBits = "resnet18-w16-shapes10-w4a4.onnx", Float = "resnet18-w16-shapes10-fp32.onnx";

    /// <summary>Logits that are not finite end the run (<see cref="ComparedPass"/>).</summary>
    /// <param name="digitPairs">Conversions of a product, of the network's operands.</param>
    [Theory]
    [InlineData("jia-jssc2020", FourBits, 16)]
    [InlineData("cr-cim", FourBits, 16)]
    [InlineData("pico-ram", FourBits, 1)]
    [InlineData("wang-vlsi2022", FourBits, 1)]
    [InlineData("wang-vlsi2022", Float, 1, "quantization.weightBits=8", "quantization.activationBits=8")]
    [InlineData("wang-vlsi2022", Float, 1, "quantization.weightBits=8", "quantization.activationBits=8", "macro.adc.range=full",
        "macro.die.comparatorNoiseLsb=0.3", "macro.die.columnOffsetLsb=0.5", "macro.die.cellMismatchRelative=0.01")]
    [InlineData("ternary-bscha", Float, 1,
        "quantization.weightBits=2", "quantization.weightEncoding=ternary", "quantization.activationBits=7")]
    public async Task A_chip_runs_a_network_that_ships_with_the_conversions_of_its_digits(
        string preset, string file, int digitPairs, params string[] assignments)
    {
        var run = RunSpecJson.Set(RunSpecJson.Default with { Macro = MacroPresets.Get(preset) },
            assignments.Append($"calibration.count={Calibration}"));
        var data = new ComparedData(Shapes10.Render(Split.Test, Images + Calibration), run.Calibration, Images);
        var model = new ComparedModel(Path.Combine(Repository.Root, "weights", file));
        var results = await new Comparison(model, data).RunAsync([new(run)]);
        var point = Assert.Single(results.Points);
        Assert.Equal((preset, Images), (point.Run.Macro.Name, point.Imc.Accuracy.Of));
        Assert.Equal(results.Network.MacroLayers.Sum(layer => Conversions(layer.Geometry, run.Macro.Rows, digitPairs)),
            point.ConversionsPerImage);
    }

    /// <summary>Row groups of whole kernel positions, or of parts of one.</summary>
    private static long Conversions(ConvGeometry geometry, int rows, int digitPairs)
    {
        int channels = geometry.GroupInputChannels;
        int groups = channels <= rows ? DividedUp(geometry.Taps, rows / channels) : geometry.Taps * DividedUp(channels, rows);
        return (long)geometry.OutputSize * groups * digitPairs;
    }

    private static int DividedUp(int number, int by) => (number + by - 1) / by;
}
