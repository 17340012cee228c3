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
    private readonly Dictionary<(int, QuantizerKind, string, float, int, int), int> _quantizers = [];

    public Network Emit(string name, Preprocessing preprocessing)
    {
        _floats[graph.Input] = Tensor(graph.Input.Name, graph.Input.Shape);
        foreach (var step in graph.Steps)
        {
            var flow = step.Result;
            if (plan.NeedsCodes(flow)) _codes[flow] = Quantize(flow, plan.PatternOf(flow)!);
            if (plan.NeedsFloats(flow)) _floats[flow] = Floats(flow, step);
        }
        return new(name, _tensors, _nodes, _floats[graph.Output], preprocessing);
    }

    private int Quantize(Flow flow, ActivationPattern pattern)
    {
        int source = _floats[pattern.Source];
        var key = (source, pattern.Kind, pattern.Format.ToString(), pattern.Step, pattern.LeastCode, pattern.MostCode);
        if (_quantizers.TryGetValue(key, out int known)) return known;
        int codes = Tensor(NetworkImporter.CodesOfTensor(flow.Name), flow.Shape, isCodes: true);
        _nodes.Add(new QuantizeNode(_names.Take(flow.Name + ":quantize"), [source], codes, pattern.Kind, pattern.Format, pattern.Step,
            pattern.LeastCode, pattern.MostCode));
        return _quantizers[key] = codes;
    }

    private int Floats(Flow flow, Step step)
    {
        int result = Tensor(flow.Name, flow.Shape);
        if (plan.LayerOf(flow) is { } layer)
            _nodes.Add(layer.ToNode(layer.Input is null ? _floats[layer.Layer.Inputs[0]] : _codes[NetworkPlan.CodesOf(layer.Layer)],
                result));
        else if (_codes.TryGetValue(flow, out int codes))
            _nodes.Add(new DequantizeNode(_names.Take(step.Node.Name), [codes], result, plan.PatternOf(flow)!.Step));
        else
            _nodes.Add(Prototype(step) with { Name = _names.Take(step.Node.Name), Inputs = [.. step.Inputs.Select(input => _floats[input])],
                Result = result });
        return result;
    }

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
