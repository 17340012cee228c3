using ImcEngine.Data;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Networks that scale their image themselves: constants are added to it or multiplied with it before anything else computes, as in
/// <code>
/// Sub(image, 103.939, 116.779, 123.68)             bytes as they are: scale 1, mean 0, std 1
/// Mul(image, 1 / 255), Div(image, 127.5)           bytes as they are
/// Sub(image, 0.485, 0.456, 0.406), Div(0.229, ..)  bytes divided by 255: scale 255, mean 0, std 1
/// </code>
/// Transposes and choices of channels may stand between. The first constants say which numbers the network takes.
/// </summary>
internal static class InputNormalization
{
    /// <summary>Differences above this, and factors below its inverse, are those of bytes 0 .. 255.</summary>
    private const float MostOfUnitRange = 2;

    private const int MostNodes = 64;

    /// <summary>Returns what the network's own nodes leave to be done with bytes; null if it does not scale its image itself.</summary>
    public static Preprocessing? Of(GraphIndex graph, int channels)
    {
        if (graph.Inputs is not [{ Name: { } input }]) return null;
        var readers = graph.Nodes.SelectMany(node => node.Inputs.Distinct(), (node, tensor) => (node, tensor))
            .ToLookup(pair => pair.tensor, pair => pair.node);
        bool? takesBytes = null;
        var open = new Queue<string>([input]);
        for (int seen = 0; open.TryDequeue(out string? tensor); seen++)
            foreach (var node in readers[tensor])
                if (seen > MostNodes || node.Operator is "Clip" or "Relu" or "Sign" or "Round") return null;
                else if (Constants(graph, node, tensor) is { } constants)
                {
                    takesBytes ??= AreOfBytes(node, constants);
                    Follow(node);
                }
                else if (node.Operator is "Cast" or "Transpose" or "Gather" or "Slice" or "Split" or "Concat" or "Identity" or "Unsqueeze"
                    or "Squeeze")
                    Follow(node);
        return takesBytes is { } bytes ? Preprocessing.Unchanged(channels, bytes ? 1 : Preprocessing.UsualScale) : null;

        void Follow(OnnxNode node)
        {
            foreach (string output in node.Outputs.Where(output => output.Length > 0)) open.Enqueue(output);
        }
    }

    private static bool AreOfBytes(OnnxNode node, float[] constants)
    {
        float most = constants.Max(MathF.Abs);
        return node.Operator == "Mul" ? most < 1 / MostOfUnitRange : most > MostOfUnitRange;
    }

    /// <summary>Returns the constants that a node adds to a tensor or multiplies it with; null for any other node.</summary>
    private static float[]? Constants(GraphIndex graph, OnnxNode node, string tensor)
    {
        if (node.Operator is not ("Add" or "Sub" or "Mul" or "Div") || node.Inputs.Count != 2) return null;
        string other = node.Inputs[node.Inputs[0] == tensor ? 1 : 0];
        var constant = graph.Initializers.GetValueOrDefault(other)
            ?? graph.Nodes.FirstOrDefault(maker => maker.Operator == "Constant" && maker.Outputs.Contains(other))?.Attributes
                .Find(attribute => attribute.Name == "value")?.Tensor;
        return constant is null ? null : ConstantValue.FromTensor(constant, other).Floats is { Length: > 0 } floats ? floats : null;
    }
}
