using ImcEngine.BitPlanes;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using OperandEncoding = ImcEngine.BitPlanes.OperandEncoding;

namespace ImcEngine.Importer.Quantization;

/// <summary>
/// Decides which layers of a float network run on the macro, and in which formats (ARITHMETIC §9):
/// <code>
/// digital      the first convolution and the last linear layer, unless an override says otherwise
/// weights      bipolar at 1 bit, else two's complement
/// activations  unipolar where never negative; else two's complement, at 1 bit bipolar, which needs bipolar or ternary
///              weights; or, if asymmetric codes are asked for, unipolar with a zero point
/// </code>
/// The first override whose glob names the layer wins; what it leaves open is as for all layers.
/// </summary>
internal sealed class QuantizationPlan
{
    private readonly RunSpec _run;
    private readonly HashSet<string> _neverNegative;

    /// <param name="network">As <see cref="FloatNetwork.Folded"/> makes it.</param>
    /// <exception cref="ImcException">No format or no cell fits a layer, or an override names no layer.</exception>
    public QuantizationPlan(OnnxModel network, RunSpec run)
    {
        _run = run;
        var graph = new GraphReader(new(network));
        _neverNegative = NeverNegative.TensorsOf(graph);
        LayerStep[] layers = [.. graph.Steps.OfType<LayerStep>()];
        var firstConvolution = Array.Find(layers, layer => layer.Node.Operator == "Conv");
        var lastLinear = Array.FindLast(layers, layer => layer.Node.Operator != "Conv");
        var used = new HashSet<string>();
        var names = new Names();
        foreach (var layer in layers)
        {
            string name = names.Take(Names.OfLayer(layer));
            used.Add(name);
            var its = run.OverrideOf(name);
            string? byDefault = layer == firstConvolution ? "quantization keeps the first convolution digital by default"
                : layer == lastLinear ? "quantization keeps the last linear layer digital by default" : null;
            if (its?.Digital == true) Digital.Add(new(name, "the run specification keeps it digital"));
            else if (its?.Digital is null && byDefault is not null) Digital.Add(new(name, byDefault));
            else Layers.Add(Decide(layer, name, its));
        }
        run.RequireLayers(used);
    }

    /// <summary>The layers on the macro, in graph order.</summary>
    public List<QuantizedLayer> Layers { get; } = [];

    /// <summary>The layers that stay digital, in graph order.</summary>
    public List<KeptLayer> Digital { get; } = [];

    /// <summary>Whether it is proven that no image makes an element negative.</summary>
    public bool IsNeverNegative(string tensor) => _neverNegative.Contains(tensor);

    private QuantizedLayer Decide(LayerStep layer, string name, LayerOverride? its)
    {
        var weights = WeightFormat(its?.WeightBits ?? _run.Quantization.WeightBits);
        string tensor = layer.Inputs[0].Name;
        int bits = its?.ActivationBits ?? _run.Quantization.ActivationBits;
        var input = ActivationFormat(bits, IsNeverNegative(tensor));
        try
        {
            RequireSupported(tensor, input, weights);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or ImcException)
        {
            throw new ImcException($"Layer '{name}' cannot be quantized so: {e.Message}", e);
        }
        return new(name, tensor, input, weights, layer.WeightTensor, layer.Geometry,
            _run.Quantization.AsymmetricActivations && !IsNeverNegative(tensor));
    }

    private void RequireSupported(string tensor, OperandFormat input, OperandFormat weights)
    {
        weights.Validated("Its weight");
        input.Validated("Its input");
        if (weights.Encoding == OperandEncoding.Unipolar)
            throw new ImcException("Weights cannot be unipolar; allowed are twos-complement, bipolar and ternary.");
        if (_run.Quantization.ActivationEncoding is null && input.Encoding == OperandEncoding.Bipolar
            && weights.Encoding == OperandEncoding.TwosComplement)
            throw new ImcException($"Its input '{tensor}' can be negative, so its 1-bit codes are bipolar and need bipolar or ternary "
                + $"weights; its weights are {weights}. "
                + "Set quantization.weightEncoding to bipolar, or give the layer 1-bit weights or more activation bits.");
        CellProducts.ForEncodings(input.Encoding, weights.Encoding);
    }

    private OperandFormat WeightFormat(int bits) =>
        new(bits, _run.Quantization.WeightEncoding ?? (bits == 1 ? OperandEncoding.Bipolar : OperandEncoding.TwosComplement));

    private OperandFormat ActivationFormat(int bits, bool neverNegative) =>
        new(bits, _run.Quantization.ActivationEncoding
            ?? (neverNegative || _run.Quantization.AsymmetricActivations ? OperandEncoding.Unipolar : bits == 1 ? OperandEncoding.Bipolar
                : OperandEncoding.TwosComplement));
}
