using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks;

/// <summary>
/// A small residual network over 32x32 images with weights from counter-based draws, the same on every machine:
/// <code>
/// stem 3x3/2 (digital) -> [conv1 3x3] + -> [conv2 3x3/2] + [down 1x1/2] -> [grouped 3x3, 2 groups] + -> mean -> [fc1] -> fc2 (digital)
/// </code>
/// Brackets run on the macro. 32 channels make 288 rows, so row groups of 256 rows are cut with a rest.
/// </summary>
internal sealed class TinyNetworks(OperandFormat activation, OperandFormat weight, QuantizerKind quantizer)
{
    public const string Conv1 = "block.conv1", Conv2 = "block.conv2", Down = "block.down", Grouped = "grouped", Fc1 = "fc1";

    private const int Stem = 32, Wide = 48, Hidden = 24, Classes = 10;
    private const uint Seed = 12;

    private readonly List<TensorInfo> _tensors = [new("image", new(3, 32, 32))];
    private readonly List<Node> _nodes = [];
    private uint _layer;

    /// <summary>Unipolar activations and two's complement weights of 4 bits.</summary>
    public static Network FourBits() =>
        new TinyNetworks(new(4, OperandEncoding.Unipolar), new(4, OperandEncoding.TwosComplement), QuantizerKind.Nearest).Build();

    public static Network Of(OperandFormat activation, OperandFormat weight, QuantizerKind quantizer) =>
        new TinyNetworks(activation, weight, quantizer).Build();

    private Network Build()
    {
        int stem = Digital("stem", 0, Conv(3, Stem, 32, stride: 2));
        int first = Add(Macro(Conv1, Quantize(stem), Conv(Stem, Stem, 16)), stem);
        int codes = Quantize(first);
        int second = Add(Macro(Conv2, codes, Conv(Stem, Wide, 16, stride: 2)),
            Macro(Down, codes, Conv(Stem, Wide, 16, kernel: 1, stride: 2)));
        int third = Add(Macro(Grouped, Quantize(second), Conv(Wide, Wide, 8) with { Groups = 2 }), second);
        int mean = Append(new(Wide), (inputs, result) => new GlobalAverageNode("mean", inputs, result), third);
        int hidden = Macro(Fc1, Quantize(mean), ConvGeometry.Linear(Wide, Hidden));
        int logits = Digital("fc2", hidden, ConvGeometry.Linear(Hidden, Classes));
        return new("tiny", _tensors, _nodes, logits, Preprocessing.Cifar10);
    }

    private static ConvGeometry Conv(int inputs, int outputs, int size, int kernel = 3, int stride = 1) => new()
    {
        InputChannels = inputs, OutputChannels = outputs, InputHeight = size, InputWidth = size, KernelHeight = kernel,
        KernelWidth = kernel,
        StrideY = stride, StrideX = stride, PadTop = kernel / 2, PadLeft = kernel / 2, PadBottom = kernel / 2, PadRight = kernel / 2,
    };

    private int Append(TensorShape shape, Func<int[], int, Node> make, params int[] inputs)
    {
        int result = _tensors.Count;
        _nodes.Add(make(inputs, result));
        _tensors.Add(new($"t{result}", shape, _nodes[^1] is QuantizeNode));
        return result;
    }

    private int Digital(string name, int input, ConvGeometry g)
    {
        var random = new CaseRandom(Seed, _layer++);
        double spread = 2 / Math.Sqrt(g.GroupInputChannels * g.Taps);
        float[] weights = [.. Enumerable.Range(0, (int)g.WeightCount).Select(_ => (float)(spread * Centred(random)))];
        return Append(ShapeOf(g),
            (inputs, result) => new DigitalNode(name, inputs, result, g, weights, new float[g.OutputChannels], "first or last"), input);
    }

    private int Macro(string name, int input, ConvGeometry g)
    {
        var random = new CaseRandom(Seed, _layer++);
        short[] codes = [.. Enumerable.Range(0, (int)g.WeightCount).Select(_ => Code(random))];
        double scale = 4 / (Math.Sqrt(g.GroupInputChannels * g.Taps) * activation.MaxCode * weight.MaxCode);
        double[] scales = [.. Enumerable.Range(0, g.OutputChannels).Select(_ => scale * (1 + 0.5 * Centred(random)))];
        double[] shifts = [.. Enumerable.Range(0, g.OutputChannels).Select(_ => 0.25 * Centred(random))];
        return Append(ShapeOf(g),
            (inputs, result) => new MacroNode(name, inputs, result, g, activation, weight, codes, scales, shifts,
                quantizer == QuantizerKind.ThreeValuedSign), input);
    }

    private int Quantize(int input)
    {
        float step = 2f / activation.MaxCode;
        return Append(_tensors[input].Shape,
            (inputs, result) => new QuantizeNode($"quantize{result}", inputs, result, quantizer, activation, step, activation.MinCode,
                activation.MaxCode), input);
    }

    private int Add(int left, int right) =>
        Append(_tensors[left].Shape, (inputs, result) => new BinaryNode($"add{result}", inputs, result, BinaryKind.Add, null, null),
            left, right);

    private short Code(CaseRandom random)
    {
        int code;
        do code = random.Between(weight.MinCode, weight.MaxCode);
        while (!weight.Holds(code));
        return (short)code;
    }

    private static TensorShape ShapeOf(ConvGeometry g) =>
        g.IsLinear ? new(g.OutputChannels) : new(g.OutputChannels, g.OutputHeight, g.OutputWidth);

    /// <summary>In -1 .. 1.</summary>
    private static double Centred(CaseRandom random) => random.Between(-(1 << 20), 1 << 20) / (double)(1 << 20);
}
