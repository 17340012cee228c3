using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Plain;

/// <summary>Exact sums by an integer convolution of the codes. On an ideal die, a macro with ADC kind <c>none</c> or a transparent ADC
/// accumulates the same sums.</summary>
internal static class ExactKernel
{
    /// <summary>Prepares the exact kernel, or the popcount kernel where int32 might overflow.</summary>
    public static ILayerKernel Prepare(MappedLayer layer)
    {
        long most = (long)layer.Weights.Rows * (1 << layer.Map.InputFormat.Bits) * (1 << layer.Map.WeightFormat.Bits);
        if (most > int.MaxValue) return new PopcountKernel(layer, []);
        if (Avx512BW.IsSupported && layer.Map.Geometry.GroupOutputChannels > 2 * PairLanes256.Count)
            return new ExactKernel<PairLanes512, Vector512<int>>(layer);
        return Avx2.IsSupported ? new ExactKernel<PairLanes256, Vector256<int>>(layer)
            : new ExactKernel<PairLanesPortable, Vector256<int>>(layer);
    }
}

/// <summary>
/// The exact kernel at one vector width. It computes four pixels by two vectors of outputs at a time, so that each weight is loaded once
/// for four pixels.
/// <code>
/// weights [convGroup][two vectors of outputs][row pair p][output] of two int16: flat rows 2p and 2p + 1;
///                                                                 flat row = kernel position * channels + channel
/// </code>
/// </summary>
internal sealed unsafe class ExactKernel<TLanes, TVector> : ILayerKernel
    where TLanes : IPairLanes<TVector>
    where TVector : unmanaged
{
    private const int Pixels = 4;

    private readonly MappedLayer _layer;
    private readonly AlignedBuffer _weights;
    private readonly int _pairs, _panels;

    public ExactKernel(MappedLayer layer)
    {
        var geometry = layer.Map.Geometry;
        _layer = layer;
        _pairs = (layer.Weights.Rows + 1) / 2;
        _panels = (geometry.GroupOutputChannels + PanelOutputs - 1) / PanelOutputs;
        _weights = new((long)geometry.Groups * _panels * PanelBytes);
        int channels = geometry.GroupInputChannels, taps = geometry.Taps;
        for (int output = 0; output < geometry.OutputChannels; output++)
        {
            int convGroup = output / geometry.GroupOutputChannels, inGroup = output % geometry.GroupOutputChannels;
            var panel = (short*)(_weights.Pointer + (convGroup * _panels + inGroup / PanelOutputs) * PanelBytes);
            for (int row = 0; row < layer.Weights.Rows; row++)
                panel[(row / 2 * PanelOutputs + inGroup % PanelOutputs) * 2 + row % 2] =
                    layer.WeightCodes[(output * channels + row % channels) * taps + row / channels];
        }
    }

    public bool ReadsPlanes => false;

    private static int PanelOutputs => 2 * TLanes.Count;
    private long PanelBytes => (long)_pairs * PanelOutputs * sizeof(int);

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch,
        Span<long> sums)
    {
        var geometry = _layer.Map.Geometry;
        int rowShorts = _pairs * 2;
        var byPixel = scratch.PixelCodes.Span<short>(geometry.GroupInputChannels, geometry.InputHeight * geometry.InputWidth);
        var rows = scratch.WindowCodes.Span<short>(Pixels, rowShorts);
        rows.Clear();
        for (int convGroup = 0; convGroup < geometry.Groups; convGroup++)
        {
            Transpose(codes.Slice(convGroup * byPixel.Length, byPixel.Length), geometry.GroupInputChannels, byPixel);
            var groupSums = sums[(convGroup * geometry.GroupOutputChannels * geometry.OutputPixels)..];
            for (int done = 0; done < pixels; done += Pixels)
            {
                int count = Math.Min(Pixels, pixels - done);
                for (int i = 0; i < count; i++)
                    _layer.Patch.ReadCodes(byPixel, firstPixel + done + i, rows.Slice(i * rowShorts, _layer.Weights.Rows));
                for (int panel = 0; panel < _panels; panel++)
                    MultiplyPanel(rows, convGroup, panel, firstPixel + done, count, geometry, groupSums);
            }
        }
    }

    /// <summary>Transposes <c>[channel, pixel]</c> to <c>[pixel, channel]</c>.</summary>
    private static void Transpose(ReadOnlySpan<short> codes, int channels, Span<short> byPixel)
    {
        int pixels = codes.Length / channels;
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            var to = byPixel.Slice(pixel * channels, channels);
            for (int channel = 0, at = pixel; channel < to.Length; channel++, at += pixels) to[channel] = codes[at];
        }
    }

    [SkipLocalsInit]
    private void MultiplyPanel(ReadOnlySpan<short> rows, int convGroup, int panel, int pixel, int count, ConvGeometry geometry,
        Span<long> groupSums)
    {
        var products = stackalloc TVector[Pixels * 2];
        fixed (short* x = rows)
            Multiply((int*)x, _pairs, (TVector*)(_weights.Pointer + (convGroup * _panels + panel) * PanelBytes), products);
        int first = panel * PanelOutputs, outputs = Math.Min(PanelOutputs, geometry.GroupOutputChannels - first),
            rowLength = geometry.OutputPixels;
        for (int output = 0; output < outputs; output++)
        {
            var row = groupSums.Slice((first + output) * rowLength + pixel, count);
            for (int i = 0; i < row.Length; i++) row[i] = ((int*)products)[i * PanelOutputs + output];
        }
    }

    /// <summary>Multiplies the inputs of four pixels by the weights of two vectors of outputs.</summary>
    /// <param name="x">The row pairs of the inputs, <c>[pixel][pair]</c>.</param>
    /// <param name="weights"><c>[pair][two vectors]</c>.</param>
    /// <param name="products"><c>[pixel][two vectors]</c>; written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(int* x, int pairs, TVector* weights, TVector* products)
    {
        TVector a0 = TLanes.Zero, a1 = TLanes.Zero, b0 = TLanes.Zero, b1 = TLanes.Zero, c0 = TLanes.Zero, c1 = TLanes.Zero,
            d0 = TLanes.Zero, d1 = TLanes.Zero;
        for (int pair = 0; pair < pairs; pair++, weights += 2)
        {
            TVector w0 = weights[0], w1 = weights[1];
            var xa = TLanes.Broadcast(x[pair]);
            a0 = TLanes.AddProducts(a0, xa, w0);
            a1 = TLanes.AddProducts(a1, xa, w1);
            var xb = TLanes.Broadcast(x[pairs + pair]);
            b0 = TLanes.AddProducts(b0, xb, w0);
            b1 = TLanes.AddProducts(b1, xb, w1);
            var xc = TLanes.Broadcast(x[2 * pairs + pair]);
            c0 = TLanes.AddProducts(c0, xc, w0);
            c1 = TLanes.AddProducts(c1, xc, w1);
            var xd = TLanes.Broadcast(x[3 * pairs + pair]);
            d0 = TLanes.AddProducts(d0, xd, w0);
            d1 = TLanes.AddProducts(d1, xd, w1);
        }
        (products[0], products[1], products[2], products[3]) = (a0, a1, b0, b1);
        (products[4], products[5], products[6], products[7]) = (c0, c1, d0, d1);
    }
}
