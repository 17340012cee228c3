using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering.QuantizedFormats;

/// <summary>
/// QONNX's quantizers (ARITHMETIC §14), on activations as steps and on constants as numbers that keep their codes:
/// <code>
/// Quant, IntQuant   (rounding(clamp(x / scale + zeropt, least, most)) - zeropt) * scale
/// BipolarQuant      scale where x is 0 or above, else -scale; so is Quant of one signed bit
/// Trunc             (rounding(round(x / scale + zeropt) / 2^(in - out)) - zeropt) * scale
/// </code>
/// What is per channel on activations, or has a zero point that is no integer, becomes operators of reals, which no macro layer reads.
/// </summary>
internal static class QonnxReaders
{
    /// <summary>Bits of a quantizer.</summary>
    public const int MostBits = 31;

    private const int MostActivationBits = 16;
    private const float LeastZero = 1f / 1024, MostZero = ushort.MaxValue;

    /// <summary>Returns the steps of these operators; null for every other operator.</summary>
    public static IEnumerable<Step>? Read(GraphReader graph, NodeView node) => node.Operator switch
    {
        "Quant" or "IntQuant" => Quant(graph, node, Rule.Of(node, i => graph.Constant(node, i, "parameter"))),
        "BipolarQuant" => Bipolar(node, graph.FloatFlow(node, 0), ScaleOf(node, graph.Constant(node, 1, "scale"))),
        "Trunc" => Trunc(graph, node),
        _ => null,
    };

    /// <summary>Quant or BipolarQuant of a constant.</summary>
    public static ConstantValue Fold(NodeView node, ConstantValue x, ConstantValue?[] inputs)
    {
        float[] floats = x.Floats ?? throw node.Error($"it quantizes {x.Type}; supported is Float");
        var rule = node.Operator == "BipolarQuant" ? null : Rule.Of(node, i => inputs.ElementAtOrDefault(i));
        var scale = rule?.Scale ?? ScaleOf(node, inputs.ElementAtOrDefault(1));
        int[] ofScale = BroadcastTo(node, scale, x.Dims);
        var result = new float[floats.Length];
        if (rule is null || rule.IsBipolar)
        {
            if (rule is null) node.AllowAttributes();
            for (int i = 0; i < result.Length; i++) result[i] = floats[i] >= 0 ? scale.Floats![ofScale[i]] : -scale.Floats![ofScale[i]];
            return ConstantValue.OfFloats(x.Name, x.Dims, result) with { IsSign = true };
        }
        int[] ofZero = BroadcastTo(node, rule.Zero, x.Dims), codes = new int[result.Length];
        for (int i = 0; i < result.Length; i++)
        {
            float zero = rule.Zero.Floats![ofZero[i]];
            double steps = Math.Clamp(((double)floats[i] / scale.Floats![ofScale[i]]) + zero, rule.Least, rule.Most);
            double code = Roundings.Of(steps, rule.Rounding);
            codes[i] = (int)code;
            result[i] = (float)((code - zero) * scale.Floats[ofScale[i]]);
        }
        var constant = ConstantValue.OfFloats(x.Name, x.Dims, result);
        int axis = Array.FindIndex(scale.Dims, size => size > 1);
        bool isPerAxis = scale.Count > 1 && scale.Dims.Count(size => size > 1) == 1;
        if ((scale.Count > 1 && !isPerAxis) || !rule.HasIntegerZeros || rule.Bits > OperandBits) return constant;
        axis += x.Dims.Length - scale.Dims.Length;
        int[] zeros = [.. Enumerable.Range(0, scale.Count).Select(i => (int)rule.Zero.Floats![rule.Zero.Count == 1 ? 0 : i])];
        return rule.Zero.Count != 1 && rule.Zero.Count != scale.Count ? constant
            : constant with { Quantized = new(codes, scale.Floats!, zeros, scale.Count == 1 ? -1 : axis, rule.Type) };
    }

    private const int OperandBits = 8;

    private static IEnumerable<Step> Quant(GraphReader graph, NodeView node, Rule rule)
    {
        var x = graph.FloatFlow(node, 0);
        if (rule.IsBipolar) return Bipolar(node, x, rule.Scale);
        return rule.Scale.Count == 1 && rule.Zero.Count == 1 && rule.HasIntegerZeros && rule.Bits <= MostActivationBits
            ? Codes(node, x, rule) : Reals(node, x, rule);
    }

    private static IEnumerable<Step> Codes(NodeView node, Flow x, Rule rule)
    {
        string name = node.Outputs[0];
        float scale = rule.Scale.Floats![0];
        int zero = (int)rule.Zero.Floats![0];
        var quantize = new QuantizeStep(node, x, new(name + ":quantized", x.Shape, rule.Type), scale, zero)
        {
            RoundsWithZero = true, Rounding = rule.Rounding,
        };
        yield return quantize;
        var clip = new CodeClipStep(node, quantize.Result, new(name + ":clipped", x.Shape, rule.Type), (int)rule.Least, (int)rule.Most);
        yield return clip;
        yield return new DequantizeStep(node, clip.Result, new(name, x.Shape, OnnxDataType.Float), scale, zero);
    }

    private static IEnumerable<Step> Reals(NodeView node, Flow x, Rule rule)
    {
        var chain = new RealChain(node, x);
        chain.Take(BinaryKind.Div, rule.Scale);
        chain.Take(BinaryKind.Add, rule.Zero);
        chain.Take(new ClipNode("", [], 0, rule.Least, rule.Most));
        chain.Take(new UnaryNode("", [], 0, Roundings.Exact(node, rule.Rounding)));
        chain.Take(BinaryKind.Sub, rule.Zero);
        chain.Take(BinaryKind.Mul, rule.Scale);
        return chain.Steps;
    }

    private static IEnumerable<Step> Bipolar(NodeView node, Flow x, ConstantValue scale)
    {
        if (node.Operator == "BipolarQuant") node.AllowAttributes();
        node.Require(scale.Count == 1, $"its scale has {scale.Count} elements; activations have one scale");
        float step = scale.Floats![0];
        var isPositive = new PlainStep(node, [x], new(node.Outputs[0] + ":sign", x.Shape, OnnxDataType.Bool),
            new BinaryNode("", [], 0, BinaryKind.GreaterOrEqual, null, new Constant(new(1), [0])));
        yield return isPositive;
        yield return new PlainStep(node, [isPositive.Result], new(node.Outputs[0], x.Shape, OnnxDataType.Float),
            new WhereNode("", [], 0, new Constant(new(1), [step]), new Constant(new(1), [-step])));
    }

    /// <summary>Version 1: scale, zero point, bits in and out. Version 2: scale, zero point, bits in, scale out, bits out.</summary>
    private static IEnumerable<Step> Trunc(GraphReader graph, NodeView node)
    {
        bool isSecond = node.Inputs.Count == 6;
        node.AllowAttributes(isSecond ? ["rounding_mode", "signed", "narrow"] : ["rounding_mode"]);
        ConstantValue Parameter(int input, string what) =>
            graph.Constant(node, input, what) is { Floats: not null } given ? given : throw node.Error($"its {what} must be a Float");
        var rounding = Roundings.Read(node, "FLOOR");
        var (scale, zero) = (ScaleOf(node, Parameter(1, "scale")), ZeroOf(node, Parameter(2, "zero point")));
        ConstantValue Scalar(string name, float number) => ConstantValue.OfFloats(name, [], [number]);
        var outScale = isSecond ? ScaleOf(node, Parameter(4, "scale out")) : scale;
        int bits = Rule.BitsOf(node, Parameter(isSecond ? 5 : 4, "bits out"));
        node.Require(!isSecond || (scale.Count == 1 && outScale.Count == 1), "its scales must be one number each");
        int shift = isSecond ? ShiftOf(scale.Floats![0], outScale.Floats![0])
            : Rule.BitsOf(node, Parameter(3, "bits in")) - bits;
        node.Require(shift is >= 0 and <= MostBits, $"it drops {shift} bits; supported are 0 to {MostBits}");
        var factor = Scalar("factor", 1f / (1L << shift));
        var chain = new RealChain(node, graph.FloatFlow(node, 0));
        chain.Take(BinaryKind.Div, scale);
        chain.Take(BinaryKind.Add, zero);
        chain.Take(new UnaryNode("", [], 0, UnaryKind.Round));
        chain.Take(BinaryKind.Mul, factor);
        if (isSecond)
        {
            var (least, most) = Range(bits, node.Flag("signed", true), node.Flag("narrow", false));
            chain.Take(new ClipNode("", [], 0, least, most));
        }
        chain.Take(new UnaryNode("", [], 0, Roundings.Exact(node, rounding)));
        chain.Take(BinaryKind.Sub, isSecond ? Scalar("zero", zero.Floats![0] * factor.Floats![0]) : zero);
        chain.Take(BinaryKind.Mul, outScale);
        return chain.Steps;
    }

    /// <summary>Returns the number of bits that Trunc of version 2 drops: round(log2(outScale / scale)).</summary>
    public static int ShiftOf(float scale, float outScale) => (int)Math.Round(
        Networks.Digital.RealFunctions.Logarithm(outScale / scale) / Networks.Digital.RealFunctions.Logarithm(2));

    /// <summary>Returns the least and the greatest code of so many bits.</summary>
    public static (float Least, float Most) Range(int bits, bool isSigned, bool isNarrow) => isSigned
        ? (-(1L << (bits - 1)) + (isNarrow ? 1 : 0), (1L << (bits - 1)) - 1)
        : (0, (1L << bits) - 1 - (isNarrow ? 1 : 0));

    private static ConstantValue ScaleOf(NodeView node, ConstantValue? scale)
    {
        node.Require(scale?.Floats is { Length: > 0 }, "it must have a scale of Float");
        foreach (float step in scale!.Floats!)
            ScaleLimits.Require(node, step);
        return scale;
    }

    /// <summary>Zero points that float32 can add to a code: smaller and larger ones are lost, or round away the code.</summary>
    private static ConstantValue ZeroOf(NodeView node, ConstantValue? zero)
    {
        node.Require(zero?.Floats is { Length: > 0 }, "it must have a zero point of Float");
        foreach (float number in zero!.Floats!)
            node.Require(number == 0 || Math.Abs(number) is >= LeastZero and <= MostZero,
                $"its zero point is {number}; it must be 0, or of a magnitude from {LeastZero} to {MostZero}");
        return zero;
    }

    private static int[] BroadcastTo(NodeView node, ConstantValue parameter, int[] dims)
    {
        node.Require(Broadcasting.Shape(parameter.Dims, dims) is { } shape && shape.AsSpan().SequenceEqual(dims),
            $"its parameter '{parameter.Name}' of shape [{string.Join(", ", parameter.Dims)}] does not fit [{string.Join(", ", dims)}]");
        return Broadcasting.Indices(parameter.Dims, dims);
    }

    /// <summary>What a Quant's inputs and attributes say.</summary>
    private sealed record Rule(ConstantValue Scale, ConstantValue Zero, int Bits, bool IsSigned, float Least, float Most, Rounding Rounding)
    {
        public bool IsBipolar => IsSigned && Bits == 1;

        public bool HasIntegerZeros => Array.TrueForAll(Zero.Floats!, zero => zero % 1 == 0);

        /// <summary>The least type that holds the codes.</summary>
        public OnnxDataType Type => Bits switch
        {
            <= 2 => IsSigned ? OnnxDataType.Int2 : OnnxDataType.UInt2,
            <= 4 => IsSigned ? OnnxDataType.Int4 : OnnxDataType.UInt4,
            <= 8 => IsSigned ? OnnxDataType.Int8 : OnnxDataType.UInt8,
            _ => IsSigned ? OnnxDataType.Int16 : OnnxDataType.UInt16,
        };

        public static Rule Of(NodeView node, Func<int, ConstantValue?> parameter)
        {
            node.AllowAttributes("signed", "narrow", "rounding_mode");
            var scale = ScaleOf(node, parameter(1));
            var zero = ZeroOf(node, parameter(2));
            int bits = BitsOf(node, parameter(3) ?? throw node.Error("it has no number of bits"));
            bool isSigned = node.Flag("signed", true);
            var (least, most) = Range(bits, isSigned, node.Flag("narrow", false));
            var rule = new Rule(scale, zero, bits, isSigned, least, most, Roundings.Read(node, "ROUND"));
            node.Require(!rule.IsBipolar || Array.TrueForAll(zero.Floats!, number => number == 0),
                "it has one signed bit and a zero point other than 0, which is not supported");
            return rule;
        }

        public static int BitsOf(NodeView node, ConstantValue bits)
        {
            node.Require(bits.Floats is [var number] && number % 1 == 0 && number is >= 1 and <= MostBits,
                $"its number of bits must be one whole number from 1 to {MostBits}");
            return (int)bits.Floats![0];
        }
    }

    /// <summary>Operators of reals one behind the other, the last of which makes the node's result.</summary>
    private sealed class RealChain(NodeView node, Flow x)
    {
        private readonly List<Node> _prototypes = [];

        public IEnumerable<Step> Steps
        {
            get
            {
                var from = x;
                for (int i = 0; i < _prototypes.Count; i++)
                {
                    string name = i == _prototypes.Count - 1 ? node.Outputs[0] : $"{node.Outputs[0]}:part{i}";
                    var step = new PlainStep(node, [from], new(name, x.Shape, OnnxDataType.Float), _prototypes[i]);
                    yield return step;
                    from = step.Result;
                }
            }
        }

        public void Take(Node prototype) => _prototypes.Add(prototype);

        public void Take(BinaryKind kind, ConstantValue constant)
        {
            var operand = GraphReader.Operand(node, constant, x.Shape.Rank);
            node.Require(Broadcasting.Shape(operand.Shape.Sizes, x.Shape.Sizes) is { } shape && x.Shape.Equals(new(shape)),
                $"its parameter '{constant.Name}' of shape [{string.Join(", ", constant.Dims)}] does not fit its input {x.Shape}");
            _prototypes.Add(new BinaryNode("", [], 0, kind, null, operand));
        }
    }
}
