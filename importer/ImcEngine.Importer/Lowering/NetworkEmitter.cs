using ImcEngine.Data;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>Writes the engine's nodes for every tensor that the plan needs.</summary>
internal sealed class NetworkEmitter(GraphReader graph, NetworkPlan plan)
{
    private readonly List<TensorInfo> _tensors = [];
    private readonly List<Node> _nodes = [];
    private readonly Names _names = new(plan.Layers.Select(layer => layer.Name));
    private readonly Dictionary<Flow, int> _floats = [], _codes = [];
    private readonly Dictionary<(int Source, QuantizeNode Rule), int> _quantizers = [];
    private readonly Dictionary<int, int> _dynamic = [];
    private readonly Dictionary<(int Codes, TensorShape Shape, string Pads, int Code), int> _padded = [];

    public Network Emit(string name, Preprocessing preprocessing)
    {
        _floats[graph.Input] = Tensor(graph.Input.Name, graph.Input.Shape);
        foreach (var step in graph.Steps)
        {
            var flow = step.Result;
            bool isQuantizedAgain = plan.IsQuantizedAgain(flow);
            if (isQuantizedAgain) _floats[flow] = Floats(flow, step);
            if (plan.NeedsCodes(flow)) _codes[flow] = Quantize(flow, plan.PatternOf(flow)!);
            if (plan.NeedsFloats(flow) && !isQuantizedAgain) _floats[flow] = Floats(flow, step);
        }
        return new(name, _tensors, _nodes, _floats[graph.Output], preprocessing);
    }

    private int Quantize(Flow flow, ActivationPattern pattern)
    {
        int source = _floats[pattern.Source];
        if (pattern.OfImage is var (scale, zero))
        {
            if (_dynamic.TryGetValue(source, out int made)) return made;
            int result = Tensor(NetworkImporter.CodesOfTensor(flow.Name), flow.Shape, isCodes: true);
            _nodes.Add(new DynamicQuantizeNode(_names.Take(flow.Name + ":quantize"), [source, _floats[scale], _floats[zero]], result));
            return _dynamic[source] = result;
        }
        var node = new QuantizeNode("", [], 0, pattern.Kind, pattern.Format, pattern.Divisor, pattern.LeastCode, pattern.MostCode,
            pattern.ZeroPoint, pattern.RoundedZero, pattern.Rounding);
        var key = (source, node);
        if (_quantizers.TryGetValue(key, out int known)) return known;
        int codes = Tensor(NetworkImporter.CodesOfTensor(flow.Name), flow.Shape, isCodes: true);
        _nodes.Add(node with { Name = _names.Take(flow.Name + ":quantize"), Inputs = [source], Result = codes });
        return _quantizers[key] = codes;
    }

    /// <summary>Returns the codes that a layer reads: padded by the code of the number 0 where padding drives rows.</summary>
    private int CodesOf(LayerPlan layer)
    {
        int codes = _codes[NetworkPlan.CodesOf(layer.Layer)];
        if (!layer.PadsCodes) return codes;
        var geometry = layer.Layer.Geometry;
        var shape = new TensorShape(geometry.InputChannels, geometry.InputHeight, geometry.InputWidth);
        var key = (codes, shape, $"{geometry.PadTop},{geometry.PadLeft},{geometry.PadBottom},{geometry.PadRight}", layer.Input!.ZeroPoint);
        if (_padded.TryGetValue(key, out int known)) return known;
        int padded = Tensor(_tensors[codes].Name + ":padded", new(geometry.InputChannels,
            geometry.InputHeight + geometry.PadTop + geometry.PadBottom, geometry.InputWidth + geometry.PadLeft + geometry.PadRight),
            isCodes: true);
        _nodes.Add(new PadCodesNode(_names.Take(layer.Name + ":pad"), WithZero(codes, layer.Input), padded, shape, geometry.PadTop,
            geometry.PadLeft,
            (short)layer.Input.ZeroPoint));
        return _padded[key] = padded;
    }

    private int Floats(Flow flow, Step step)
    {
        int result = Tensor(flow.Name, flow.Shape);
        if (plan.LayerOf(flow) is { } layer)
            _nodes.Add(layer.ToNode(layer.Input is { } input ? WithZero(CodesOf(layer), input) : [_floats[layer.Layer.Inputs[0]]], result));
        else if (_codes.TryGetValue(flow, out int codes))
            _nodes.Add(new DequantizeNode(_names.Take(step.Node.Name), WithZero(codes, plan.PatternOf(flow)!), result,
                plan.PatternOf(flow)!.Step,
                plan.PatternOf(flow)!.ZeroPoint));
        else
            _nodes.Add(Prototype(step) with { Name = _names.Take(step.Node.Name), Inputs = [.. step.Inputs.Select(input => _floats[input])],
                Result = result });
        return result;
    }

    /// <summary>Codes, and the zero point that each image has for itself, if any.</summary>
    private int[] WithZero(int codes, ActivationPattern pattern) =>
        pattern.OfImage is var (_, zero) ? [codes, _floats[zero]] : [codes];

    private static Node Prototype(Step step) => step switch
    {
        PlainStep plain => plain.Prototype,
        BatchNormStep norm =>
            new ChannelAffineNode("", [], 0, Array.ConvertAll(norm.Scale, x => (float)x), Array.ConvertAll(norm.Shift, x => (float)x)),
        _ => throw step.Node.Error($"its result '{step.Result.Name}' holds codes; only Clip and DequantizeLinear may read them"),
    };

    private int Tensor(string name, TensorShape shape, bool isCodes = false)
    {
        _tensors.Add(new(name, shape, isCodes));
        return _tensors.Count - 1;
    }
}
