using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Attribution;
using ImcEngine.Kernels;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Randomness;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.Evaluation;

/// <summary>Networks whose layers run on different macros.</summary>
public class MixedMacroTests
{
    private const int Images = 3;

    private static readonly Network Network = TinyNetworks.FourBits();

    /// <summary>Other rows, arrays, digits, ADC and die in some layers.</summary>
    private static readonly RunSpec Mixed = RunSpecJson.Read("""
        {
          "macro": { "rows": 256, "adc": { "bits": 5, "range": "full" }, "die": { "columnOffsetCounts": 0.5 } },
          "layers": {
            "block.conv2": { "macro": { "rows": 64, "arrayRows": 128, "columns": 32, "mapping": "dense", "adc": { "bits": 6 } } },
            "grouped": { "macro": { "inputDigitBits": 2, "votes": 3, "adc": { "bits": 7 }, "die": { "bitlineNoiseCounts": 1 } } },
            "fc1": { "macro": "ideal", "adc": { "kind": "uniform", "bits": 4, "range": [0, 20] } }
          }
        }
        """);

    [Fact]
    public void Every_layer_is_that_of_a_network_with_its_macro_alone()
    {
        var mapped = new MappedNetwork(Network, Mixed);
        var die = new Die(mapped, Mixed, calibration: null, seed: 5);
        Assert.Equal(5, mapped.Layers.Count);
        Assert.True(mapped.Layers.Select(layer => (layer.Map.Rows, layer.Map.ArrayRows, layer.Map.Votes)).Distinct().Count() > 2);
        for (int i = 0; i < mapped.Layers.Count; i++)
        {
            var alone = new RunSpec { Macro = Mixed.MacroOf(Network.MacroLayers[i].Name) };
            var ofOne = new MappedNetwork(Network, alone);
            var expected = new Die(ofOne, alone, calibration: null, seed: 5);
            short[] codes = Codes(Network.MacroLayers[i].Geometry.InputSize, (uint)i);
            RunContext image = new(7, new(3));
            Assert.Equal(KernelRun.Layer(ofOne.Layers[i], expected.Layers[i].Kernel, codes, image),
                KernelRun.Layer(mapped.Layers[i], die.Layers[i].Kernel, codes, image));
            Assert.Equal((ofOne.Layers[i].Map.Arrays, ofOne.Layers[i].Map.Conversions),
                (mapped.Layers[i].Map.Arrays, mapped.Layers[i].Map.Conversions));
        }
    }

    [Fact]
    public void An_override_of_all_layers_makes_the_same_run_as_that_macro()
    {
        var own = Mixed.MacroOf("block.conv2");
        var all = Mixed with { Layers = [new("*") { Macro = own }] };
        Assert.Equal(Logits(new() { Macro = own }), Logits(all));
        Assert.NotEqual(Logits(Mixed with { Layers = [] }), Logits(all));
    }

    [Fact]
    public void With_transparent_adcs_the_logits_are_those_of_the_digital_network()
    {
        var run = RunSpecJson.Read("""
            {
              "macro": { "adc": { "kind": "uniform", "lsbCounts": 1, "range": null, "bits": null } },
              "layers": { "block.*": { "macro": { "rows": 100, "mapping": "single-tap" } },
                "grouped": { "macro": { "inputDigitBits": 4 } } }
            }
            """);
        var mapped = new MappedNetwork(Network, run);
        var die = new Die(mapped, run, calibration: null);
        Assert.True(die.HasExactSums);
        var images = Shapes10.Render(Split.Test, Images);
        Assert.Equal(new NetworkRunner(mapped, new(1)).Run(images, null), new NetworkRunner(mapped, new(1)).Run(images, die));
    }

    [Fact]
    public void A_calibration_keeps_each_layers_cut_and_fits_no_other()
    {
        var run = RunSpecJson.Set(Mixed, "macro.adc.range=calibrated");
        var mapped = new MappedNetwork(Network, run);
        var calibration = Calibrator.Calibrate(mapped, run, Shapes10.Render(Split.Test, Images), threads: 2);
        Assert.Equal(["block.conv2", "grouped"],
            calibration.Layers.Where(layer => layer.Value.Cut is not null).Select(layer => layer.Key).Order());
        var read = Calibration.Read(calibration.Write());
        Assert.Equal(calibration.Write(), read.Write());
        for (int i = 0; i < mapped.Layers.Count; i++)
            if (calibration.Layers.TryGetValue(Network.MacroLayers[i].Name, out var layer))
            {
                var alone = new RunSpec { Macro = run.MacroOf(Network.MacroLayers[i].Name) };
                var expected = Calibrator.Calibrate(new(Network, alone), alone, Shapes10.Render(Split.Test, Images), threads: 2);
                Assert.Equal(expected.Layers[Network.MacroLayers[i].Name].Ranges, layer.Ranges);
            }
        Logits(run, read);
        var other = RunSpecJson.Set(run, "layers.block.conv2.macro.rows=32");
        Assert.Contains("32 rows, mapping 'dense' in layer 'block.conv2'",
            Assert.Throws<ImcException>(() => new Die(new(Network, other), other, read)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sources_of_error_are_those_of_all_layers_macros()
    {
        var mapped = new MappedNetwork(Network, Mixed);
        var sources = new ErrorSources(mapped, Mixed, calibration: null, seed: 5);
        Assert.Equal(["ADC", "clipping", "resolution", "column offset", "bitline noise"], sources.Sources.Select(source => source.Name));
        var images = Shapes10.Render(Split.Test, Images);
        float[] Run(Die die) => new NetworkRunner(mapped, new(1)).Run(images, die, noise: new(3));
        Assert.Equal(Run(new(mapped, Mixed, calibration: null, seed: 5)), Run(sources.Everything()));
        var quiet = RunSpecJson.Set(Mixed, "layers.grouped.macro.die.bitlineNoiseCounts=0");
        Assert.Equal(Run(new(mapped, quiet, calibration: null, seed: 5)),
            Run(sources.Sources.Single(each => each.Name == "bitline noise").Off!()));
    }

    private static float[] Logits(RunSpec run, Calibration? calibration = null)
    {
        var mapped = new MappedNetwork(Network, run);
        return new NetworkRunner(mapped, new(1)).Run(Shapes10.Render(Split.Test, Images), new(mapped, run, calibration, seed: 5));
    }

    private static short[] Codes(int length, uint key) =>
        [.. Enumerable.Range(0, length).Select(i => (short)(Philox.Block(new(9, key), new((uint)i, 0, 0, 0)).Word0 % 16))];
}
