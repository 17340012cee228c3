using System.Runtime.InteropServices;
using ImcEngine.BitPlanes;
using ImcEngine.Data;
using OperandEncoding = ImcEngine.BitPlanes.OperandEncoding;

namespace ImcEngine.Perf.Networks;

/// <summary>Makes the arrays of a ResNet18, as from training but with random numbers:
/// half the bits of the weights are set.</summary>
internal sealed class RandomArrays
{
    private const int Stages = 4, BlocksPerStage = 2, Seed = 1;

    private readonly Dictionary<string, NpyFile> _arrays = [];
    private readonly Random _random = new(Seed);
    private readonly OperandFormat? _weight;

    private RandomArrays(int stemKernel, int width, int classes, OperandFormat? weight)
    {
        _weight = weight;
        AddFloats("conv1.weight", width, 3, stemKernel, stemKernel);
        AddBatchNorm("bn1", width);
        int channelsIn = width;
        for (int stage = 0; stage < Stages; stage++)
            for (int block = 0; block < BlocksPerStage; block++)
            {
                string name = $"layer{stage + 1}.{block}";
                int channelsOut = width << stage;
                AddConvolution($"{name}.conv1", $"{name}.bn1", channelsOut, channelsIn, 3);
                AddConvolution($"{name}.conv2", $"{name}.bn2", channelsOut, channelsOut, 3);
                if (channelsIn != channelsOut) AddConvolution($"{name}.downsample.0", $"{name}.downsample.1", channelsOut, channelsIn, 1);
                channelsIn = channelsOut;
            }
        AddFloats("fc.weight", classes, channelsIn);
        Add("fc.bias", "<f4", new float[classes], classes);
    }

    /// <param name="stemKernel">Height and width of the first convolution's kernel.</param>
    /// <param name="weight">Format of the weights; null for a float network.</param>
    public static IReadOnlyDictionary<string, NpyFile> Of(int stemKernel, int width, int classes, OperandFormat? weight) =>
        new RandomArrays(stemKernel, width, classes, weight)._arrays;

    private void AddConvolution(string name, string batchNorm, int channelsOut, int channelsIn, int kernel)
    {
        AddBatchNorm(batchNorm, channelsOut);
        if (_weight is not { } format)
        {
            AddFloats($"{name}.weight", channelsOut, channelsIn, kernel, kernel);
            return;
        }
        int rows = channelsIn * kernel * kernel;
        sbyte[] codes = [.. Enumerable.Range(0, channelsOut * rows).Select(_ => (sbyte)Code(format))];
        Add($"{name}.codes", "|i1", codes, channelsOut, channelsIn, kernel, kernel);
        float[] steps = new float[channelsOut];
        Array.Fill(steps, 1 / (MathF.Sqrt(rows) * format.MaxCode));
        Add($"{name}.step", "<f4", steps, channelsOut);
    }

    /// <summary>Draws a code. Two's complement has all codes but -2^(b-1), so a little less than half its bits are set.</summary>
    private int Code(OperandFormat format) => format.Encoding == OperandEncoding.Bipolar
        ? 2 * _random.Next(1 << format.Bits) - format.MaxCode
        : _random.Next(format.MinCode, format.MaxCode + 1);

    /// <summary>Adds floats of variance 2 / inputs, so that activations neither vanish nor grow.</summary>
    private void AddFloats(string name, params int[] shape)
    {
        int count = shape.Aggregate(1, (a, b) => a * b);
        float largest = MathF.Sqrt(6f * shape[0] / count);
        Add(name, "<f4", (float[])[.. Enumerable.Range(0, count).Select(_ => largest * (2 * _random.NextSingle() - 1))], shape);
    }

    private void AddBatchNorm(string name, int channels)
    {
        foreach (var (field, entry) in new[] { ("weight", 1f), ("bias", 0f), ("running_mean", 0f), ("running_var", 1f) })
            Add($"{name}.{field}", "<f4", (float[])[.. Enumerable.Repeat(entry, channels)], channels);
    }

    /// <summary>Adds an array, made as NumPy's format 1.0 in memory.</summary>
    private void Add<T>(string name, string type, T[] elements, params int[] shape) where T : unmanaged
    {
        const int PrefixBytes = 10, Alignment = 64;
        string axes = string.Join(", ", shape) + (shape.Length == 1 ? "," : "");
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({axes}), }}";
        header = header.PadRight((PrefixBytes + header.Length + Alignment) / Alignment * Alignment - PrefixBytes - 1) + "\n";
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.ASCII, leaveOpen: true))
        {
            writer.Write([0x93, .. "NUMPY"u8, 1, 0]);
            writer.Write((ushort)header.Length);
            writer.Write(System.Text.Encoding.ASCII.GetBytes(header));
            writer.Write(MemoryMarshal.AsBytes<T>(elements));
        }
        stream.Position = 0;
        _arrays.Add(name, NpyFile.Read(stream, name));
    }
}
