using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Calls of the functions that a model brings along become the nodes of their bodies:
/// <code>
/// F(a, b) -> c      with F(x, y) -> z { t = Add(x, y); z = Relu(t) }      becomes      c.t = Add(a, b); c = Relu(c.t)
/// </code>
/// Attributes that a body takes from its call are the call's, or else the function's default, or else absent.
/// </summary>
internal sealed class LocalFunctions
{
    /// <summary>The most functions inside each other, and the most nodes of all inlined bodies together: far more than exporters
    /// write.</summary>
    private const int MostDepth = 64, MostNodes = 1 << 17;

    private readonly Dictionary<(string Domain, string Name, string Overload), OnnxFunction> _functions = [];
    private readonly Names _names;
    private readonly List<OnnxNode> _nodes = [];
    private int _made;

    private LocalFunctions(OnnxModel model, OnnxGraph graph, int opset)
    {
        foreach (var function in model.Functions)
        {
            if (!_functions.TryAdd((function.Domain ?? "", function.Name ?? "", function.Overload ?? ""), function))
                throw new ModelException($"Two local functions are named '{function.Name}' in domain '{function.Domain}'.");
            if (function.OperatorSets.Find(set => GraphIndex.IsOnnxDomain(set.Domain)) is { } own && own.Version != opset)
                throw new ModelException($"Local function '{function.Name}' is of opset {own.Version}, the model of opset {opset}; "
                    + "supported are functions of the model's own. Export the model without functions.");
        }
        _names = new([.. graph.Inputs.Select(input => input.Name ?? ""), .. graph.Initializers.Select(tensor => tensor.Name ?? ""),
            .. graph.Nodes.SelectMany(node => node.Inputs), .. graph.Nodes.SelectMany(node => node.Outputs)]);
    }

    /// <summary>The graph itself where the model has no functions.</summary>
    /// <exception cref="ModelException">A function calls itself, is called as it is not declared, or is of another opset.</exception>
    public static OnnxGraph Inlined(OnnxModel model, OnnxGraph graph, int opset)
    {
        if (model.Functions.Count == 0) return graph;
        var functions = new LocalFunctions(model, graph, opset);
        foreach (var node in graph.Nodes) functions.Add(node, []);
        return new()
        {
            Nodes = functions._nodes,
            Name = graph.Name,
            Initializers = graph.Initializers,
            Documentation = graph.Documentation,
            Inputs = graph.Inputs,
            Outputs = graph.Outputs,
            ValueInfos = graph.ValueInfos,
            SparseInitializers = graph.SparseInitializers,
        };
    }

    /// <param name="open">The functions in whose bodies the node stands.</param>
    private void Add(OnnxNode node, OnnxFunction[] open)
    {
        if (open.Length > 0 && ++_made > MostNodes)
            throw new ModelException($"The calls of local functions have more than {MostNodes} nodes together; supported are as many.");
        if (!_functions.TryGetValue((node.Domain ?? "", node.Operator ?? "", node.Overload ?? ""), out var function))
        {
            _nodes.Add(node);
            return;
        }
        if (open.Contains(function) || open.Length == MostDepth)
            throw new ModelException($"Local function '{function.Name}' calls itself, or stands {MostDepth} functions deep.");
        foreach (var inner in Body(node, function)) Add(inner, [.. open, function]);
    }

    private IEnumerable<OnnxNode> Body(OnnxNode call, OnnxFunction function)
    {
        string name = !string.IsNullOrEmpty(call.Name) ? call.Name : call.Outputs.FirstOrDefault() ?? "";
        if (call.Inputs.Count > function.Inputs.Count || call.Outputs.Count > function.Outputs.Count)
            throw new ModelException($"Node '{name}' ({call.Operator}) has {call.Inputs.Count} inputs and {call.Outputs.Count} outputs; "
                + $"the function has {function.Inputs.Count} and {function.Outputs.Count}.");
        var tensors = new Dictionary<string, string> { [""] = "" };
        for (int i = 0; i < function.Inputs.Count; i++) tensors[function.Inputs[i]] = call.Inputs.ElementAtOrDefault(i) ?? "";
        for (int i = 0; i < call.Outputs.Count; i++)
            if (call.Outputs[i].Length > 0 && !tensors.TryAdd(function.Outputs[i], call.Outputs[i]))
                throw new ModelException($"Local function '{function.Name}' has '{function.Outputs[i]}' as an input and as an output, or "
                    + "twice as either.");
        foreach (string made in function.Nodes.SelectMany(node => node.Outputs))
            if (!tensors.ContainsKey(made)) tensors[made] = _names.Take($"{name}.{made}");
        return function.Nodes.Select(node => new OnnxNode
        {
            Operator = node.Operator,
            Domain = node.Domain,
            Overload = node.Overload,
            Name = string.IsNullOrEmpty(node.Name) ? "" : $"{name}.{node.Name}",
            Inputs = [.. node.Inputs.Select(input => tensors.GetValueOrDefault(input)
                ?? throw new ModelException($"Local function '{function.Name}' reads tensor '{input}', which nothing in it makes."))],
            Outputs = [.. node.Outputs.Select(output => tensors[output])],
            Attributes = [.. node.Attributes.Select(attribute => Given(attribute, call, function)).OfType<OnnxAttribute>()],
        });
    }

    private static OnnxAttribute? Given(OnnxAttribute attribute, OnnxNode call, OnnxFunction function)
    {
        if (string.IsNullOrEmpty(attribute.Reference)) return attribute;
        var given = call.Attributes.Find(each => each.Name == attribute.Reference)
            ?? function.Defaults.Find(each => each.Name == attribute.Reference);
        return given is null ? null : new()
        {
            Name = attribute.Name,
            Type = given.Type,
            Float = given.Float,
            Int = given.Int,
            Text = given.Text,
            Tensor = given.Tensor,
            Floats = given.Floats,
            Ints = given.Ints,
            Texts = given.Texts,
        };
    }
}
