using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;

namespace ImcEngine.Fuzzing.Onnx;

/// <content>Layers and their quantization patterns, pools, and operators that change the shape.</content>
internal sealed partial class OnnxGenerator
{
    /// <summary>Quantizes an activation by one of the patterns of quantized networks, or returns the flow itself.</summary>
    private Flow Quantized(Flow x)
    {
        switch (_opset < 9 ? 0 : _random.Between(0, _opset < 10 ? 2 : 5))
        {
            case 0:
                return x;
            case 1:
                return Unary("Sign", x);
            case 2:
                string condition = _graph.Node(_opset < 12 ? "Less" : "GreaterOrEqual", [x.Name, _graph.Float(Fresh("k"), 0)], Fresh("t"));
                float scale = Positive();
                string plus = _graph.Float(Fresh("k"), scale), minus = _graph.Float(Fresh("k"), -scale);
                return x
                    with { Name = _graph.Node("Where", _opset < 12 ? [condition, minus, plus] : [condition, plus, minus], Fresh("t")) };
            default:
                return QuantizeDequantize(_random.OneIn(2) ? Unary("Relu", x) : _random.OneIn(3) ? Clip(x) : x);
        }
    }

    private Flow QuantizeDequantize(Flow x)
    {
        var type = CodeType();
        string zero = _graph.Codes(Fresh("k"), [], [_random.OneIn(3) ? AnyCode(type) : 0], type),
            step = _graph.Float(Fresh("k"), Positive());
        string codes = _graph.Node("QuantizeLinear", [x.Name, step, zero], Fresh("t"));
        if (_opset >= 12 && _random.OneIn(4) && type is OnnxDataType.UInt8 or OnnxDataType.Int8)
            codes = _graph.Node("Clip", [codes, _graph.Codes(Fresh("k"), [], [_random.Between(0, 2)], type),
                _graph.Codes(Fresh("k"), [], [_random.Between(3, 15)], type)], Fresh("t"));
        string floats = _graph.Node("DequantizeLinear", [codes, step, zero], Fresh("t"));
        if (_random.OneIn(6))
            _graph.Metadata($"imc.encoding.{floats}", _random.OneOf("unipolar:8", "unipolar:4", "twos-complement:8", "bipolar:2"));
        return x with { Name = floats };
    }

    private OnnxDataType CodeType() => _random.Between(0, 5) switch
    {
        0 or 1 when _opset >= 21 => _random.OneOf(OnnxDataType.UInt4, OnnxDataType.Int4),
        2 when _opset >= 21 => _random.OneOf(OnnxDataType.UInt16, OnnxDataType.Int16),
        3 when _opset >= 25 => _random.OneOf(OnnxDataType.UInt2, OnnxDataType.Int2),
        _ => _random.OneOf(OnnxDataType.UInt8, OnnxDataType.Int8),
    };

    /// <summary>Makes weights: floats, codes behind DequantizeLinear, or signs.</summary>
    private string Weights(long[] dims, int outputAxis)
    {
        int count = (int)dims.Aggregate(1L, (product, size) => product * size);
        string name = Fresh("layer") + ".weight";
        switch (_opset < 9 ? 0 : _random.Between(0, _opset < 10 ? 1 : 4))
        {
            case 0:
                return Constant(dims, Numbers(count));
            case 1:
                string signs = _graph.Node("Sign", [_graph.Floats(name, dims, [.. Numbers(count).Select(x => x == 0 ? 1 : x)])],
                    Fresh("w"));
                return _random.OneIn(2) ? signs : _graph.Node("Mul", [signs, _graph.Float(Fresh("k"), Positive())], Fresh("w"));
            default:
                var type = CodeType();
                var (least, most) = TensorEncoder.RangeOf(type);
                string codes = _graph.Codes(name, dims,
                    [.. Enumerable.Range(0, count).Select(_ => _random.Between((int)Math.Max(least, -8), (int)Math.Min(most, 8)))], type);
                bool perOutput = _opset >= 13 && _random.OneIn(2), hasZeros = _random.OneIn(4);
                string steps = perOutput ? _graph.Floats(Fresh("k"), [dims[outputAxis]],
                    [.. Enumerable.Range(0, (int)dims[outputAxis]).Select(_ => Positive())]) : _graph.Float(Fresh("k"), Positive());
                int zeros = perOutput ? (int)dims[outputAxis] : 1;
                string[] inputs = hasZeros ? [codes, steps, _graph.Codes(Fresh("k"), perOutput ? [zeros] : [],
                    [.. Enumerable.Range(0, zeros).Select(_ => AnyCode(type))], type)] : [codes, steps];
                return perOutput ? _graph.Node("DequantizeLinear", inputs, Fresh("w"), Attribute("axis", (long)outputAxis))
                    : _graph.Node("DequantizeLinear", inputs, Fresh("w"));
        }
    }

    private Flow? Convolution(Flow x)
    {
        int groups = _random.OneIn(4) ? x.Shape[0] : 1, outputs = groups * _random.Between(1, Math.Max(1, MostChannels / groups));
        int kernelY = _random.Between(1, 3), kernelX = _random.Between(1, 3);
        var (attributes, height, width) = Window(x, kernelY, kernelX, ceil: false);
        if (height < 1 || width < 1) return null;
        string weights = Weights([outputs, x.Shape[0] / groups, kernelY, kernelX], 0);
        string[] inputs = _random.OneIn(2) ? [x.Name, weights] : [x.Name, weights, Constant([outputs], Numbers(outputs))];
        if (groups > 1 || _random.OneIn(5)) attributes.Add(Attribute("group", (long)groups));
        if (_random.OneIn(2)) attributes.Add(Attribute("kernel_shape", [kernelY, kernelX]));
        return new(_graph.Node("Conv", inputs, Fresh("t"), [.. attributes]), outputs, height, width);
    }

    private Flow Linear(Flow x)
    {
        int outputs = _random.Between(1, 10);
        if (_random.OneIn(3)) return new(_graph.Node("MatMul", [x.Name, Weights([x.Shape[0], outputs], 1)], Fresh("t")), outputs);
        bool transposed = _random.OneIn(2);
        string weights = Weights(transposed ? [outputs, x.Shape[0]] : [x.Shape[0], outputs], transposed ? 0 : 1);
        List<OnnxAttribute> attributes = transposed ? [Attribute("transB", 1L)] : [];
        if (_random.OneIn(4)) attributes.Add(Attribute("alpha", Positive()));
        if (_random.OneIn(4)) attributes.Add(Attribute("beta", Positive()));
        string[] inputs = _opset >= 11 && _random.OneIn(2) ? [x.Name, weights]
            : [x.Name, weights, Constant([outputs], Numbers(outputs))];
        return new(_graph.Node("Gemm", inputs, Fresh("t"), [.. attributes]), outputs);
    }

    private Flow? Pool(Flow x, string @operator)
    {
        int kernelY = _random.Between(1, 3), kernelX = _random.Between(1, 3);
        bool ceil = _opset >= 10 && _random.OneIn(3);
        var (attributes, height, width) = Window(x, kernelY, kernelX, ceil);
        if (height < 1 || width < 1) return null;
        int dilates = @operator == "AveragePool" ? 19 : 10;
        if (_opset < dilates && attributes.Exists(attribute => attribute.Name == "dilations")) return null;
        attributes.Add(Attribute("kernel_shape", [kernelY, kernelX]));
        if (ceil) attributes.Add(Attribute("ceil_mode", 1L));
        if (@operator == "AveragePool" && _random.OneIn(3)) attributes.Add(Attribute("count_include_pad", (long)_random.Between(0, 1)));
        return new(_graph.Node(@operator, [x.Name], Fresh("t"), [.. attributes]), x.Shape[0], height, width);
    }

    /// <summary>Draws strides, pads and dilations, and returns them with the size that they make.
    /// In ceil mode the size may be off by one if a window would begin in the padding.</summary>
    private (List<OnnxAttribute> Attributes, int Height, int Width) Window(Flow x, int kernelY, int kernelX, bool ceil)
    {
        int strideY = _random.Between(1, 3), strideX = _random.OneIn(3) ? _random.Between(1, 5) : strideY,
            dilation = _random.OneIn(5) ? 2 : 1;
        List<OnnxAttribute> attributes = _random.OneIn(5) && strideY == 1 && strideX == 1 ? [] : [Attribute("strides", [strideY, strideX])];
        if (dilation > 1) attributes.Add(Attribute("dilations", [dilation, dilation]));
        int reachY = ((kernelY - 1) * dilation) + 1, reachX = ((kernelX - 1) * dilation) + 1;
        int Size(int size, int pads, int reach, int stride) =>
            size + pads < reach ? 0 : ((size + pads - reach + (ceil ? stride - 1 : 0)) / stride) + 1;
        switch (_random.Between(0, 5))
        {
            case 0:
                attributes.Add(Attribute("auto_pad", _random.OneOf("SAME_UPPER", "SAME_LOWER")));
                return (attributes, (x.Shape[1] + strideY - 1) / strideY, (x.Shape[2] + strideX - 1) / strideX);
            case 1:
                if (_random.OneIn(2)) attributes.Add(Attribute("auto_pad", "VALID"));
                return (attributes, Size(x.Shape[1], 0, reachY, strideY), Size(x.Shape[2], 0, reachX, strideX));
            default:
                int[] pads = [_random.Between(0, reachY - 1), _random.Between(0, reachX - 1), _random.Between(0, reachY - 1),
                    _random.Between(0, reachX - 1)];
                attributes.Add(Attribute("pads", [.. pads.Select(pad => (long)pad)]));
                return (attributes, Size(x.Shape[1], pads[0] + pads[2], reachY, strideY),
                    Size(x.Shape[2], pads[1] + pads[3], reachX, strideX));
        }
    }

    private Flow BatchNorm(Flow x)
    {
        int channels = x.Shape[0];
        string Parameter(Func<float> number) =>
            _graph.Floats(Fresh("k"), [channels], [.. Enumerable.Range(0, channels).Select(_ => number())]);
        string[] inputs = [x.Name, Parameter(Number), Parameter(Number), Parameter(Number), Parameter(Positive)];
        if (_opset < 9 && _random.OneIn(2))
            return x with { Name = _graph.Node("BatchNormalization", inputs, Fresh("t"), Attribute("spatial", 1L)) };
        return x with { Name = _random.OneIn(2) ? _graph.Node("BatchNormalization", inputs, Fresh("t"))
            : _graph.Node("BatchNormalization", inputs, Fresh("t"), Attribute("epsilon", Positive())) };
    }

    private Flow Mean(Flow x)
    {
        if (_random.OneIn(2)) return new(_graph.Node("GlobalAveragePool", [x.Name], Fresh("t")), x.Shape[0], 1, 1);
        bool keeps = _random.OneIn(2);
        long[] axes = _random.OneIn(2) ? [2, 3] : [-1, -2];
        var keep = Attribute("keepdims", keeps ? 1L : 0L);
        string mean = _opset < 18 ? _graph.Node("ReduceMean", [x.Name], Fresh("t"), Attribute("axes", axes), keep)
            : _graph.Node("ReduceMean", [x.Name, Longs(axes)], Fresh("t"), keep);
        return keeps ? new(mean, x.Shape[0], 1, 1) : new(mean, x.Shape[0]);
    }

    private Flow Pad(Flow x)
    {
        long[] pads = [.. Enumerable.Range(0, 4).Select(_ => (long)_random.Between(0, 2))];
        long[] amounts = [0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]];
        bool isZero = _random.OneIn(2);
        string padded = _opset < 11
            ? _graph.Node("Pad", [x.Name], Fresh("t"), isZero ? [Attribute("pads", amounts)]
                : [Attribute("pads", amounts), Attribute("value", Number())])
            : _graph.Node("Pad", isZero ? [x.Name, Longs(amounts)] : [x.Name, Longs(amounts), _graph.Float(Fresh("k"), Number())],
                Fresh("t"));
        return new(padded, x.Shape[0], x.Shape[1] + (int)(pads[0] + pads[2]), x.Shape[2] + (int)(pads[1] + pads[3]));
    }

    private Flow Flatten(Flow x) => new(_graph.Node("Flatten", [x.Name], Fresh("t")), x.Count);

    /// <summary>Reshapes to other axes, the batch first: to a constant shape, or to one computed from the flow's own shape as exporters
    /// do.</summary>
    private Flow Reshape(Flow x)
    {
        int first = _random.OneOf(1, x.Shape[0]);
        int[] shape = x.Count % first != 0 || _random.OneIn(3) ? [x.Count] : [first, x.Count / first];
        string target = _random.OneIn(3) ? ComputedTarget(x, shape)
            : Longs([_random.OneIn(4) ? -1 : 0, .. shape.Select(size => (long)size)]);
        return new(_graph.Node("Reshape", [x.Name, target], Fresh("t")), shape);
    }

    private string ComputedTarget(Flow x, int[] shape)
    {
        string sizes = _graph.Node("Shape", [x.Name], Fresh("s"));
        string batch = _graph.Node("Gather", [sizes, Longs(0)], Fresh("s"), Attribute("axis", 0L));
        return _graph.Node("Concat", [batch, Longs([.. shape.Select(size => (long)size)])], Fresh("s"), Attribute("axis", 0L));
    }

    private Flow Axes(Flow x)
    {
        int at = _random.Between(1, x.Shape.Length + 1);
        bool squeezes = at <= x.Shape.Length && x.Shape[at - 1] == 1 && x.Shape.Length > 1;
        string @operator = squeezes ? "Squeeze" : "Unsqueeze";
        int[] shape = squeezes ? [.. x.Shape[..(at - 1)], .. x.Shape[at..]] : [.. x.Shape[..(at - 1)], 1, .. x.Shape[(at - 1)..]];
        return new(_opset < 13 ? _graph.Node(@operator, [x.Name], Fresh("t"), Attribute("axes", [at]))
            : _graph.Node(@operator, [x.Name, Longs(at)], Fresh("t")), shape);
    }

    private Flow Concat(Flow x)
    {
        int axis = _random.Between(1, x.Shape.Length);
        var others =
            _flows.Where(flow => flow.Shape.Length == x.Shape.Length
                && flow.Shape.Where((size, i) => i != axis - 1 && size != x.Shape[i]).FirstOrDefault() == 0).ToList();
        var other = others.Count == 0 ? x : _random.OneOf<Flow>([.. others]);
        int[] shape = [.. x.Shape];
        shape[axis - 1] += other.Shape[axis - 1];
        return new(_graph.Node("Concat", [x.Name, other.Name], Fresh("t"), Attribute("axis", (long)axis)), shape);
    }

    /// <summary>Adds two layers that read one input.</summary>
    private Flow Residual(Flow x)
    {
        var quantized = Quantized(x);
        int outputs = _random.Between(1, MostChannels);
        string Branch() => _graph.Node("Conv", [quantized.Name, Weights([outputs, x.Shape[0], 1, 1], 0)], Fresh("t"));
        return new(_graph.Node("Add", [Branch(), Branch()], Fresh("t")), outputs, x.Shape[1], x.Shape[2]);
    }
}
