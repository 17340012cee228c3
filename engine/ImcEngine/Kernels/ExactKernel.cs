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
/// outputs lie in the lanes, 64 to a pass, padded; flat row = kernel position * channels + channel
/// </code>
/// </summary>
internal sealed unsafe class ExactKernel : ILayerKernel
{
    private const int PassOutputs = 64;

    private readonly MappedLayer _layer;
    private readonly AlignedBuffer _weights;
    private readonly int _pairs, _paddedOutputs;

    private ExactKernel(MappedLayer layer)
    {
        var geometry = layer.Map.Geometry;
        _layer = layer;
        _pairs = (layer.Weights.Rows + 1) / 2;
        _paddedOutputs = (geometry.GroupOutputChannels + PassOutputs - 1) / PassOutputs * PassOutputs;
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

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch, Span<long> sums)
    {
        var geometry = _layer.Map.Geometry;
        var byPixel = scratch.Accumulators.Span<short>(geometry.GroupInputChannels, geometry.InputHeight * geometry.InputWidth);
        var rows = scratch.Patches.Span<short>(_pairs, 2);
        var ofOutput = scratch.LaneSums.Span<int>(_paddedOutputs, 1);
        for (int convGroup = 0; convGroup < geometry.Groups; convGroup++)
        {
            Transpose(codes.Slice(convGroup * byPixel.Length, byPixel.Length), geometry.GroupInputChannels, byPixel);
            for (int pixel = firstPixel; pixel < firstPixel + pixels; pixel++)
            {
                ReadRows(byPixel, geometry, pixel, rows);
                MultiplyRows(MemoryMarshal.Cast<short, int>(rows), convGroup, ofOutput);
                int at = convGroup * geometry.GroupOutputChannels * geometry.OutputPixels + pixel;
                for (int output = 0; output < geometry.GroupOutputChannels; output++, at += geometry.OutputPixels) sums[at] = ofOutput[output];
            }
        }
    }

    /// <summary><c>[channel, pixel]</c> to <c>[pixel, channel]</c>.</summary>
    private static void Transpose(ReadOnlySpan<short> codes, int channels, Span<short> byPixel)
    {
        int pixels = codes.Length / channels;
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            var to = byPixel.Slice(pixel * channels, channels);
            for (int channel = 0, at = pixel; channel < to.Length; channel++, at += pixels) to[channel] = codes[at];
        }
    }

    private static void ReadRows(ReadOnlySpan<short> byPixel, ConvGeometry geometry, int pixel, Span<short> rows)
    {
        rows.Clear();
        int channels = geometry.GroupInputChannels;
        int top = pixel / geometry.OutputWidth * geometry.StrideY - geometry.PadTop, left = pixel % geometry.OutputWidth * geometry.StrideX - geometry.PadLeft;
        for (int tap = 0; tap < geometry.Taps; tap++)
        {
            int y = top + tap / geometry.KernelWidth * geometry.DilationY, x = left + tap % geometry.KernelWidth * geometry.DilationX;
            if ((uint)y >= (uint)geometry.InputHeight || (uint)x >= (uint)geometry.InputWidth) continue;
            byPixel.Slice((y * geometry.InputWidth + x) * channels, channels).CopyTo(rows[(tap * channels)..]);
        }
    }

    private void MultiplyRows(ReadOnlySpan<int> rowPairs, int convGroup, Span<int> ofOutput)
    {
        int stride = _paddedOutputs * 2;
        var weights = (short*)_weights.Pointer + (long)convGroup * _pairs * stride;
        fixed (int* pairs = rowPairs, result = ofOutput)
            for (int output = 0; output < _paddedOutputs; output += PassOutputs)
                if (Avx512BW.IsSupported) Multiply512(pairs, rowPairs.Length, weights + output * 2, stride, result + output);
                else if (Avx2.IsSupported) Multiply256(pairs, rowPairs.Length, weights + output * 2, stride, result + output);
                else MultiplyPortable(pairs, rowPairs.Length, weights + output * 2, stride, result + output);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply512(int* pairs, int count, short* weights, int stride, int* result)
    {
        Vector512<int> a = default, b = default, c = default, d = default;
        for (int pair = 0; pair < count; pair++, weights += stride)
        {
            var x = Vector512.Create(pairs[pair]).AsInt16();
            a += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(weights));
            b += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(weights + 32));
            c += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(weights + 64));
            d += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(weights + 96));
        }
        a.Store(result);
        b.Store(result + 16);
        c.Store(result + 32);
        d.Store(result + 48);
    }

    /// <summary>The pass in two halves, for 16 registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply256(int* pairs, int count, short* weights, int stride, int* result)
    {
        for (int half = 0; half < PassOutputs; half += PassOutputs / 2)
        {
            Vector256<int> a = default, b = default, c = default, d = default;
            var at = weights + half * 2;
            for (int pair = 0; pair < count; pair++, at += stride)
            {
                var x = Vector256.Create(pairs[pair]).AsInt16();
                a += Avx2.MultiplyAddAdjacent(x, Vector256.Load(at));
                b += Avx2.MultiplyAddAdjacent(x, Vector256.Load(at + 16));
                c += Avx2.MultiplyAddAdjacent(x, Vector256.Load(at + 32));
                d += Avx2.MultiplyAddAdjacent(x, Vector256.Load(at + 48));
            }
            a.Store(result + half);
            b.Store(result + half + 8);
            c.Store(result + half + 16);
            d.Store(result + half + 24);
        }
    }

    private static void MultiplyPortable(int* pairs, int count, short* weights, int stride, int* result)
    {
        new Span<int>(result, PassOutputs).Clear();
        for (int pair = 0; pair < count; pair++, weights += stride)
        {
            short even = (short)pairs[pair], odd = (short)(pairs[pair] >> 16);
            for (int output = 0; output < PassOutputs; output++) result[output] += even * weights[output * 2] + odd * weights[output * 2 + 1];
        }
    }
}
