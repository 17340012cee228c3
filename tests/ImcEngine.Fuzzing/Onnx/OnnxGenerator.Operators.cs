using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;

namespace ImcEngine.Fuzzing.Onnx;

/// <content>Functions of elements, reductions, what moves elements, and normalizations.</content>
internal sealed partial class OnnxGenerator
{
    /// <summary>Functions of one element that are finite everywhere, with the first opset that has them.</summary>
    private static readonly (string Operator, int First)[] Functions =
    [
        ("Abs", 11), ("Neg", 11), ("Floor", 11), ("Ceil", 11), ("Round", 11), ("LeakyRelu", 11), ("Elu", 11), ("Selu", 11), ("Celu", 12),
        ("ThresholdedRelu", 11), ("Sigmoid", 11), ("HardSigmoid", 11), ("HardSwish", 14), ("Mish", 18), ("Softplus", 11), ("Softsign", 11),
        ("Tanh", 11), ("Erf", 11), ("Gelu", 20),
    ];

    private static readonly string[] Reductions =
    [
        "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp",
    ];

    /// <summary>The axis, or the same counted from behind.</summary>
    private long Counted(int axis, Flow x) => _random.OneIn(2) ? axis : axis - x.Shape.Length - 1;

    private Flow Function(Flow x)
    {
        if (_random.OneIn(5)) return Unary(_random.OneOf("Sqrt", "Log", "Reciprocal"), Positive(x));
        if (_random.OneIn(8)) return Unary("Exp", Bounded(x));
        var (@operator, first) = _random.OneOf<(string, int)>(Functions);
        if (_opset < first) return Unary("Sigmoid", x);
        OnnxAttribute[] attributes = @operator switch
        {
            "LeakyRelu" or "Elu" or "Celu" or "ThresholdedRelu" or "HardSigmoid" or "Selu" when _random.OneIn(2) =>
                [Attribute("alpha", Positive())],
            "Gelu" => [Attribute("approximate", _random.OneOf("none", "tanh"))],
            _ => [],
        };
        return x with { Name = _graph.Node(@operator, [x.Name], Fresh("t"), attributes) };
    }

    private Flow Power(Flow x)
    {
        float exponent = _random.OneOf(2f, 3f, 0.5f, -0.5f, -1f, 1f, 0f, 1.7f);
        if (_random.OneIn(4))
            return x with { Name = _graph.Node("Pow", [Positive(x).Name, Constant([x.Shape[^1]],
                [.. Enumerable.Range(0, x.Shape[^1]).Select(_ => _random.Between(-8, 8) / 4f)])], Fresh("t")) };
        var from = exponent is 2 or 3 ? Bounded(x) : Positive(x);
        return x with { Name = _graph.Node("Pow", [from.Name, Constant([], [exponent])], Fresh("t")) };
    }

    private Flow Bounded(Flow x) => Clip(x, -8, 8);

    private Flow Positive(Flow x) => Clip(x, 0.125f, 100);

    private Flow Variadic(Flow x)
    {
        Flow[] alike = [.. _flows.Where(flow => flow.Shape.SequenceEqual(x.Shape))];
        string[] operands = [x.Name, .. Enumerable.Range(0, _random.Between(0, 3))
            .Select(_ => alike.Length > 0 && _random.OneIn(2) ? _random.OneOf<Flow>(alike).Name : Broadcast(x))];
        return x with { Name = _graph.Node(_random.OneOf("Sum", "Mean", "Max", "Min"), operands, Fresh("t")) };
    }

    private Flow Reduce(Flow x)
    {
        if (x.IsPlanes && _random.OneIn(4)) return new(_graph.Node("GlobalMaxPool", [x.Name], Fresh("t")), x.Shape[0], 1, 1);
        string @operator = _random.OneOf<string>(Reductions);
        int[] axes = [.. Enumerable.Range(1, x.Shape.Length).Where(_ => _random.OneIn(2)).DefaultIfEmpty(x.Shape.Length)];
        bool keeps = _random.OneIn(2) || axes.Length == x.Shape.Length;
        long[] counted = Array.ConvertAll(axes, axis => Counted(axis, x));
        var keep = Attribute("keepdims", keeps ? 1L : 0L);
        string from = @operator is "ReduceProd" or "ReduceLogSumExp" ? Bounded(x).Name : x.Name;
        string result = _opset < (@operator == "ReduceSum" ? 13 : 18)
            ? _graph.Node(@operator, [from], Fresh("t"), Attribute("axes", counted), keep)
            : _graph.Node(@operator, [from, Longs(counted)], Fresh("t"), keep);
        return new(result, [.. Enumerable.Range(1, x.Shape.Length).Where(axis => keeps || !axes.Contains(axis))
            .Select(axis => axes.Contains(axis) ? 1 : x.Shape[axis - 1])]);
    }

    private Flow Transpose(Flow x)
    {
        int[] axes = [.. Enumerable.Range(1, x.Shape.Length).OrderBy(_ => _random.Between(0, 99))];
        return new(_graph.Node("Transpose", [x.Name], Fresh("t"), Attribute("perm", [0, .. axes.Select(axis => (long)axis)])),
            [.. axes.Select(axis => x.Shape[axis - 1])]);
    }

    private Flow Slice(Flow x)
    {
        int axis = _random.Between(1, x.Shape.Length), size = x.Shape[axis - 1], from = _random.Between(0, size - 1),
            step = _random.Between(1, 3);
        bool backwards = _random.OneIn(3);
        if (_opset < 10) (step, backwards) = (1, false);
        long end = backwards ? -size - 1 : int.MaxValue;
        int[] shape = [.. x.Shape];
        shape[axis - 1] = ((backwards ? from : size - 1 - from) / step) + 1;
        long start = _random.OneIn(2) ? from : from - size, counted = Counted(axis, x);
        return new(_opset < 10
            ? _graph.Node("Slice", [x.Name], Fresh("t"), Attribute("starts", [start]), Attribute("ends", [end]),
                Attribute("axes", [counted]))
            : _graph.Node("Slice", [x.Name, Longs(start), Longs(end), Longs(counted), Longs(backwards ? -step : step)], Fresh("t")), shape);
    }

    /// <summary>Joins two parts in the other order, or takes one of them.</summary>
    private Flow? Split(Flow x)
    {
        int axis = _random.Between(1, x.Shape.Length), size = x.Shape[axis - 1];
        if (size < 2) return null;
        int first = _random.Between(1, size - 1);
        string one = Fresh("t"), other = Fresh("t");
        long[] sizes = [first, size - first];
        if (_opset < 13) _graph.Node("Split", [x.Name], [one, other], Attribute("axis", Counted(axis, x)), Attribute("split", sizes));
        else _graph.Node("Split", [x.Name, Longs(sizes)], [one, other], Attribute("axis", Counted(axis, x)));
        if (!_random.OneIn(3)) return x with { Name = _graph.Node("Concat", [other, one], Fresh("t"), Attribute("axis", (long)axis)) };
        int[] shape = [.. x.Shape];
        shape[axis - 1] = size - first;
        return new(other, shape);
    }

    private Flow Pick(Flow x)
    {
        int axis = _random.Between(1, x.Shape.Length), size = x.Shape[axis - 1];
        int[] picked = [.. Enumerable.Range(0, _random.Between(1, 4)).Select(_ => _random.Between(-size, size - 1))];
        int[] shape = [.. x.Shape];
        shape[axis - 1] = picked.Length;
        return new(_graph.Node("Gather", [x.Name, Longs([.. picked.Select(index => (long)index)])], Fresh("t"),
            Attribute("axis", Counted(axis, x))), shape);
    }

    private Flow Repeat(Flow x)
    {
        int[] repeats = [.. x.Shape.Select(size => _random.OneIn(2) ? 1 : 2)];
        int[] shape = [.. x.Shape.Zip(repeats, (size, times) => size == 1 || times == 1 ? size * times : size)];
        if (_random.OneIn(2))
            return new(_graph.Node("Expand", [x.Name, Longs([1, .. shape.Select(size => (long)size)])], Fresh("t")), shape);
        return new(_graph.Node("Tile", [x.Name, Longs([1, .. repeats.Select(times => (long)times)])], Fresh("t")),
            [.. x.Shape.Zip(repeats, (size, times) => size * times)]);
    }

    private Flow? Blocks(Flow x)
    {
        int block = _random.Between(1, 2), channels = x.Shape[0], height = x.Shape[1], width = x.Shape[2];
        var size = Attribute("blocksize", (long)block);
        if (_random.OneIn(2))
        {
            if (channels % (block * block) != 0) return null;
            OnnxAttribute[] attributes = _opset < 11 ? [size] : [size, Attribute("mode", _random.OneOf("DCR", "CRD"))];
            return new(_graph.Node("DepthToSpace", [x.Name], Fresh("t"), attributes), channels / (block * block), height * block,
                width * block);
        }
        return height % block != 0 || width % block != 0 ? null
            : new(_graph.Node("SpaceToDepth", [x.Name], Fresh("t"), size), channels * block * block, height / block, width / block);
    }

    /// <summary>By scales that make whole sizes, so that no rounding decides a shape.</summary>
    private Flow Resize(Flow x)
    {
        int[] factors = [_random.Between(1, 3), _random.Between(1, 3)];
        if (_opset < 11)
        {
            var scales = new OnnxAttribute
            {
                Name = "scales", Type = (int)OnnxAttributeType.Floats, Floats = [1, 1, factors[0], factors[1]],
            };
            var of = Attribute("mode", _random.OneOf("nearest", "linear"));
            string[] inputs = _opset < 9 ? [x.Name] : [x.Name, _graph.Floats(Fresh("k"), [4], scales.Floats)];
            return new(_graph.Node(_opset < 10 ? "Upsample" : "Resize", inputs, Fresh("t"), _opset < 9 ? [of, scales] : [of]),
                x.Shape[0], x.Shape[1] * factors[0], x.Shape[2] * factors[1]);
        }
        string mode = _random.OneOf("nearest", "linear", "cubic");
        List<OnnxAttribute> attributes = [Attribute("mode", mode), Attribute("coordinate_transformation_mode",
            _random.OneOf("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"))];
        if (mode == "nearest") attributes.Add(Attribute("nearest_mode", _random.OneOf("round_prefer_floor", "floor", "ceil")));
        return new(_graph.Node("Resize", [x.Name, _graph.Floats(Fresh("k"), [0], []),
            _graph.Floats(Fresh("k"), [4], [1, 1, factors[0], factors[1]])], Fresh("t"), [.. attributes]),
            x.Shape[0], x.Shape[1] * factors[0], x.Shape[2] * factors[1]);
    }

    private Flow? Normalization(Flow x)
    {
        int channels = x.Shape[0];
        string Parameter(params int[] dims) =>
            Constant([.. dims.Select(size => (long)size)], Numbers(dims.Aggregate(1, (product, size) => product * size)));
        var epsilon = Attribute("epsilon", Positive());
        switch (_random.Between(0, 3))
        {
            case 0 when x.IsPlanes:
                return x with { Name = _graph.Node("LRN", [x.Name], Fresh("t"), Attribute("size", _random.OneOf(1L, 3, 5)),
                    Attribute("alpha", Positive())) };
            case 1 when x.IsPlanes:
                return x with { Name = _graph.Node("InstanceNormalization", [x.Name, Parameter(channels), Parameter(channels)], Fresh("t"),
                    epsilon) };
            case 2 when x.IsPlanes && _opset >= 21:
                return x with { Name = _graph.Node("GroupNormalization", [x.Name, Parameter(channels), Parameter(channels)], Fresh("t"),
                    epsilon, Attribute("num_groups", channels % 2 == 0 ? 2L : 1)) };
            case 3 when _opset >= 17:
                int axis = _random.Between(1, x.Shape.Length);
                return x with { Name = _graph.Node("LayerNormalization",
                    [x.Name, Parameter(x.Shape[(axis - 1)..]), Parameter(x.Shape[(axis - 1)..])], Fresh("t"), epsilon,
                    Attribute("axis", Counted(axis, x))) };
            default:
                return null;
        }
    }
}
