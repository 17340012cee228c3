using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Execution;

/// <summary>A layer that makes the codes that follow it by itself makes those that its quantizer makes of its result.</summary>
public class QuantizedResultTests
{
    private const int Images = 9, Stem = 24;

    private static readonly ImageSet Shapes = Shapes10.Render(Split.Test, Images);

    public static IEnumerable<object?[]> Cases()
    {
        var cases = new TheoryData<string, string, QuantizerKind>();
        foreach (string kernel in KernelRegistry.All.Where(each => each.IsAvailable && each.Id.InLanes == "pixels")
            .Select(each => each.Name).AtLeastOne())
        {
            cases.Add(kernel, "bipolar:1", QuantizerKind.Sign);
            cases.Add(kernel, "bipolar:2", QuantizerKind.BipolarNearest);
            cases.Add(kernel, "unipolar:2", QuantizerKind.Nearest);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    internal void Codes_by_thresholds_are_those_of_the_results(string kernel, string activation, QuantizerKind quantizer)
    {
        var format = OperandFormat.Parse(activation);
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.adc.lsbCounts=3");
        var mapped = new MappedNetwork(Chain(format, quantizer), run.Macro);
        var die = new Die(mapped, run, null, kernel);
        Assert.NotNull(die.Layers[0].Quantized);

        float[] logits = new NetworkRunner(mapped, new(1, 64)).Run(Shapes, die);
        Assert.True(logits.Distinct().Count() > Images, "the network tells no images apart");
        Assert.Equal(logits, new NetworkRunner(mapped, new(2, 1)).Run(Shapes, die));
        var runner = new NetworkRunner(mapped, new(1));
        Assert.Equal(logits, Enumerable.Range(0, Images).SelectMany(i => runner.Observe(Shapes.Image(i), die, (_, _, _) => { })));
        Assert.Equal(logits, Enumerable.Range(0, Images).SelectMany(i => Stepped(mapped, die, i)));
    }

    private static float[] Stepped(MappedNetwork mapped, Die die, int image)
    {
        var stepped = new SteppedImage(mapped, die);
        ImagePixels.Normalize(Shapes.Image(image), mapped.Network.Preprocessing, stepped.Floats(0));
        for (int node = 0; node < mapped.Network.Nodes.Count; node++)
        {
            stepped.Run(node);
            // Nothing is made before its turn: what a caller changes here is what the next node reads.
            if (mapped.Network.Nodes[node] is MacroNode { Result: var result })
                Assert.Contains(stepped.Floats(result).ToArray(), value => value != 0);
        }
        return stepped.Floats(mapped.Network.OutputTensor).ToArray();
    }

    /// <summary>stem (digital) -> quantize -> a -> quantize -> b -> mean -> fc (digital); some channels fall where sums rise.</summary>
    private static Network Chain(OperandFormat activation, QuantizerKind quantizer)
    {
        var weight = new OperandFormat(2, OperandEncoding.Bipolar);
        var random = new CaseRandom(5, 1);
        ConvGeometry stem = Conv(3, Stem, 32, stride: 2), inner = Conv(Stem, Stem, 16), fc = ConvGeometry.Linear(Stem, 10);
        float[] Weights(ConvGeometry g) => [.. Enumerable.Range(0, (int)g.WeightCount).Select(_ => random.Between(-100, 100) / 300f)];
        MacroNode Layer(string name, int input, int result) => new(
            name, [input], result, inner, activation, weight,
            [.. Enumerable.Range(0, (int)inner.WeightCount).Select(_ => (short)random.OneOf(-3, -1, 1, 3))],
            [.. Enumerable.Range(0, Stem).Select(_ => random.Between(-100, 100) / 2000.0)],
            [.. Enumerable.Range(0, Stem).Select(_ => random.Between(-100, 100) / 100.0)]);
        QuantizeNode Codes(int input, int result) =>
            new($"q{result}", [input], result, quantizer, activation, 1.2f / activation.MaxCode, activation.MinCode, activation.MaxCode);
        TensorShape image = new(3, 32, 32), features = new(Stem, 16, 16);
        return new("chain",
            [new("image", image), new("stem", features), new("codes", features, true), new("a", features), new("aCodes", features, true),
                new("b", features), new("mean", new(Stem)), new("logits", new(10))],
            [
                new DigitalNode("stem", [0], 1, stem, Weights(stem), null, "first"), Codes(1, 2), Layer("a", 2, 3), Codes(3, 4),
                Layer("b", 4, 5),
                new GlobalAverageNode("mean", [5], 6), new DigitalNode("fc", [6], 7, fc, Weights(fc), null, "last"),
            ], 7, Preprocessing.Cifar10);
    }

    private static ConvGeometry Conv(int inputs, int outputs, int size, int stride = 1) => new()
    {
        InputChannels = inputs, OutputChannels = outputs, InputHeight = size, InputWidth = size, KernelHeight = 3, KernelWidth = 3,
        StrideY = stride, StrideX = stride, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1,
    };
}
