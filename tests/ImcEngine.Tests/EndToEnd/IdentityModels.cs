using ImcEngine.Importer.Identity;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Importer.Lowering;
using ImcEngine.Tests.Importer.Packing;
using OperandFormat = ImcEngine.BitPlanes.OperandFormat;
using OperandEncoding = ImcEngine.BitPlanes.OperandEncoding;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>Quantized networks for 32x32 images, one for each pair of encodings.</summary>
internal static class IdentityModels
{
    public const string Trained = "trained, 4 bits: unipolar x two's complement", UnipolarBipolar = "unipolar x bipolar",
        OneBit = "bipolar x bipolar, 1 bit",
        Shifted = "bipolar x bipolar, bins half a step off", TwosComplements = "two's complement x two's complement";

    /// <summary>Each made once for all tests; nothing in one changes.</summary>
    private static readonly Dictionary<string, Lazy<IdentitySubject>> Subjects = new()
    {
        [Trained] =
            new(() => Subject(OnnxFile.Load(Path.Combine(AppContext.BaseDirectory, "weights", "resnet18-w16-shapes10-w4a4.onnx")), new())),
        [UnipolarBipolar] = new(() => Subject(Packed(2), new() { Rows = 20 })),
        ["unipolar x bipolar, overfull row groups"] = new(() => Subject(Packed(2), new() { Rows = 11, LegacyOverfull = true })),
        [OneBit] = new(() => Subject(Packed(1), new() { Rows = 64, Mapping = MappingKind.Dense })),
        ["three-valued sign"] = new(() => Subject(Packed(1, QuantizerKind.ThreeValuedSign), new() { Rows = 48 })),
        ["bipolar x bipolar, 2 bits"] = new(() => Subject(Packed(2, QuantizerKind.BipolarNearest), new())),
        [Shifted] = new(() => Subject(Packed(2, QuantizerKind.BipolarShifted), new() { Rows = 16, Mapping = MappingKind.SingleTap })),
        [TwosComplements] = new(() => Subject(TwosComplement(), new() { Rows = 13 })),
    };

    /// <summary>Made once too: cells of several bits in offset binary, and ternary weights with bipolar inputs. Only some kernels take
    /// digits.</summary>
    private static readonly Dictionary<string, Lazy<IdentitySubject>> OfDigits = new()
    {
        ["two's complement in cells of two bits"] = new(() => Subject(TwosComplement(), new() { Rows = 13, CellBits = 2 })),
        ["bipolar x ternary"] = new(() => Subject(NetworkPacker.Pack(NpzFile.Read(new TinyResNet(1).ToArchive().ToStream(), "test"),
            "resnet18-cifar", new() { WeightFormat = OperandFormat.Ternary, Activations = QuantizerKind.Sign }), new() { Rows = 48 })),
        ["unipolar x ternary"] = new(() => Subject(NetworkPacker.Pack(NpzFile.Read(new TinyResNet(1).ToArchive().ToStream(), "test"),
            "resnet18-cifar", new() { WeightFormat = OperandFormat.Ternary, Activations = QuantizerKind.Nearest }), new() { Rows = 20 })),
    };

    public static IEnumerable<string> NamesOfDigits => OfDigits.Keys;

    public static IdentitySubject SubjectOfDigits(string name) => OfDigits[name].Value;

    public static IEnumerable<string> Names => Subjects.Keys;

    public static IdentitySubject Subject(string name) => Subjects[name].Value;

    /// <summary>A random ResNet18 of width 4. 2 bits: unipolar x bipolar, or bipolar x bipolar by a bipolar rule;
    /// 1 bit: bipolar x bipolar.</summary>
    private static OnnxModel Packed(int bits, QuantizerKind? activations = null) =>
        NetworkPacker.Pack(NpzFile.Read(new TinyResNet(bits).ToArchive().ToStream(), "test"), "resnet18-cifar",
            new PackOptions { Activations = activations });

    /// <summary>Two's complement x two's complement; a grouped, a strided and a dilated convolution,
    /// pads that differ at each side, a linear layer on the macro.</summary>
    private static OnnxModel TwosComplement()
    {
        var b = new OnnxBuilder("twos-complement");
        string x = b.Node("Conv", [b.Input("image", -1, 3, 32, 32), b.Floats("stem.weight", [6, 3, 3, 3], Numbers(162, 1))], "stem",
            Strides(2));
        x = Convolution(b, x, "grouped", 0.5f, [8, 3, 3, 3], OnnxBuilder.Attribute("group", 2L), OnnxBuilder.Attribute("pads", 1, 0, 2, 1));
        x = Convolution(b, x, "strided", 0.75f, [10, 8, 3, 2], Strides(2));
        x = Convolution(b, x, "dilated", 0.75f, [12, 10, 2, 3], OnnxBuilder.Attribute("dilations", 2, 1));
        x = b.Node("Flatten", [b.Node("GlobalAveragePool", [x], "mean")], "flat");
        x = QdqPatterns.WriteActivations(b, x, "fc.in", new(QuantizerKind.Nearest, new(6, OperandEncoding.TwosComplement), 1 / 32f));
        b.Node("Gemm", [x, Weights(b, "fc.weight", [10, 12])], "logits", OnnxBuilder.Attribute("transB", 1L));
        b.Output("logits", -1, 10);
        return b.Build();
    }

    /// <summary>The same, but that the engine runs another node in place of one.</summary>
    public static IdentitySubject WithFault<T>(IdentitySubject subject, string node, Func<T, T> change) where T : Node
    {
        var n = subject.Network;
        Assert.Single(n.Nodes, each => each.Name == node && each is T);
        var faulty = new Network(n.Name, n.Tensors,
            [.. n.Nodes.Select(each => each.Name == node && each is T found ? change(found) : each)], n.OutputTensor, n.Preprocessing);
        return subject with { Mapped = new(faulty, subject.Mapped.Macro) };
    }

    private static IdentitySubject Subject(OnnxModel model, MacroSpec macro)
    {
        var network = NetworkImporter.Import(model).Network;
        return new(model, network, new(network, macro));
    }

    private static string Convolution(OnnxBuilder b, string x, string name, float step, long[] dims, params OnnxAttribute[] attributes)
    {
        string input = QdqPatterns.WriteActivations(b, x, name + ".in",
            new(QuantizerKind.Nearest, new(4, OperandEncoding.TwosComplement), step));
        string bias = b.Floats(name + ".bias", [dims[0]], Numbers((int)dims[0], 3));
        return b.Node("Conv", [input, Weights(b, name + ".weight", dims), bias], name, attributes);
    }

    private static string Weights(OnnxBuilder b, string name, long[] dims)
    {
        int outputs = (int)dims[0], count = (int)dims.Aggregate(1L, (product, size) => product * size);
        short[] codes = [.. Numbers(count, outputs).Select(x => (short)MathF.Round(x * 3.5f))];
        float[] steps = [.. Numbers(outputs, 5).Select(x => (MathF.Abs(x) + 1) / MathF.Sqrt(count / outputs) / 8)];
        return QdqPatterns.WriteWeights(b, name, dims, new(new(4, OperandEncoding.TwosComplement), codes, steps));
    }

    private static OnnxAttribute Strides(long stride) => OnnxBuilder.Attribute("strides", stride, stride);

    private static float[] Numbers(int count, int seed) => AgainstOnnxRuntime.Numbers(count, seed);
}
