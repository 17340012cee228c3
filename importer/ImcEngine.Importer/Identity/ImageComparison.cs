using ImcEngine.Importer.Lowering;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Identity;

/// <summary>Runs one image through the engine, stretch by stretch on OnnxRuntime's tensors (see <see cref="CodeIdentity"/>).</summary>
internal sealed class ImageComparison
{
    private readonly Network _network;
    private readonly SteppedImage _engine;
    private readonly IReadOnlyDictionary<string, float[]> _onnx;

    /// <summary>The engine's version of each tensor that a quantizer reads.</summary>
    private readonly Dictionary<int, float[]> _own = [];

    private readonly HashSet<QuantizeNode> _compared;
    private readonly HashSet<int> _quantized;

    /// <param name="quantizers">Those whose input and codes OnnxRuntime has too; the codes of others stay the engine's.</param>
    /// <param name="image">The network's input, already preprocessed.</param>
    public ImageComparison(MappedNetwork mapped, IReadOnlyCollection<QuantizeNode> quantizers, FloatReference reference, float[] image)
    {
        _network = mapped.Network;
        _engine = new(mapped);
        _compared = [.. quantizers];
        _quantized = [.. quantizers.Select(node => node.Inputs[0])];
        image.CopyTo(_engine.Floats(0));
        _onnx = reference.RunOne(image);
        _own[0] = image;
    }

    /// <summary>Returns one comparison per quantizer, in the network's order.</summary>
    public CodeComparison[] Run()
    {
        var comparisons = new List<CodeComparison>();
        for (int n = 0; n < _network.Nodes.Count; n++)
        {
            var node = _network.Nodes[n];
            if (node is QuantizeNode quantizer && _compared.Contains(quantizer))
            {
                comparisons.Add(Quantize(n, quantizer));
                continue;
            }
            _engine.Run(n);
            if (!_quantized.Contains(node.Result)) continue;
            _own[node.Result] = _engine.Floats(node.Result).ToArray();
            OnnxRuntimes(node.Result).CopyTo(_engine.Floats(node.Result));
        }
        return [.. comparisons];
    }

    /// <summary>Compares one quantizer, and leaves OnnxRuntime's codes for the layers that read them.</summary>
    private CodeComparison Quantize(int n, QuantizeNode node)
    {
        int source = node.Inputs[0];
        float[] before = OnnxRuntimes(source), after = _onnx[NetworkImporter.TensorOfCodes(_network.Tensors[node.Result].Name)];
        _own[source].CopyTo(_engine.Floats(source));
        _engine.Run(n);
        before.CopyTo(_engine.Floats(source));
        return CodeComparison.ReplaceCodes(node, before, after, _engine.Codes(node.Result));
    }

    private float[] OnnxRuntimes(int tensor) => tensor == 0 ? _own[0] : _onnx[_network.Tensors[tensor].Name];
}
