using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Resize along y and x. Where an index of the result lies in the input is computed in float32, as OnnxRuntime does, since rounding decides
/// which element is the nearest; from there on all is double.
/// </summary>
internal sealed class ResizeReader
{
    private static readonly string[] Transformations =
        ["half_pixel", "pytorch_half_pixel", "half_pixel_symmetric", "align_corners", "asymmetric", "tf_half_pixel_for_nn"];

    /// <summary>How far, relatively, a place in the input may be off where a scale is computed from sizes.</summary>
    private const float ScaleRounding = 1e-6f;

    private readonly NodeView _node;
    private readonly string _transformation, _mode, _nearest;
    private readonly float _cubic;
    private readonly bool _excludesOutside;

    private ResizeReader(NodeView node)
    {
        _node = node;
        node.AllowAttributes("antialias", "axes", "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside",
            "extrapolation_value", "keep_aspect_ratio_policy", "mode", "nearest_mode");
        _transformation = node.Text("coordinate_transformation_mode", "half_pixel");
        _mode = node.Text("mode", "nearest");
        _nearest = node.Text("nearest_mode", "round_prefer_floor");
        _cubic = node.Float("cubic_coeff_a", -0.75f);
        _excludesOutside = node.Flag("exclude_outside", false);
        node.Float("extrapolation_value", 0);
        node.Require(Transformations.Contains(_transformation), $"its coordinate_transformation_mode is '{_transformation}'; "
            + $"supported are {string.Join(", ", Transformations)}");
        node.Require(!node.Flag("antialias", false), "antialias is not supported");
        node.Require(_mode is "nearest" or "linear" or "cubic", $"its mode is '{_mode}'; supported are 'nearest', 'linear' and 'cubic'");
        node.Require(_nearest is "round_prefer_floor" or "round_prefer_ceil" or "floor" or "ceil",
            $"its nearest_mode is '{_nearest}'; supported are 'round_prefer_floor', 'round_prefer_ceil', 'floor' and 'ceil'");
        string policy = node.Text("keep_aspect_ratio_policy", "stretch");
        node.Require(policy == "stretch", $"its keep_aspect_ratio_policy is '{policy}'; supported is 'stretch'");
    }

    public static PlainStep Read(GraphReader graph, NodeView node)
    {
        var x = graph.FloatFlow(node, 0);
        node.Require(x.Shape.Rank >= 2, $"its input has shape {x.Shape} without the batch; it must end in [y, x]");
        var reader = new ResizeReader(node);
        var (sizes, scales, isGiven) = reader.Targets(graph, x.Shape);
        for (int axis = 0; axis < x.Shape.Rank - 2; axis++)
            node.Require(sizes[axis] == x.Shape[axis] && scales[axis] == 1,
                $"it resizes axis {axis + 1} from {x.Shape[axis]} to {sizes[axis]}; supported are the last two, y and x");
        var result = new TensorShape(sizes);
        node.Require(result.Count <= ModelLimits.MostElements,
            $"its result {result} is too large; at most {ModelLimits.MostElements} elements are supported");
        // OnnxRuntime copies a tensor whose sizes stay, whatever its scales.
        if (result.Equals(x.Shape)) return StepReaders.Plain(node, [x], result, new UnaryNode("", [], 0, UnaryKind.Identity));
        AxisTaps Taps(int axis) => reader.TapsOf(x.Shape[axis], sizes[axis], scales[axis],
            isGiven || (double)scales[axis] * x.Shape[axis] == sizes[axis]);
        return StepReaders.Plain(node, [x], result, new ResizeNode("", [], 0, Taps(x.Shape.Rank - 2), Taps(x.Shape.Rank - 1)));
    }

    /// <summary>Sizes and scales of all axes but the batch; what is not named stays. Whether the scales are given, not the sizes.</summary>
    private (int[] Sizes, float[] Scales, bool IsGiven) Targets(GraphReader graph, TensorShape shape)
    {
        int rank = shape.Rank + 1;
        var given = graph.Constant(_node, 2, "scales") is { Count: > 0 } some ? some : null;
        long[]? target = graph.Constant(_node, 3, "sizes")?.Longs(_node, "sizes") is { Length: > 0 } longs ? longs : null;
        _node.Require(given is null != target is null, "it must have either scales or sizes");
        _node.Require(given is null || (given.Floats is not null && given.Dims.Length == 1),
            $"its scales are of type {given?.Type}; they must be a vector of Float");
        int[] axes = _node.Ints("axes") is { } named ? Array.ConvertAll(named, axis => ConstantShapes.Axis(_node, axis, rank))
            : [.. Enumerable.Range(0, rank)];
        int count = given?.Count ?? target!.Length;
        _node.Require(count == axes.Length && axes.Distinct().Count() == count, $"it has {count} scales or sizes for {axes.Length} axes");
        int[] sizes = shape.Sizes.ToArray();
        var scales = new float[sizes.Length];
        Array.Fill(scales, 1);
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = axes[i] - 1;
            if (axis < 0)
            {
                _node.Require(given is not null ? given.Floats![i] == 1
                    : target![i] is 1 or ConstantValue.Batch || target[i] == graph.FixedBatch,
                    "it resizes axis 0, the batch");
                continue;
            }
            double size = given is not null ? Math.Floor((double)(given.Floats![i] * shape[axis])) : target![i];
            _node.Require(size is >= 1 and <= int.MaxValue, $"it resizes axis {axis + 1} from {shape[axis]} to {size}");
            sizes[axis] = (int)size;
            _node.Require(given is null || _transformation is not ("align_corners" or "half_pixel_symmetric")
                || given.Floats![i] * shape[axis] == sizes[axis],
                $"its scale {given?.Floats![i]} of {shape[axis]} makes no whole size, for which ONNX and OnnxRuntime differ "
                    + $"with {_transformation}; give it sizes");
            scales[axis] = given is not null ? given.Floats![i] : (float)size / shape[axis];
        }
        return (sizes, scales, given is not null);
    }

    private AxisTaps TapsOf(int from, int to, float scale, bool isExact)
    {
        int taps = _mode switch { "nearest" => 1, "linear" => 2, _ => 4 };
        var indices = new int[to * taps];
        var weights = new double[to * taps];
        for (int i = 0; i < to; i++)
        {
            float place = scale == 1 ? i : Place(i, scale, to, from);
            Span<int> index = indices.AsSpan(i * taps, taps);
            Span<double> weight = weights.AsSpan(i * taps, taps);
            if (taps == 1) (index[0], weight[0]) = (NearestOf(place, from, isExact), 1);
            else if (taps == 2) Linear(Math.Clamp(place, 0, from - 1), from, index, weight);
            else Cubic(place, from, index, weight);
        }
        return new(taps, indices, weights);
    }

    /// <summary>Where index i of the result lies in the input.</summary>
    private float Place(int i, float scale, int to, int from) => _transformation switch
    {
        "half_pixel" or "half_pixel_symmetric" => ((i + 0.5f) / scale) - 0.5f,
        "pytorch_half_pixel" => to > 1 ? ((i + 0.5f) / scale) - 0.5f : 0,
        "align_corners" => to == 1 ? 0 : i * (float)(from - 1) / (to - 1),
        "asymmetric" => i / scale,
        _ => (i + 0.5f) / scale,
    };

    /// <summary>Refuses a place between two pixels that the rounding of the scale decides: readers of ONNX differ there.</summary>
    private int NearestOf(float place, int size, bool isExact)
    {
        int Inside(float at) => Math.Clamp(Nearest(at), 0, size - 1);
        _node.Require(isExact || Inside(place * (1 - ScaleRounding)) == Inside(place * (1 + ScaleRounding)),
            $"its result falls between two pixels at {place}, and the rounding of its scale decides which is taken; "
                + $"readers of ONNX differ there. Give it a scale that is a power of two, or another nearest_mode");
        return Inside(place);
    }

    private int Nearest(float place) => (int)(_nearest switch
    {
        "round_prefer_floor" => Math.Ceiling(place - 0.5),
        "round_prefer_ceil" => Math.Floor(place + 0.5),
        "floor" => MathF.Floor(place),
        _ => MathF.Ceiling(place),
    });

    private static void Linear(float place, int size, Span<int> index, Span<double> weight)
    {
        int low = Math.Min((int)place, size - 1);
        (index[0], index[1]) = (low, Math.Min(low + 1, size - 1));
        (weight[0], weight[1]) = (1 - ((double)place - low), (double)place - low);
    }

    private void Cubic(float place, int size, Span<int> index, Span<double> weight)
    {
        int low = (int)MathF.Floor(place);
        double s = (double)place - low, a = _cubic, sum = 0;
        double Near(double t) => ((((a + 2) * t) - (a + 3)) * t * t) + 1;
        double Far(double t) => ((((a * t) - (5 * a)) * t) + (8 * a)) * t - (4 * a);
        (weight[0], weight[1], weight[2], weight[3]) = (Far(s + 1), Near(s), Near(1 - s), Far(2 - s));
        for (int tap = 0; tap < 4; tap++)
        {
            int at = low - 1 + tap;
            if (_excludesOutside && (at < 0 || at >= size)) weight[tap] = 0;
            index[tap] = Math.Clamp(at, 0, size - 1);
            sum += weight[tap];
        }
        if (!_excludesOutside) return;
        foreach (ref double each in weight) each /= sum;
    }
}
