using ImcEngine.Data;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>Images for a network whose input is of type uint8: their bytes, which the network takes as they are.</summary>
internal static class BytePreprocessing
{
    /// <summary>Deviations by float32 rounding below this are removed when the input is rounded to whole numbers.</summary>
    private const float Tolerance = 1e-3f;

    /// <summary>(byte / 1 - 0) / 1.</summary>
    public static Preprocessing AsTheyAre { get; } = new([0, 0, 0], [1, 1, 1], 1);

    public static bool IsOf(GraphIndex graph) =>
        graph.Inputs is [{ Type.Tensor.ElementType: (int)OnnxDataType.UInt8 }];

    /// <exception cref="ModelException">A byte of an image does not become a whole number from 0 to 255.</exception>
    public static void Require(string input, Preprocessing preprocessing)
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(number => (byte)number)];
        var numbers = new float[bytes.Length];
        for (int channel = 0; channel < preprocessing.Mean.Length; channel++)
        {
            ImagePixels.Normalize(bytes, new([preprocessing.Mean[channel]], [preprocessing.Std[channel]], preprocessing.Scale), numbers);
            int wrong = Array.FindIndex(numbers, number => !(MathF.Abs(number - MathF.Round(number)) <= Tolerance)
                || MathF.Round(number) is < byte.MinValue or > byte.MaxValue);
            if (wrong >= 0)
                throw new ModelException($"Graph input '{input}' is of type uint8 and takes the bytes of an image; "
                    + $"scale {preprocessing.Scale}, mean {string.Join(',', preprocessing.Mean)} and std "
                    + $"{string.Join(',', preprocessing.Std)} make {numbers[wrong]} of byte "
                    + $"{wrong}, which is no whole number from 0 to 255. Leave scale, mean and std out.");
        }
    }
}
