using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>
/// Exact sums: what a macro with ADC kind <c>none</c> or a transparent ADC accumulates on an ideal die, as an integer convolution of the codes.
/// <code>
/// weights [convGroup][row pair][output] of two int16: rows 2p and 2p + 1, so that one multiply-add instruction forms x0 w0 + x1 w1 in int32
/// outputs lie in the lanes, padded to whole vectors; flat row = kernel position * channels + channel
/// </code>
/// </summary>
internal sealed unsafe class ExactKernel : ILayerKernel
{
    private const int OutputStep = 16;

    private readonly MappedLayer _layer;
    private readonly AlignedBuffer _weights;
    private readonly int _pairs, _paddedOutputs;

    private ExactKernel(MappedLayer layer)
    {
        var geometry = layer.Map.Geometry;
        _layer = layer;
        _pairs = (layer.Weights.Rows + 1) / 2;
        _paddedOutputs = (geometry.GroupOutputChannels + OutputStep - 1) / OutputStep * OutputStep;
        _weights = new((long)geometry.Groups * _pairs * _paddedOutputs * 2 * sizeof(short));
        int channels = geometry.GroupInputChannels, taps = geometry.Taps;
        for (int output = 0; output < geometry.OutputChannels; output++)
            for (int row = 0; row < layer.Weights.Rows; row++)
            {
                int convGroup = output / geometry.GroupOutputChannels, lane = output % geometry.GroupOutputChannels;
                short code = layer.WeightCodes[(output * channels + row % channels) * taps + row / channels];
                ((short*)_weights.Pointer)[(((long)convGroup * _pairs + row / 2) * _paddedOutputs + lane) * 2 + row % 2] = code;
            }
    }

    public bool ReadsPlanes => false;

    /// <summary>The popcount kernel stands in where int32 might overflow.</summary>
    public static ILayerKernel Prepare(MappedLayer layer)
    {
        long most = (long)layer.Weights.Rows * (1 << layer.Map.InputFormat.Bits) * (1 << layer.Map.WeightFormat.Bits);
        return most <= int.MaxValue ? new ExactKernel(layer) : new PopcountKernel(layer, []);
    }

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, int firstPixel, int pixels, KernelScratch scratch, Span<long> sums)
    {
        var geometry = _layer.Map.Geometry;
        var rows = scratch.Patches.Span<short>(_pairs, 2);
        var ofOutput = scratch.LaneSums.Span<int>(_paddedOutputs, 1);
        for (int convGroup = 0; convGroup < geometry.Groups; convGroup++)
            for (int pixel = firstPixel; pixel < firstPixel + pixels; pixel++)
            {
                ReadRows(codes, geometry, convGroup, pixel, rows);
                MultiplyRows(MemoryMarshal.Cast<short, int>(rows), (short*)_weights.Pointer + (long)convGroup * _pairs * _paddedOutputs * 2, ofOutput);
                int at = convGroup * geometry.GroupOutputChannels * geometry.OutputPixels + pixel;
                for (int output = 0; output < geometry.GroupOutputChannels; output++, at += geometry.OutputPixels) sums[at] = ofOutput[output];
            }
    }

    private static void ReadRows(ReadOnlySpan<short> codes, ConvGeometry geometry, int convGroup, int pixel, Span<short> rows)
    {
        rows.Clear();
        int channels = geometry.GroupInputChannels, plane = geometry.InputHeight * geometry.InputWidth;
        int top = pixel / geometry.OutputWidth * geometry.StrideY - geometry.PadTop, left = pixel % geometry.OutputWidth * geometry.StrideX - geometry.PadLeft;
        for (int tap = 0; tap < geometry.Taps; tap++)
        {
            int y = top + tap / geometry.KernelWidth * geometry.DilationY, x = left + tap % geometry.KernelWidth * geometry.DilationX;
            if ((uint)y >= (uint)geometry.InputHeight || (uint)x >= (uint)geometry.InputWidth) continue;
            int at = convGroup * channels * plane + y * geometry.InputWidth + x;
            for (int row = tap * channels; row < (tap + 1) * channels; row++, at += plane) rows[row] = codes[at];
        }
    }

    private void MultiplyRows(ReadOnlySpan<int> rowPairs, short* weights, Span<int> ofOutput)
    {
        for (int output = 0; output < _paddedOutputs; output += OutputStep)
        {
            var sums = Vector512.IsHardwareAccelerated && Avx512BW.IsSupported ? Multiply512(rowPairs, weights + output * 2, _paddedOutputs * 2)
                : Avx2.IsSupported ? Multiply256(rowPairs, weights + output * 2, _paddedOutputs * 2)
                : MultiplyPortable(rowPairs, weights + output * 2, _paddedOutputs * 2);
            sums.CopyTo(ofOutput[output..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Multiply512(ReadOnlySpan<int> rowPairs, short* weights, int stride)
    {
        var sum = Vector512<int>.Zero;
        foreach (int pair in rowPairs)
        {
            if (pair != 0) sum += Avx512BW.MultiplyAddAdjacent(Vector512.Create(pair).AsInt16(), Vector512.Load(weights));
            weights += stride;
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Multiply256(ReadOnlySpan<int> rowPairs, short* weights, int stride)
    {
        Vector256<int> low = default, high = default;
        foreach (int pair in rowPairs)
        {
            var x = Vector256.Create(pair).AsInt16();
            low += Avx2.MultiplyAddAdjacent(x, Vector256.Load(weights));
            high += Avx2.MultiplyAddAdjacent(x, Vector256.Load(weights + 16));
            weights += stride;
        }
        return Vector512.Create(low, high);
    }

    private static Vector512<int> MultiplyPortable(ReadOnlySpan<int> rowPairs, short* weights, int stride)
    {
        Span<int> sums = stackalloc int[OutputStep];
        sums.Clear();
        foreach (int pair in rowPairs)
        {
            short even = (short)pair, odd = (short)(pair >> 16);
            for (int output = 0; output < OutputStep; output++) sums[output] += even * weights[output * 2] + odd * weights[output * 2 + 1];
            weights += stride;
        }
        return Vector512.Create<int>(sums);
    }
}
