using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// A model's graph, checked: supported versions, every tensor written once, every input present, no cycle.
/// Nodes that the outputs do not need
/// are left out; the others stand in an order in which each comes after those it reads from, otherwise in the file's order.
/// </summary>
internal sealed class GraphIndex
{
    /// <summary>The first opset with today's rule of broadcasting.</summary>
    public const int LeastOpset = 7;

    /// <summary>The newest opset whose operators OnnxRuntime 1.31 knows.</summary>
    public const int MostOpset = 26;

    /// <summary>The newest IR that OnnxRuntime 1.31 reads.</summary>
    public const int MostIrVersion = 13;

    private readonly GraphProblems _problems;

    /// <param name="problems">Receives what is not sound, for a caller that reads on; null: it is thrown.</param>
    /// <exception cref="ModelException">The graph is not sound, or of a version that is not supported.</exception>
    public GraphIndex(OnnxModel model, GraphProblems? problems = null)
    {
        _problems = problems ?? new();
        Model = model;
        var graph = model.Graph ?? throw new ModelException("The file holds no graph; it is not an ONNX model, or it is empty.");
        Opset = OpsetOf(model);
        Graph = LocalFunctions.Inlined(model, graph, Opset);
        Metadata = MetadataOf(model);
        if (Graph.SparseInitializers.Count > 0)
            _problems.Add(new($"The graph has {Graph.SparseInitializers.Count} sparse initializers (first: "
                + $"'{Graph.SparseInitializers[0].Values?.Name}'); "
                + $"supported are dense ones. Export the model without them."));
        foreach (var tensor in Graph.Initializers)
            _problems.Try(() => AddInitializer(tensor));
        foreach (var input in Graph.Inputs)
            if (input.Name is not null && Initializers.TryGetValue(input.Name, out var value))
                _problems.Try(() => RequireAlike(input, value));
        Inputs = [.. Graph.Inputs.Where(input => input.Name is null || !Initializers.ContainsKey(input.Name))];
        Nodes = Needed(Sorted());
        ReadTensors = [.. Nodes.SelectMany(node => node.Inputs), .. Graph.Outputs.Select(output => output.Name).OfType<string>()];
        if (problems is null) _problems.ThrowIfAny();
    }

    public OnnxModel Model { get; }

    /// <summary>Local functions inlined.</summary>
    public OnnxGraph Graph { get; }

    public int Opset { get; }
    public IReadOnlyDictionary<string, string> Metadata { get; }
    public Dictionary<string, OnnxTensor> Initializers { get; } = [];

    /// <summary>Graph inputs that are not initializers.</summary>
    public IReadOnlyList<OnnxValueInfo> Inputs { get; }

    public IReadOnlyList<OnnxNode> Nodes { get; }

    /// <summary>The names of all tensors, unneeded ones included.</summary>
    public IEnumerable<string> TensorNames =>
        [.. Initializers.Keys, .. Inputs.Select(input => input.Name!), .. Graph.Nodes.SelectMany(node => node.Outputs)];

    /// <summary>The names of tensors that a node reads or that are outputs.</summary>
    public HashSet<string> ReadTensors { get; }

    private void AddInitializer(OnnxTensor tensor)
    {
        if (string.IsNullOrEmpty(tensor.Name) || !Initializers.TryAdd(tensor.Name, tensor))
            throw new ModelException($"Two initializers are named '{tensor.Name}', or one has no name.");
    }

    /// <summary>Checks an initializer that is the default of a graph input: it must have the input's type and shape.</summary>
    private static void RequireAlike(OnnxValueInfo input, OnnxTensor initializer)
    {
        if (input.Type?.Tensor is not { } stated) return;
        bool isShape = stated.Shape is not { } shape || (shape.Dimensions.Count == initializer.Dims.Length
            && shape.Dimensions.Zip(initializer.Dims).All(pair => pair.First.Size is null or < 0 || pair.First.Size == pair.Second));
        if (stated.ElementType != initializer.DataType || !isShape)
            throw new ModelException($"Graph input '{input.Name}' is stated as {(OnnxDataType)stated.ElementType} "
                + $"[{string.Join(", ", stated.Shape?.Dimensions.Select(size => size.Symbol ?? $"{size.Size}") ?? [])}], "
                + $"but its initializer is {(OnnxDataType)initializer.DataType} [{string.Join(", ", initializer.Dims)}]; "
                + "they must be the same.");
    }

    private OnnxNode[] Needed(List<OnnxNode> sorted)
    {
        var needed = Graph.Outputs.Select(output => output.Name).OfType<string>().ToHashSet();
        var nodes = new List<OnnxNode>();
        for (int i = sorted.Count - 1; i >= 0; i--)
        {
            if (!sorted[i].Outputs.Any(needed.Contains)) continue;
            nodes.Add(sorted[i]);
            needed.UnionWith(sorted[i].Inputs.Where(input => input.Length > 0));
        }
        nodes.Reverse();
        return [.. nodes];
    }

    private static int OpsetOf(OnnxModel model)
    {
        if (model.IrVersion is < 3 or > MostIrVersion)
            throw new ModelException($"The model has IR version {model.IrVersion}; supported are 3 to {MostIrVersion}.");
        long[] versions = [.. model.OperatorSets.Where(set => IsOnnxDomain(set.Domain)).Select(set => set.Version)];
        if (versions.Length > 1)
            throw new ModelException($"The model imports ONNX's operators {versions.Length} times, "
                + $"as opsets {string.Join(", ", versions.Take(3))} ('' and 'ai.onnx' are one domain); "
                + $"it must import them once.");
        long opset = versions.FirstOrDefault();
        if (opset is < LeastOpset or > MostOpset)
            throw new ModelException($"The model uses ONNX opset {opset}; supported are {LeastOpset} to {MostOpset}. "
                + $"Export it again with opset_version={Math.Clamp(opset, LeastOpset, MostOpset)}.");
        return (int)opset;
    }

    public static bool IsOnnxDomain(string? domain) => domain is null or "" or "ai.onnx";

    private static Dictionary<string, string> MetadataOf(OnnxModel model)
    {
        var metadata = new Dictionary<string, string>();
        foreach (var entry in model.Metadata)
            if (!metadata.TryAdd(entry.Key ?? "", entry.Value ?? "")) throw new ModelException($"Metadata key '{entry.Key}' occurs twice.");
        return metadata;
    }

    /// <summary>Sorts nodes. Tensors that nothing makes and nodes of a cycle are problems, and unknown to those who read on.</summary>
    private List<OnnxNode> Sorted()
    {
        var known = new HashSet<string>(Initializers.Keys);
        foreach (var input in Inputs)
            _problems.Try(() =>
            {
                if (string.IsNullOrEmpty(input.Name) || !known.Add(input.Name))
                    throw new ModelException($"Two graph inputs are named '{input.Name}', or one has no name.");
            });

        var nodes = new List<OnnxNode>();
        var writers = WritersOf(known, nodes);
        var missing = new int[nodes.Count];
        var readers = new List<int>?[nodes.Count];
        for (int i = 0; i < nodes.Count; i++)
            foreach (string input in nodes[i].Inputs.Where(input => input.Length > 0 && !known.Contains(input)))
            {
                if (!writers.TryGetValue(input, out int writer))
                {
                    _problems.PassOver(input);
                    var (node, reader) = (nodes[i], new NodeView(nodes[i], Opset).Name);
                    _problems.Try(() => throw new ModelException($"Node '{reader}' ({node.Operator}) reads tensor '{input}', "
                        + "which nothing in the graph makes."));
                    continue;
                }
                missing[i]++;
                (readers[writer] ??= []).Add(i);
            }

        var ready = new PriorityQueue<int, int>();
        for (int i = 0; i < nodes.Count; i++)
            if (missing[i] == 0) ready.Enqueue(i, i);
        var sorted = new List<OnnxNode>(nodes.Count);
        while (ready.TryDequeue(out int next, out _))
        {
            sorted.Add(nodes[next]);
            foreach (int reader in readers[next] ?? [])
                if (--missing[reader] == 0) ready.Enqueue(reader, reader);
        }
        if (sorted.Count == nodes.Count) return sorted;
        _problems.Add(new(
            $"The graph has a cycle through node '{new NodeView(nodes[Array.FindIndex(missing, count => count > 0)], Opset).Name}'."));
        for (int i = 0; i < nodes.Count; i++)
            if (missing[i] > 0)
            {
                _problems.PassOver(nodes[i]);
                sorted.Add(nodes[i]);
            }
        return sorted;
    }

    /// <summary>Finds the nodes that write each tensor.</summary>
    /// <param name="nodes">Receives the nodes that write tensors of their own, in the file's order.</param>
    private Dictionary<string, int> WritersOf(HashSet<string> known, List<OnnxNode> nodes)
    {
        var writers = new Dictionary<string, int>();
        foreach (var each in Graph.Nodes)
            try
            {
                var node = new NodeView(each, Opset);
                node.Require(node.Outputs.Count > 0 && node.Outputs[0].Length > 0, "it has no output");
                var own = new HashSet<string>();
                foreach (string output in node.Outputs.Where(output => output.Length > 0))
                    node.Require(!known.Contains(output) && !writers.ContainsKey(output) && own.Add(output),
                        $"it writes tensor '{output}', which something else makes already");
                foreach (string output in own) writers.Add(output, nodes.Count);
                nodes.Add(each);
            }
            catch (ModelException exception)
            {
                _problems.Add(each, exception);
                if (_problems.IsFull) _problems.ThrowIfAny();
            }
        return writers;
    }
}
