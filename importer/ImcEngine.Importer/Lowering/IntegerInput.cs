using ImcEngine.Data;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// An input of integers. It takes whole numbers; byte b of an image is, unless the file states a preprocessing,
/// <code>
/// uint8, int32   b
/// int8           b - 128, as converters of TensorFlow Lite have it
/// </code>
/// </summary>
/// <param name="First">The number that byte 0 becomes.</param>
/// <param name="Least">The least number that the type holds.</param>
/// <param name="Most">The greatest.</param>
internal sealed record IntegerInput(string Type, int First, int Least, int Most)
{
    /// <summary>Deviations by float32 rounding below this are removed when the input is rounded to whole numbers.</summary>
    private const float Tolerance = 1e-3f;

    /// <summary>Returns (byte / 1 - mean) / 1 for each channel.</summary>
    public Preprocessing PreprocessingOf(int channels) =>
        Preprocessing.Unchanged(channels, 1) with { Mean = [.. Enumerable.Repeat((float)-First, channels)] };

    /// <summary>Returns null for an input of other types.</summary>
    public static IntegerInput? Of(OnnxDataType type) => type switch
    {
        OnnxDataType.UInt8 => new("uint8", 0, byte.MinValue, byte.MaxValue),
        OnnxDataType.Int8 => new("int8", sbyte.MinValue, sbyte.MinValue, sbyte.MaxValue),
        OnnxDataType.Int32 => new("int32", 0, int.MinValue, int.MaxValue),
        _ => null,
    };

    public static IntegerInput? Of(GraphIndex graph) =>
        graph.Inputs is [{ Type.Tensor.ElementType: var type }] ? Of((OnnxDataType)type) : null;

    /// <summary>Whether a tensor holds the integers of the network's input, moved or not.</summary>
    public static bool IsIn(Flow? flow, Flow input) => flow is not null && Of(flow.Type) is not null && flow.BehindMoves == input;

    /// <summary>Returns the names of the tensors that hold the integers of the network's input, moved or not.</summary>
    public static HashSet<string> TensorsOf(GraphIndex graph)
    {
        if (Of(graph) is null) return [];
        var tensors = new HashSet<string> { graph.Inputs[0].Name! };
        foreach (var node in graph.Nodes)
            if (node.Operator is "Flatten" or "Identity" or "Reshape" or "Squeeze" or "Transpose" or "Unsqueeze"
                && tensors.Contains(node.Inputs[0]))
                tensors.Add(node.Outputs[0]);
        return tensors;
    }

    /// <summary>Whether a network quantizes nothing: its only DequantizeLinear makes reals of the image's integers.</summary>
    public static bool IsAllThatIsQuantized(GraphIndex graph) => TensorsOf(graph) is { Count: > 0 } tensors
        && !graph.Nodes.Any(node => node.Operator!.StartsWith('Q') || QuantizedFormats.ForeignOperators.IsQonnx(node.Operator)
            || (node.Operator is "DequantizeLinear" or "DynamicQuantizeLinear" && !tensors.Contains(node.Inputs[0])));

    /// <exception cref="ModelException">A byte of an image does not become a whole number of the type.</exception>
    public void Require(string input, Preprocessing preprocessing)
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(number => (byte)number)];
        var numbers = new float[bytes.Length];
        for (int channel = 0; channel < preprocessing.Mean.Length; channel++)
        {
            ImagePixels.Normalize(bytes, new([preprocessing.Mean[channel]], [preprocessing.Std[channel]], preprocessing.Scale), numbers);
            int wrong = Array.FindIndex(numbers, number => !(MathF.Abs(number - MathF.Round(number)) <= Tolerance)
                || MathF.Round(number) < Least || MathF.Round(number) > Most);
            if (wrong >= 0)
                throw new ModelException($"Graph input '{input}' is of type {Type} and takes whole numbers from {Least} to {Most}; "
                    + $"scale {preprocessing.Scale}, mean {string.Join(',', preprocessing.Mean)} and std "
                    + $"{string.Join(',', preprocessing.Std)} make {numbers[wrong]} of byte {wrong}. Leave scale, mean and std out, which "
                    + $"makes {First} to {First + byte.MaxValue} of the bytes 0 to 255.");
        }
    }
}
