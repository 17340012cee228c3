using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;

namespace ImcEngine.Fuzzing.Onnx;

/// <content>Matrix products, convolutions of rows and transposed ones, places of extremes, short floats, and channels last.</content>
internal sealed partial class OnnxGenerator
{
    private Flow Product(Flow x)
    {
        if (x.Shape.Length == 1) return Linear(x);
        int columns = _random.Between(1, 6);
        if (_random.OneIn(2))
            return new(_graph.Node("MatMul", [x.Name, Weights([x.Shape[^1], columns], 1)], Fresh("t")), [.. x.Shape[..^1], columns]);
        int[] axes = [.. Enumerable.Range(0, x.Shape.Length + 1)];
        (axes[^1], axes[^2]) = (axes[^2], axes[^1]);
        var from = Bounded(x);
        string turned = _graph.Node("Transpose", [from.Name], Fresh("t"), Attribute("perm", [.. axes.Select(axis => (long)axis)]));
        return new(_graph.Node("MatMul", [from.Name, turned], Fresh("t")), [.. x.Shape[..^1], x.Shape[^2]]);
    }

    private Flow TransposedConvolution(Flow x)
    {
        int outputs = _random.Between(1, 3), kernelY = _random.Between(1, 3), kernelX = _random.Between(1, 3),
            stride = _random.Between(1, 2);
        long[] dims = [x.Shape[0], outputs, kernelY, kernelX];
        string weights = Constant(dims, Numbers((int)dims.Aggregate(1L, (product, size) => product * size)));
        return new(_graph.Node("ConvTranspose", [x.Name, weights], Fresh("t"), Attribute("strides", [stride, stride])), outputs,
            ((x.Shape[1] - 1) * stride) + kernelY, ((x.Shape[2] - 1) * stride) + kernelX);
    }

    private Flow ExtremeIndex(Flow x)
    {
        int axis = _random.Between(1, x.Shape.Length);
        string index = _graph.Node(_random.OneOf("ArgMax", "ArgMin"), [x.Name], Fresh("t"),
            Attribute("axis", _opset < 11 ? axis : Counted(axis, x)));
        int[] shape = [.. x.Shape];
        shape[axis - 1] = 1;
        return new(_graph.Node("Cast", [index], Fresh("t"), Attribute("to", (long)OnnxDataType.Float)), shape);
    }

    /// <summary>The greatest or least elements along an axis, or their places.</summary>
    private Flow Top(Flow x)
    {
        int axis = _random.Between(1, x.Shape.Length), count = _random.Between(1, x.Shape[axis - 1]);
        List<OnnxAttribute> attributes = [Attribute("axis", (long)axis)];
        if (_opset < 10) attributes.Add(Attribute("k", (long)count));
        if (_opset >= 11 && _random.OneIn(2)) attributes.Add(Attribute("largest", 0L));
        string elements = Fresh("t"), places = Fresh("t");
        _graph.Node("TopK", _opset < 10 ? [x.Name] : [x.Name, Longs(count)], [elements, places], [.. attributes]);
        int[] shape = [.. x.Shape];
        shape[axis - 1] = count;
        return new(_random.OneIn(2) ? elements
            : _graph.Node("Cast", [places], Fresh("t"), Attribute("to", (long)OnnxDataType.Float)), shape);
    }

    /// <summary>A constant matrix over the last axis, or the products of all pairs of rows.</summary>
    private Flow Einsum(Flow x)
    {
        string letters = "abcdefghi"[..(x.Shape.Length + 1)];
        int columns = _random.Between(1, 6);
        if (x.Shape.Length == 1 || _random.OneIn(2))
            return new(_graph.Node("Einsum", [x.Name, Weights([x.Shape[^1], columns], 1)], Fresh("t"),
                Attribute("equation", $"{letters},{letters[^1]}z->{letters[..^1]}z")), [.. x.Shape[..^1], columns]);
        string from = Bounded(x).Name;
        return new(_graph.Node("Einsum", [from, from], Fresh("t"),
            Attribute("equation", $"{letters},{letters[..^2]}z{letters[^1]}->{letters[..^1]}z")), [.. x.Shape[..^1], x.Shape[^2]]);
    }

    /// <summary>Weights that are a linear function of the image.</summary>
    private Flow ComputedConvolution(Flow x)
    {
        int outputs = _random.Between(1, 3), kernel = _random.Between(1, Math.Min(2, Math.Min(x.Shape[1], x.Shape[2])));
        long[] dims = [outputs, x.Shape[0], kernel, kernel];
        var from = Bounded(x);
        string features = _graph.Node("Flatten", [from.Name], Fresh("t"));
        long count = dims.Aggregate((product, size) => product * size);
        string weights = _graph.Node("MatMul", [features, Constant([x.Count, count], Numbers((int)(x.Count * count)))], Fresh("t"));
        return new(_graph.Node("Conv", [from.Name, _graph.Node("Reshape", [weights, Longs(dims)], Fresh("t"))], Fresh("t")), outputs,
            x.Shape[1] - kernel + 1, x.Shape[2] - kernel + 1);
    }

    private Flow Shortened(Flow x)
    {
        var type = _opset >= 13 && _random.OneIn(3) ? OnnxDataType.BFloat16 : OnnxDataType.Float16;
        string halves = _graph.Node("Cast", [Bounded(x).Name], Fresh("t"), Attribute("to", (long)type));
        return x with { Name = _graph.Node("Cast", [halves], Fresh("t"), Attribute("to", (long)OnnxDataType.Float)) };
    }

    private Flow? Row(Flow x)
    {
        int kernel = _random.Between(1, 3), length = x.Shape[1] - kernel + 1;
        if (length < 1) return null;
        var shape = Attribute("kernel_shape", [kernel]);
        if (_random.OneIn(3)) return new(_graph.Node("MaxPool", [x.Name], Fresh("t"), shape), x.Shape[0], length);
        int outputs = _random.Between(1, 6);
        return new(_graph.Node("Conv", [x.Name, Weights([outputs, x.Shape[0], kernel], 0)], Fresh("t"), shape), outputs, length);
    }

    /// <summary>Operators of elements between two Transposes.</summary>
    private Flow ChannelsLast(Flow x)
    {
        string turned = _graph.Node("Transpose", [x.Name], Fresh("t"), Attribute("perm", [0, 2, 3, 1]));
        var last = new Flow(turned, x.Shape[1], x.Shape[2], x.Shape[0]);
        var between = _random.Between(0, 3) switch
        {
            0 => Quantized(last),
            1 => Binary(last),
            2 => Unary("Relu", last),
            _ => PRelu(last),
        };
        _flows.Add(between);
        return x with { Name = _graph.Node("Transpose", [between.Name], Fresh("t"), Attribute("perm", [0, 3, 1, 2])) };
    }
}
