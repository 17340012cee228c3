using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks;

/// <summary>stem (digital) -> quantize -> a -> quantize -> b -> mean -> fc (digital); some channels fall where sums rise.</summary>
internal static class ChainNetwork
{
    private const int Stem = 24;

    /// <param name="size">Of the layers' images.</param>
    public static Network Of(OperandFormat activation, QuantizerKind quantizer, int size = 16)
    {
        var weight = new OperandFormat(2, OperandEncoding.Bipolar);
        var random = new CaseRandom(5, 1);
        ConvGeometry stem = Conv(3, Stem, 32, stride: 32 / size), inner = Conv(Stem, Stem, size), fc = ConvGeometry.Linear(Stem, 10);
        float[] Weights(ConvGeometry g) => [.. Enumerable.Range(0, (int)g.WeightCount).Select(_ => random.Between(-100, 100) / 300f)];
        MacroNode Layer(string name, int input, int result) => new(
            name, [input], result, inner, activation, weight,
            [.. Enumerable.Range(0, (int)inner.WeightCount).Select(_ => (short)random.OneOf(-3, -1, 1, 3))],
            [.. Enumerable.Range(0, Stem).Select(_ => random.Between(-100, 100) / 2000.0)],
            [.. Enumerable.Range(0, Stem).Select(_ => random.Between(-100, 100) / 100.0)]);
        QuantizeNode Codes(int input, int result) =>
            new($"q{result}", [input], result, quantizer, activation, 1.2f / activation.MaxCode, activation.MinCode, activation.MaxCode);
        TensorShape image = new(3, 32, 32), features = new(Stem, size, size);
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
