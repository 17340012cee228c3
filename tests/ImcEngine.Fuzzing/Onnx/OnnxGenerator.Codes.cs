using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;

namespace ImcEngine.Fuzzing.Onnx;

/// <content>Operators of codes between a QuantizeLinear and a DequantizeLinear, and dynamically quantized layers.</content>
internal sealed partial class OnnxGenerator
{
    private const string OnnxRuntimes = "com.microsoft";

    /// <summary>A tensor of codes.</summary>
    /// <param name="Flow">The tensor.</param>
    /// <param name="Scale">Name of its scale.</param>
    /// <param name="Zero">Name of its zero point.</param>
    private sealed record CodeFlow(Flow Flow, string Scale, string Zero)
    {
        /// <summary>The three inputs that an operator of codes takes for one tensor.</summary>
        public string[] Inputs => [Flow.Name, Scale, Zero];
    }

    /// <summary>Adds one to three operators of codes.</summary>
    private Flow CodeChain(Flow x)
    {
        var type = _random.OneOf(OnnxDataType.UInt8, OnnxDataType.UInt8, OnnxDataType.Int8);
        var (scale, zero) = CodeParameters(type);
        var codes = new CodeFlow(x with { Name = _graph.Node("QuantizeLinear", [x.Name, scale, zero], Fresh("c")) }, scale, zero);
        for (int count = _random.Between(1, 3); count > 0; count--)
            if (CodeStep(codes, type) is { } next && next.Flow.Count <= MostElements) codes = next;
        return codes.Flow with { Name = _graph.Node("DequantizeLinear", codes.Inputs, Fresh("t")) };
    }

    private CodeFlow? CodeStep(CodeFlow x, OnnxDataType type) => _random.Between(0, 10) switch
    {
        0 or 1 when x.Flow.IsPlanes => CodeConvolution(x, type),
        0 or 1 when x.Flow.Shape.Length == 1 => CodeProduct(x, type),
        2 => CodesOfTwo(x, type),
        3 => Requantized(_random.OneOf("QLinearLeakyRelu", "QLinearSigmoid"), x, x.Flow.Shape, type),
        4 when x.Flow.IsPlanes => Requantized("QLinearGlobalAveragePool", x, [x.Flow.Shape[0], 1, 1], type),
        5 when x.Flow is { IsPlanes: true, Shape: [var channels, > 1 and var height, > 1 and var width] } =>
            Requantized("QLinearAveragePool", x, [channels, height - 1, width - 1], type, Attribute("kernel_shape", 2, 2)),
        6 => JoinedCodes(x, type),
        7 when x.Flow.IsPlanes && _opset >= 12 => Moved(x, Pool(x.Flow, "MaxPool")),
        8 => Moved(x, _opset >= 13 && x.Flow.IsPlanes && _random.OneIn(2) ? PaddedCodes(x, type) : Transpose(x.Flow)),
        9 => Moved(x, Flatten(x.Flow)),
        _ when _opset >= 12 => Moved(x, ClippedCodes(x, type)),
        _ => null,
    };

    private static CodeFlow? Moved(CodeFlow x, Flow? moved) => moved is null ? null : x with { Flow = moved };

    private (string Scale, string Zero) CodeParameters(OnnxDataType type) =>
        (_graph.Float(Fresh("k"), Positive()), _graph.Codes(Fresh("k"), [], [AnyCode(type)], type));

    private int AnyCode(OnnxDataType type)
    {
        var (least, most) = TensorEncoder.RangeOf(type);
        return _random.Between((int)least, (int)most);
    }

    /// <summary>Returns codes, scale and zero point of weights; per output channel if <paramref name="outputs"/> is not null.</summary>
    private string[] CodeWeights(long[] dims, int? outputs)
    {
        var type = _random.OneOf(OnnxDataType.Int8, OnnxDataType.UInt8);
        int count = (int)dims.Aggregate(1L, (product, size) => product * size), parameters = outputs ?? 1;
        long[] parameterDims = outputs is null ? [] : [parameters];
        int zero = type == OnnxDataType.Int8 ? 0 : _random.Between(100, 156);
        return
        [
            _graph.Codes(Fresh("w"), dims, [.. Enumerable.Range(0, count).Select(_ => AnyCode(type))], type),
            _graph.Floats(Fresh("k"), parameterDims, [.. Enumerable.Range(0, parameters).Select(_ => Positive() / 16)]),
            _graph.Codes(Fresh("k"), parameterDims, [.. Enumerable.Repeat(zero, parameters)], type),
        ];
    }

    private CodeFlow? CodeConvolution(CodeFlow x, OnnxDataType type)
    {
        int groups = _random.OneIn(4) ? x.Flow.Shape[0] : 1, outputs = groups * _random.Between(1, Math.Max(1, MostChannels / groups));
        int kernelY = _random.Between(1, 3), kernelX = _random.Between(1, 3);
        var (attributes, height, width) = Window(x.Flow, kernelY, kernelX, ceil: false);
        if (height < 1 || width < 1) return null;
        string[] weights = CodeWeights([outputs, x.Flow.Shape[0] / groups, kernelY, kernelX], _random.OneIn(2) ? outputs : null);
        var (scale, zero) = CodeParameters(type);
        string[] bias = _random.OneIn(2) ? [IntegerBias(outputs)] : [];
        return new(new(_graph.Node("QLinearConv", [.. x.Inputs, .. weights, scale, zero, .. bias], Fresh("c"),
            [.. attributes, Attribute("group", (long)groups)]), outputs, height, width), scale, zero);
    }

    private string IntegerBias(int outputs) => _graph.Codes(Fresh("k"), [outputs],
        [.. Enumerable.Range(0, outputs).Select(_ => _random.Between(-2000, 2000))], OnnxDataType.Int32);

    private CodeFlow CodeProduct(CodeFlow x, OnnxDataType type)
    {
        int outputs = _random.Between(1, 10), inputs = x.Flow.Shape[0];
        var (scale, zero) = CodeParameters(type);
        if (_random.OneIn(2))
            return new(new(_graph.Node("QLinearMatMul", [.. x.Inputs, .. CodeWeights([inputs, outputs], null), scale, zero], Fresh("c")),
                outputs), scale, zero);
        bool isTransposed = _random.OneIn(2);
        string[] weights = CodeWeights(isTransposed ? [outputs, inputs] : [inputs, outputs], _random.OneIn(2) ? outputs : null);
        string bias = _random.OneIn(2) ? IntegerBias(outputs) : "";
        return new(new(_graph.Foreign(OnnxRuntimes, "QGemm", [.. x.Inputs, .. weights, bias, scale, zero], Fresh("c"),
            Attribute("transB", isTransposed ? 1L : 0), Attribute("alpha", Positive())), outputs), scale, zero);
    }

    /// <summary>The tensor with itself, or with constant codes of its shape or of one a channel.</summary>
    private CodeFlow CodesOfTwo(CodeFlow x, OnnxDataType type)
    {
        string[] other = x.Inputs;
        if (_random.OneIn(2))
        {
            int[] dims = _random.OneIn(2) ? x.Flow.Shape : [x.Flow.Shape[0], .. x.Flow.Shape[1..].Select(_ => 1)];
            int count = dims.Aggregate(1, (product, size) => product * size);
            var (otherScale, otherZero) = CodeParameters(type);
            other = [_graph.Codes(Fresh("k"), [1, .. dims.Select(size => (long)size)],
                [.. Enumerable.Range(0, count).Select(_ => AnyCode(type))], type), otherScale, otherZero];
        }
        var (scale, zero) = CodeParameters(type);
        return new(x.Flow with { Name = _graph.Foreign(OnnxRuntimes, _random.OneOf("QLinearAdd", "QLinearMul"),
            [.. x.Inputs, .. other, scale, zero], Fresh("c")) }, scale, zero);
    }

    private CodeFlow Requantized(string @operator, CodeFlow x, int[] shape, OnnxDataType type, params OnnxAttribute[] attributes)
    {
        var (scale, zero) = CodeParameters(type);
        return new(new(_graph.Foreign(OnnxRuntimes, @operator, [.. x.Inputs, scale, zero], Fresh("c"), attributes), shape), scale, zero);
    }

    private CodeFlow JoinedCodes(CodeFlow x, OnnxDataType type)
    {
        var (scale, zero) = CodeParameters(type);
        int axis = _random.Between(1, x.Flow.Shape.Length);
        int[] shape = [.. x.Flow.Shape];
        shape[axis - 1] *= 2;
        return new(new(_graph.Foreign(OnnxRuntimes, "QLinearConcat", [scale, zero, .. x.Inputs, .. x.Inputs], Fresh("c"),
            Attribute("axis", (long)axis)), shape), scale, zero);
    }

    private Flow PaddedCodes(CodeFlow x, OnnxDataType type)
    {
        long[] pads = [.. Enumerable.Range(0, 4).Select(_ => (long)_random.Between(0, 2))];
        string[] value = _random.OneIn(3) ? [] : [_random.OneIn(2) ? x.Zero : _graph.Codes(Fresh("k"), [], [AnyCode(type)], type)];
        return new(_graph.Node("Pad", [x.Flow.Name, Longs(0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]), .. value], Fresh("c")),
            x.Flow.Shape[0], x.Flow.Shape[1] + (int)(pads[0] + pads[2]), x.Flow.Shape[2] + (int)(pads[1] + pads[3]));
    }

    private Flow ClippedCodes(CodeFlow x, OnnxDataType type)
    {
        int one = AnyCode(type), other = AnyCode(type);
        return x.Flow with { Name = _graph.Node("Clip", [x.Flow.Name, _graph.Codes(Fresh("k"), [], [Math.Min(one, other)], type),
            _graph.Codes(Fresh("k"), [], [Math.Max(one, other)], type)], Fresh("c")) };
    }

    /// <summary>A layer of integers whose input is quantized by constants, or for each image, as OnnxRuntime's dynamic quantizer writes it.
    /// </summary>
    private Flow? IntegerLayer(Flow x)
    {
        string codes = Fresh("c"), scale = Fresh("s"), zero = Fresh("z");
        if (_opset >= 11 && !_random.OneIn(3)) _graph.Node("DynamicQuantizeLinear", [x.Name], [codes, scale, zero]);
        else
        {
            (scale, zero) = CodeParameters(OnnxDataType.UInt8);
            _graph.Node("QuantizeLinear", [x.Name, scale, zero], codes);
        }
        if (IntegerSums(x, codes, zero) is not var (sums, weightScale)) return null;
        string real = _graph.Node("Cast", [sums.Name], Fresh("t"), Attribute("to", (long)OnnxDataType.Float));
        string product = _graph.Node("Mul", [scale, weightScale], Fresh("s"));
        var result = sums with { Name = _graph.Node("Mul", [real, product], Fresh("t")) };
        long[] dims = [sums.Shape[0], .. sums.Shape[1..].Select(_ => 1L)];
        return _random.OneIn(2) ? result
            : result with { Name = _graph.Node("Add", [result.Name, Constant(dims, Numbers(sums.Shape[0]))], Fresh("t")) };
    }

    private (Flow Sums, string WeightScale)? IntegerSums(Flow x, string codes, string zero)
    {
        int outputs = _random.Between(1, MostChannels);
        if (!x.IsPlanes)
        {
            if (x.Shape.Length != 1) return null;
            string[] ofMatrix = CodeWeights([x.Shape[0], outputs], null);
            return (new(_graph.Node("MatMulInteger", [codes, ofMatrix[0], zero, ofMatrix[2]], Fresh("t")), outputs), ofMatrix[1]);
        }
        int kernelY = _random.Between(1, 3), kernelX = _random.Between(1, 3);
        var (attributes, height, width) = Window(x, kernelY, kernelX, ceil: false);
        if (height < 1 || width < 1) return null;
        string[] weights = CodeWeights([outputs, x.Shape[0], kernelY, kernelX], null);
        return (new(_graph.Node("ConvInteger", [codes, weights[0], zero, weights[2]], Fresh("t"), [.. attributes]), outputs, height, width),
            weights[1]);
    }
}
