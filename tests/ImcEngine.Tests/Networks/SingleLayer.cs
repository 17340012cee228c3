using System.Collections.Immutable;
using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks;

/// <summary>
/// A network small enough to be worked out by hand: the mean of each colour, quantized to 2 bits in thirds,
/// then a linear layer "fc" on the macro.
/// An image of one colour (bytes 0, 85, 170, 255) has the codes 0, 1, 2, 3.
/// </summary>
internal static class SingleLayer
{
    public const string Name = "fc";

    public static readonly OperandFormat Input = new(2, OperandEncoding.Unipolar);

    /// <param name="weights"><c>[output, colour]</c>.</param>
    public static Network Of(OperandFormat weight, params short[] weights)
    {
        int outputs = weights.Length / 3;
        double[] ones = [.. Enumerable.Repeat(1.0, outputs)];
        TensorInfo[] tensors = [new("image", new(3, 32, 32)), new("mean", new(3)), new("codes", new(3), IsCodes: true),
            new("result", new(outputs))];
        Node[] nodes =
        [
            new GlobalAverageNode("mean", [0], 1),
            new QuantizeNode("quantize", [1], 2, QuantizerKind.Nearest, Input, 1 / 3f, 0, 3),
            new MacroNode(Name, [2], 3, ConvGeometry.Linear(3, outputs), Input, weight, weights, ones, new double[outputs]),
        ];
        return new("single layer", tensors, nodes, 3, new([0, 0, 0], [1, 1, 1]));
    }

    /// <summary>Images of one colour each.</summary>
    public static ImageSet Images(params (int Red, int Green, int Blue)[] codes)
    {
        var pixels = new byte[codes.Length * CifarFormat.ImageBytes];
        for (int i = 0; i < pixels.Length; i++)
        {
            var (red, green, blue) = codes[i / CifarFormat.ImageBytes];
            pixels[i] = (byte)(85 * ((i / 1024 % 3) switch { 0 => red, 1 => green, _ => blue }));
        }
        return new("colours", ImmutableArray.Create("only"), pixels, new byte[codes.Length]);
    }
}
