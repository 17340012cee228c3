using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Identity;

/// <summary>
/// Computes a macro layer's sums by OnnxRuntime: one float Conv over the integer codes of activations and weights. It is exact as long as
/// no sum of magnitudes reaches 2^24, beyond which float32 does not hold every integer.
/// </summary>
internal sealed class CodesConvolution : IDisposable
{
    private const long ExactInFloat = 1L << 24;

    private readonly MacroNode _layer;
    private readonly FloatReference _reference;

    private CodesConvolution(MacroNode layer)
    {
        _layer = layer;
        _reference = new(OnnxFile.ToBytes(Model(layer)), threads: 1, graphOptimizations: false);
    }

    /// <summary>Returns null if a sum might not be exact.</summary>
    public static CodesConvolution? TryCreate(MacroNode layer)
    {
        int perOutput = layer.WeightCodes.Length / layer.Geometry.OutputChannels;
        long largestInput = Math.Max(-(long)layer.InputFormat.MinCode + 1, layer.InputFormat.MaxCode);
        long largest = largestInput * layer.WeightCodes.Chunk(perOutput).Max(weights => weights.Sum(code => Math.Abs((long)code)));
        return largest < ExactInFloat ? new(layer) : null;
    }

    /// <param name="codes"><c>[channel, y, x]</c>.</param>
    /// <returns><c>[outputChannel, y, x]</c>.</returns>
    public long[] Sums(short[] codes)
    {
        var sums = new float[_layer.Geometry.OutputSize];
        _reference.Run(Array.ConvertAll(codes, code => (float)code), 1, sums);
        return Array.ConvertAll(sums, sum => (long)sum);
    }

    public void Dispose() => _reference.Dispose();

    private static OnnxModel Model(MacroNode layer)
    {
        var g = layer.Geometry;
        var builder = new OnnxBuilder("codes");
        builder.Input("input", -1, g.InputChannels, g.InputHeight, g.InputWidth);
        builder.Floats("weights", [g.OutputChannels, g.GroupInputChannels, g.KernelHeight, g.KernelWidth],
            Array.ConvertAll(layer.WeightCodes, code => (float)code));
        builder.Node("Conv", ["input", "weights"], "sums",
            OnnxBuilder.Attribute("strides", g.StrideY, g.StrideX),
            OnnxBuilder.Attribute("pads", g.PadTop, g.PadLeft, g.PadBottom, g.PadRight),
            OnnxBuilder.Attribute("dilations", g.DilationY, g.DilationX), OnnxBuilder.Attribute("group", (long)g.Groups));
        builder.Output("sums", -1, g.OutputChannels, g.OutputHeight, g.OutputWidth);
        return builder.Build();
    }
}
