using ImcEngine.BitPlanes;

namespace ImcEngine.Importer.Lowering;

/// <summary>Decides for each layer whether it runs on the macro, and for each tensor whether it is needed as floats,
/// as codes, or both.</summary>
internal sealed class NetworkPlan
{
    private readonly Dictionary<Flow, LayerPlan> _layerOf = [];
    private readonly HashSet<Flow> _asFloats = [], _asCodes = [];
    private readonly ActivationPatterns _patterns;
    private readonly bool _keepsZeroPoints;

    /// <param name="problems">Receives what cannot be planned; null: it is thrown.</param>
    /// <exception cref="Onnx.ModelException">A quantizer is not supported; all are named.</exception>
    public NetworkPlan(GraphReader graph, IReadOnlyDictionary<string, string> metadata, Func<string, bool> keepDigital,
        bool keepsZeroPoints, GraphProblems? problems = null)
    {
        var found = problems ?? new();
        _patterns = new(metadata, keepsZeroPoints);
        _keepsZeroPoints = keepsZeroPoints;
        // In execution order, so that what stands behind a long chain of moves finds the pattern of the last one.
        foreach (var step in graph.Steps.Where(step => step is DequantizeStep || ActivationPatterns.Moves(step)))
            found.Try(() => RequirePattern(step));
        if (problems is null) found.ThrowIfAny();
        if (found.Any) return;
        var layers = graph.Steps.OfType<LayerStep>().ToArray();
        var taken = layers.Select(layer => _patterns.Match(CodesOf(layer))).OfType<ActivationPattern>().SelectMany(pattern => pattern.Steps)
            .ToHashSet();
        var names = new Names();
        foreach (var layer in layers)
        {
            string name = names.Take(Names.OfLayer(layer));
            var plan = Decide(layer, name, metadata, keepDigital, taken);
            Layers.Add(plan);
            _layerOf.Add(plan.Result, plan);
        }
        _asFloats.Add(graph.Output);
        for (int i = graph.Steps.Count - 1; i >= 0; i--) MarkNeeds(graph.Steps[i].Result);
    }

    public List<LayerPlan> Layers { get; } = [];

    public bool NeedsFloats(Flow flow) => _asFloats.Contains(flow);

    public bool NeedsCodes(Flow flow) => _asCodes.Contains(flow);

    /// <summary>Whether codes are made of the tensor itself, which holds numbers that codes stand for already.</summary>
    public bool IsQuantizedAgain(Flow flow) => NeedsCodes(flow) && PatternOf(flow)!.Source == flow;

    public LayerPlan? LayerOf(Flow flow) => _layerOf.GetValueOrDefault(flow);

    public ActivationPattern? PatternOf(Flow flow) => _patterns.Match(flow);

    /// <summary>Returns the tensor whose codes a layer reads. A layer takes elements in order,
    /// so a reshape between quantizer and layer changes nothing.</summary>
    public static Flow CodesOf(LayerStep layer) => layer.Inputs[0].BehindReshapes;

    private void RequirePattern(Step step)
    {
        if (_patterns.Match(step.Result) is null && step is DequantizeStep)
            throw step.Node.Error("its codes do not come from a QuantizeLinear");
    }

    private LayerPlan Decide(LayerStep layer, string name, IReadOnlyDictionary<string, string> metadata, Func<string, bool> keepDigital,
        IReadOnlySet<Step> taken)
    {
        var input = _patterns.Match(CodesOf(layer));
        var (weights, whyWeights) = WeightPatterns.Match(layer, metadata, _keepsZeroPoints);
        string why = WhyDigital(layer, name, input, weights, whyWeights, keepDigital);
        return why.Length == 0 ? new(layer, name, input, weights, "", taken) : new(layer, name, null, null, why, taken);
    }

    private static string WhyDigital(LayerStep layer, string name, ActivationPattern? input, WeightPattern? weights, string whyWeights,
        Func<string, bool> keepDigital)
    {
        if (input is null)
        {
            var source = layer.Inputs[0].Producer;
            string from = source is null ? "the image" : $"{source.Node.Operator} '{source.Node.Name}'";
            return $"its input comes from {from}, not from a quantizer" + (weights is null ? $"; {whyWeights}" : "");
        }
        if (input.WhyNotMacro is not null) return input.WhyNotMacro;
        if (weights is null) return whyWeights;
        try
        {
            CellProducts.ForEncodings(input.Format.Encoding, weights.Format.Encoding);
        }
        catch (NotSupportedException exception)
        {
            return exception.Message;
        }
        return keepDigital(name) ? "the run specification keeps it digital" : "";
    }

    /// <summary>Steps come in reverse order, so all readers of the tensor have been seen.</summary>
    private void MarkNeeds(Flow flow)
    {
        bool isQuantizedAgain = IsQuantizedAgain(flow);
        if (isQuantizedAgain) _asFloats.Add(flow);
        if (NeedsFloats(flow))
        {
            if (_layerOf.TryGetValue(flow, out var layer))
                (layer.Input is null ? _asFloats : _asCodes).Add(layer.Input is null ? layer.Layer.Inputs[0] : CodesOf(layer.Layer));
            else if (flow.Producer is DequantizeStep)
                _asCodes.Add(flow);
            else if (!NeedsCodes(flow) || isQuantizedAgain)
                _asFloats.UnionWith(flow.Producer!.Inputs);
        }
        if (!NeedsCodes(flow)) return;
        var pattern = PatternOf(flow)!;
        _asFloats.Add(pattern.Source);
        if (pattern.OfImage is var (scale, zero)) _asFloats.UnionWith([scale, zero]);
    }
}
