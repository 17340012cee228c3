using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Randomness;
using ImcEngine.Reference;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.Evaluation;

public class DieProbeTests
{
    private static readonly ConvGeometry Geometry = new()
    {
        InputChannels = 10, OutputChannels = 6, InputHeight = 4, InputWidth = 4, KernelHeight = 3, KernelWidth = 3, StrideY = 1,
        StrideX = 1, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1, Groups = 2,
    };

    public static TheoryData<OperandEncoding, OperandEncoding, string[]> Layers { get; } = new()
    {
        { OperandEncoding.Unipolar, OperandEncoding.TwosComplement, ["macro.die.columnOffsetCounts=0.7", "macro.die.edgeErrorLsb=0.4"] },
        { OperandEncoding.Unipolar, OperandEncoding.TwosComplement, ["macro.die.cellMismatchRelative=0.1",
            "macro.die.stuckAtZeroRelative=0.1", "macro.die.bitlineNoiseCounts=0.5", "macro.adc.ties=up"] },
        { OperandEncoding.TwosComplement, OperandEncoding.Bipolar,
            ["macro.die.cellMismatchRelative=0.1", "macro.die.stuckAtOneRelative=0.1", "macro.die.comparatorNoiseLsb=0.3"] },
        { OperandEncoding.Bipolar, OperandEncoding.Bipolar, ["macro.die.cellMismatchRelative=0.1", "macro.die.gainErrorRelative=0.05",
            "macro.die.parasiticRelative=0.3", "macro.die.referenceTracksParasitic=false"] },
    };

    /// <summary>Every conversion's level and ideal partial sum by the normative reference, which says S and Code of each.</summary>
    [Theory]
    [MemberData(nameof(Layers))]
    public void Conversions_are_those_of_the_reference(OperandEncoding input, OperandEncoding weight, string[] settings)
    {
        var macro = RunSpecJson.Set(RunSpecJson.Default, ["macro.rows=16", "macro.arrayRows=32", "macro.columns=5", "macro.adc.levels=9",
            $"macro.adc.range={(weight == OperandEncoding.Bipolar ? "[-8,8]" : "[0,8]")}", .. settings]).Macro;
        OperandFormat inputs = new(2, input), weights = new(2, weight);
        short[] codes = Codes(inputs, Geometry.InputSize, 1), stored = Codes(weights, (int)Geometry.WeightCount, 2);
        var layer = new MappedLayer(new("layer", Geometry, inputs, weights, macro), stored, input == OperandEncoding.Bipolar, 3);
        var run = new RunSpec { Macro = macro };
        var probe = new DieProbe(layer, macro, LayerAdcs.Create(run, "layer", layer, null), 8);

        var adc = AdcFactory.Create(macro.Adc, macro.Rows, layer.Map.Product);
        var reference = new ReferenceLayer(Geometry, inputs, weights, stored, input == OperandEncoding.Bipolar, 3);
        var ideal = new List<Conversion>();
        var onDie = new List<Conversion>();
        new ReferenceMacro(reference, macro with { Die = new() }, adc).Run(codes, 5, ideal.Add);
        new ReferenceMacro(reference, macro, adc, new(8, 21, 2)).Run(codes, 5, onDie.Add);
        var expected = default(SqnrSums);
        foreach (var (s, code) in ideal.Zip(onDie))
            expected += SqnrSums.Measure(s.S, adc.LevelCounts[code.Code], 1 << (2 * (s.InputDigit + s.WeightDigit)));

        var sums = probe.Sample(codes, 5, new(21, 2), most: 16);
        Assert.True(expected.Noise > 0);
        Assert.Equal(expected.Signal, sums.Signal);
        Assert.Equal(1, sums.Noise / expected.Noise, 12);
    }

    [Fact]
    public void Fewer_pixels_are_spread_over_the_map_and_move_with_the_image()
    {
        var macro =
            RunSpecJson.Set(RunSpecJson.Default, "macro.adc.levels=9", "macro.adc.range=[0,8]", "macro.die.columnOffsetCounts=0.5").Macro;
        OperandFormat format = new(2, OperandEncoding.Unipolar), weights = new(2, OperandEncoding.TwosComplement);
        var layer = new MappedLayer(new("layer", Geometry, format, weights, macro), Codes(weights, (int)Geometry.WeightCount, 2), false);
        var probe = new DieProbe(layer, macro, LayerAdcs.Create(new() { Macro = macro }, "layer", layer, null), 8);
        short[] codes = Codes(format, Geometry.InputSize, 1);
        SqnrSums Of(int image, int most) => probe.Sample(codes, image, new(1), most);
        // Four of sixteen pixels: images 0 to 3 together see each once, image 4 sees those of image 0.
        var four = Of(0, 4) + Of(1, 4) + Of(2, 4) + Of(3, 4);
        Assert.Equal((Of(0, 16).Signal, Of(0, 16).Noise), (four.Signal, four.Noise));
        Assert.Equal(Of(0, 4), Of(4, 4));
        Assert.NotEqual(Of(0, 4), Of(1, 4));
    }

    [Fact]
    public void Statistics_of_a_die_take_its_conversions_and_not_the_ideal_adc()
    {
        var images = Shapes10.Render(Split.Test, 3);
        LayerStatistics[] Gather(int threads, params string[] settings)
        {
            var run = RunSpecJson.Set(RunSpecJson.Default, ["macro.adc.range=[0,60]", .. settings]);
            return [.. LayerStatistics.Gather(new(new(TinyNetworks.FourBits(), run.Macro), run, null, seed: 4), images, threads)];
        }
        var (ideal, offset) = (Gather(1)[0], Gather(1, "macro.die.columnOffsetCounts=3"));
        Assert.True(offset[0].PartialSumSqnrDb < ideal.PartialSumSqnrDb - 3,
            $"{offset[0].PartialSumSqnrDb} dB on the die, {ideal.PartialSumSqnrDb} dB on the ideal one");
        // A die that moves nothing by as much as a quantum: the sample stands for all conversions.
        Assert.Equal(ideal.PartialSumSqnrDb, Gather(1, "macro.die.columnOffsetCounts=0.00001")[0].PartialSumSqnrDb, tolerance: 0.5);
        Assert.Equal(offset, Gather(3, "macro.die.columnOffsetCounts=3"));
        Assert.Equal(ideal.ClippedFraction, offset[0].ClippedFraction);
    }

    [Fact]
    public void Statistics_take_static_errors_that_a_caller_gives()
    {
        const uint Seed = 4;
        var images = Shapes10.Render(Split.Test, 3);
        var ideal = RunSpecJson.Set(RunSpecJson.Default, "macro.adc.range=[0,60]");
        var drawn = RunSpecJson.Set(ideal, "macro.die.columnOffsetCounts=3");
        var mapped = new MappedNetwork(TinyNetworks.FourBits(), ideal.Macro);
        var errors = mapped.Layers.Zip(mapped.Network.MacroLayers)
            .ToDictionary(pair => pair.Second.Name, pair => Offsets(pair.First, drawn.Macro, Seed));
        LayerStatistics[] Gather(Die die) => [.. LayerStatistics.Gather(die, images, 1)];

        var given = Gather(new(mapped, ideal, null, errors: errors));
        Assert.Equal(Gather(new(mapped, drawn, null, seed: Seed)), given);
        Assert.NotEqual(Gather(new(mapped, ideal, null))[0].PartialSumSqnrDb, given[0].PartialSumSqnrDb);
    }

    /// <summary>Returns the offsets that a die draws for a layer.</summary>
    private static LayerErrors Offsets(MappedLayer layer, MacroSpec macro, uint seed)
    {
        var sampler = new DieSampler(macro, seed, layer.Ordinal);
        var adc = AdcFactory.Create(macro.Adc, macro.Rows, layer.Map.Product);
        var offsets = new double[layer.Map.Arrays, layer.Map.ArrayColumns];
        for (int array = 0; array < layer.Map.Arrays; array++)
            for (int column = 0; column < layer.Map.ArrayColumns; column++)
                offsets[array, column] = sampler.Column(array, column, 0, adc).OffsetCounts;
        return new(offsets);
    }

    private static short[] Codes(OperandFormat format, int count, int row)
    {
        var stream = new DrawStream(77, DrawPurpose.CellMismatch, 0);
        uint digits = (1u << format.Bits) - 1;
        return [.. Enumerable.Range(0, count).Select(i => Draws.Uniform(stream, 0, row, i)).Select(u => format.Encoding switch
        {
            OperandEncoding.Unipolar => (short)(u & digits),
            // Of an input, code 0 drives no row.
            OperandEncoding.Bipolar => (short)(row == 1 && u % 7 == 0 ? 0 : (int)(2 * (u & digits)) - (int)digits),
            _ => (short)((int)(u & digits) - (1 << (format.Bits - 1))),
        })];
    }
}
