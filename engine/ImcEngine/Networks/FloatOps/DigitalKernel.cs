using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ImcEngine.Kernels;
using ImcEngine.Mapping;

namespace ImcEngine.Networks.FloatOps;

/// <summary>
/// A digital convolution or linear layer, weights repacked once; immutable and thread-safe.
/// <code>
/// result[o, y, x] = (((+0 + p0) + p1) + ...) + bias[o]    p = weight * input, rounded, in the order (channel in group, ky, kx)
/// </code>
/// A padded position adds the product of a finite weight and 0. The sum starts at +0 and so is never -0: that product leaves it as it
/// is, and the result equals the one that skips the position. Weights that are not finite are therefore refused.
/// <code>
/// panels   [group, panel, k, lane]   lane = output channel in panel, k = (channel in group * KernelHeight + ky) * KernelWidth + kx
/// sums     [pixel in strip, lane]
/// </code>
/// A panel is two vectors wide and four pixels are summed at once; k is cut so that a panel's weights and a strip's sums stay in the
/// first-level cache, and sums wait in memory between cuts, which rounds nothing.
/// </summary>
public sealed class DigitalKernel
{
    private const int StripPixels = 64;
    private const int BlockPixels = 4;
    private const int CutProducts = 128;
    private const int MostPanelLanes = 32;

    private readonly ConvGeometry _geometry;
    private readonly int _panelLanes;
    private readonly int _panelsPerGroup;
    private readonly int _paddedHeight;
    private readonly int _paddedWidth;
    private readonly bool _isPadded;
    private readonly float[] _panels;
    private readonly float[] _bias;
    private readonly int[] _offsets;

    /// <exception cref="ArgumentException">The geometry is invalid, or weights or bias do not have its size.</exception>
    /// <exception cref="ImcException">A weight is not finite.</exception>
    public DigitalKernel(DigitalNode node) : this(node, PanelVectorBits(node.Geometry.GroupOutputChannels))
    {
    }

    /// <param name="vectorBits">512, 256 or 128; changes no result.</param>
    internal DigitalKernel(DigitalNode node, int vectorBits)
    {
        var geometry = node.Geometry.Validated(node.Name);
        RequireWeights(node);
        _geometry = geometry;
        _panelLanes = 2 * vectorBits / (8 * sizeof(float));
        _panelsPerGroup = (geometry.GroupOutputChannels + _panelLanes - 1) / _panelLanes;
        _paddedHeight = checked(geometry.InputHeight + geometry.PadTop + geometry.PadBottom);
        _paddedWidth = checked(geometry.InputWidth + geometry.PadLeft + geometry.PadRight);
        _isPadded = _paddedHeight != geometry.InputHeight || _paddedWidth != geometry.InputWidth;
        ScratchLength = _isPadded ? checked(geometry.InputChannels * _paddedHeight * _paddedWidth) : 0;
        _bias = node.Bias ?? [];
        _offsets = OffsetsOfProducts();
        _panels = Repack(node.Weights);
    }

    public ConvGeometry Geometry => _geometry;

    /// <summary>Floats of working memory that one <c>Run</c> needs; contents before and after do not matter.</summary>
    public int ScratchLength { get; }

    /// <summary>Vectors of output channels, in which the result can be divided.</summary>
    internal int Panels => _geometry.Groups * _panelsPerGroup;

    /// <summary>Computes the whole result of one image.</summary>
    /// <param name="input"><c>[channel, y, x]</c> of one image.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> floats, of one image.</param>
    /// <param name="result"><c>[outputChannel, y, x]</c>.</param>
    /// <exception cref="ArgumentException">A span has not the size that the geometry asks.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> scratch, Span<float> result)
    {
        Pad(input, scratch);
        RunPanels(input, scratch, 0, Panels, result);
    }

    /// <summary>The first part of <see cref="Run"/>.</summary>
    internal void Pad(ReadOnlySpan<float> input, Span<float> scratch)
    {
        SpanChecks.Require(input, _geometry.InputSize, nameof(input));
        if (scratch.Length < ScratchLength) throw new ArgumentException($"Scratch has {scratch.Length} floats; {ScratchLength} are needed.", nameof(scratch));
        if (_isPadded) FillPadded(input, scratch);
    }

    /// <summary>The other: some panels' output channels of <paramref name="result"/>, and no other element.</summary>
    internal unsafe void RunPanels(ReadOnlySpan<float> input, ReadOnlySpan<float> scratch, int firstPanel, int panels, Span<float> result)
    {
        SpanChecks.Require(result, _geometry.OutputSize, nameof(result));
        ArgumentOutOfRangeException.ThrowIfNegative(firstPanel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(panels, Panels - firstPanel);
        fixed (float* source = _isPadded ? scratch : input)
        {
            if (_panelLanes == 2 * FloatLanes512.Count) RunPanels<FloatLanes512>(source, firstPanel, panels, result);
            else if (_panelLanes == 2 * FloatLanes256.Count) RunPanels<FloatLanes256>(source, firstPanel, panels, result);
            else RunPanels<FloatLanes128>(source, firstPanel, panels, result);
        }
    }

    /// <summary>The widest vector that the machine has and that the outputs of a group fill.</summary>
    private static int PanelVectorBits(int outputs) =>
        Vector512.IsHardwareAccelerated && outputs > 2 * FloatLanes256.Count ? 512
        : Vector256.IsHardwareAccelerated && outputs > 2 * FloatLanes128.Count ? 256
        : 128;

    private static void RequireWeights(DigitalNode node)
    {
        var geometry = node.Geometry;
        if (node.Weights.Length != geometry.WeightCount)
            throw new ArgumentException($"Layer '{node.Name}' has {node.Weights.Length} weights; its geometry has {geometry.WeightCount}.");
        if (node.Bias is { } bias && bias.Length != geometry.OutputChannels)
            throw new ArgumentException($"Layer '{node.Name}' has {bias.Length} biases for {geometry.OutputChannels} output channels.");
        int bad = Array.FindIndex(node.Weights, weight => !float.IsFinite(weight));
        if (bad >= 0)
            throw new ImcException($"Layer '{node.Name}' has the weight {node.Weights[bad]} at index {bad}; weights must be finite. Train or export the network again.");
    }

    /// <summary>Where product k of a result reads, from the result's first position in the padded input of its group.</summary>
    private int[] OffsetsOfProducts()
    {
        var offsets = new int[_geometry.GroupInputChannels * _geometry.Taps];
        int k = 0;
        for (int channel = 0; channel < _geometry.GroupInputChannels; channel++)
            for (int ky = 0; ky < _geometry.KernelHeight; ky++)
                for (int kx = 0; kx < _geometry.KernelWidth; kx++)
                    offsets[k++] = (((channel * _paddedHeight) + (ky * _geometry.DilationY)) * _paddedWidth) + (kx * _geometry.DilationX);
        return offsets;
    }

    /// <summary>Lanes beyond the last output channel of a group hold weight 0.</summary>
    private float[] Repack(float[] weights)
    {
        int outputs = _geometry.GroupOutputChannels, products = _offsets.Length;
        var panels = new float[checked(_geometry.Groups * _panelsPerGroup * products * _panelLanes)];
        for (int group = 0; group < _geometry.Groups; group++)
            for (int output = 0; output < outputs; output++)
            {
                int panel = (group * _panelsPerGroup) + (output / _panelLanes);
                var source = weights.AsSpan(((group * outputs) + output) * products, products);
                for (int k = 0; k < products; k++)
                    panels[(((panel * products) + k) * _panelLanes) + (output % _panelLanes)] = source[k];
            }
        return panels;
    }

    private void FillPadded(ReadOnlySpan<float> input, Span<float> padded)
    {
        int width = _geometry.InputWidth;
        for (int channel = 0; channel < _geometry.InputChannels; channel++)
            for (int y = 0; y < _paddedHeight; y++)
            {
                var row = padded.Slice(((channel * _paddedHeight) + y) * _paddedWidth, _paddedWidth);
                int inputY = y - _geometry.PadTop;
                if (inputY < 0 || inputY >= _geometry.InputHeight)
                {
                    row.Clear();
                    continue;
                }
                row[.._geometry.PadLeft].Clear();
                input.Slice(((channel * _geometry.InputHeight) + inputY) * width, width).CopyTo(row[_geometry.PadLeft..]);
                row[(_geometry.PadLeft + width)..].Clear();
            }
    }

    private unsafe void RunPanels<TLanes>(float* source, int firstPanel, int panels, Span<float> result) where TLanes : struct, IFloatLanes<TLanes>
    {
        int* positions = stackalloc int[StripPixels];
        float* sums = stackalloc float[StripPixels * MostPanelLanes];
        int pixels = _geometry.OutputPixels, groupSize = _geometry.GroupInputChannels * _paddedHeight * _paddedWidth;
        fixed (float* weights = _panels)
        fixed (int* offsets = _offsets)
            for (int strip = 0; strip < pixels; strip += StripPixels)
            {
                int count = Math.Min(StripPixels, pixels - strip);
                FillPositions(strip, count, positions);
                for (int i = firstPanel; i < firstPanel + panels; i++)
                {
                    var (group, panel) = Math.DivRem(i, _panelsPerGroup);
                    SumPanel<TLanes>(source + ((nint)group * groupSize), positions, count, offsets, weights + ((nint)i * _offsets.Length * _panelLanes), sums);
                    StorePanel(sums, group, panel, strip, count, result);
                }
            }
    }

    /// <summary>Where each pixel's window starts in the padded input; the last block is filled up with the last pixel.</summary>
    private unsafe void FillPositions(int firstPixel, int count, int* positions)
    {
        int filled = (count + BlockPixels - 1) / BlockPixels * BlockPixels;
        for (int i = 0; i < filled; i++)
        {
            var (y, x) = Math.DivRem(firstPixel + Math.Min(i, count - 1), _geometry.OutputWidth);
            positions[i] = (y * _geometry.StrideY * _paddedWidth) + (x * _geometry.StrideX);
        }
    }

    private unsafe void SumPanel<TLanes>(float* source, int* positions, int count, int* offsets, float* weights, float* sums) where TLanes : struct, IFloatLanes<TLanes>
    {
        int blocks = (count + BlockPixels - 1) / BlockPixels;
        new Span<float>(sums, blocks * BlockPixels * _panelLanes).Clear();
        for (int k = 0; k < _offsets.Length; k += CutProducts)
        {
            int products = Math.Min(CutProducts, _offsets.Length - k);
            for (int block = 0; block < blocks; block++)
                AddProducts<TLanes>(source, positions + (block * BlockPixels), offsets + k, products, weights + ((nint)k * _panelLanes), sums + (block * BlockPixels * _panelLanes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void AddProducts<TLanes>(float* source, int* positions, int* offsets, int products, float* weights, float* sums) where TLanes : struct, IFloatLanes<TLanes>
    {
        int lanes = TLanes.Count;
        float* x0 = source + positions[0], x1 = source + positions[1], x2 = source + positions[2], x3 = source + positions[3];
        TLanes s00 = TLanes.Load(sums), s01 = TLanes.Load(sums + lanes);
        TLanes s10 = TLanes.Load(sums + (2 * lanes)), s11 = TLanes.Load(sums + (3 * lanes));
        TLanes s20 = TLanes.Load(sums + (4 * lanes)), s21 = TLanes.Load(sums + (5 * lanes));
        TLanes s30 = TLanes.Load(sums + (6 * lanes)), s31 = TLanes.Load(sums + (7 * lanes));
        for (int k = 0; k < products; k++)
        {
            nint offset = offsets[k];
            TLanes w0 = TLanes.Load(weights), w1 = TLanes.Load(weights + lanes);
            weights += 2 * lanes;
            var x = TLanes.Broadcast(x0[offset]);
            s00 = TLanes.AddProduct(s00, x, w0);
            s01 = TLanes.AddProduct(s01, x, w1);
            x = TLanes.Broadcast(x1[offset]);
            s10 = TLanes.AddProduct(s10, x, w0);
            s11 = TLanes.AddProduct(s11, x, w1);
            x = TLanes.Broadcast(x2[offset]);
            s20 = TLanes.AddProduct(s20, x, w0);
            s21 = TLanes.AddProduct(s21, x, w1);
            x = TLanes.Broadcast(x3[offset]);
            s30 = TLanes.AddProduct(s30, x, w0);
            s31 = TLanes.AddProduct(s31, x, w1);
        }
        s00.Store(sums);
        s01.Store(sums + lanes);
        s10.Store(sums + (2 * lanes));
        s11.Store(sums + (3 * lanes));
        s20.Store(sums + (4 * lanes));
        s21.Store(sums + (5 * lanes));
        s30.Store(sums + (6 * lanes));
        s31.Store(sums + (7 * lanes));
    }

    /// <summary>Turns sums [pixel, lane] into rows of the result and adds the bias.</summary>
    private unsafe void StorePanel(float* sums, int group, int panel, int firstPixel, int count, Span<float> result)
    {
        const int Side = Square.Side;
        int first = panel * _panelLanes, lanes = Math.Min(_panelLanes, _geometry.GroupOutputChannels - first), pixels = _geometry.OutputPixels;
        int firstOutput = (group * _geometry.GroupOutputChannels) + first, squareLanes = lanes / Side * Side, squarePixels = count / Side * Side;
        fixed (float* results = result)
        {
            float* rows = results + ((nint)firstOutput * pixels) + firstPixel;
            for (int lane = 0; lane < squareLanes; lane += Side)
                for (int i = 0; i < squarePixels; i += Side) Square.Turn(sums + (i * _panelLanes) + lane, _panelLanes, rows + ((nint)lane * pixels) + i, pixels);
        }
        for (int lane = 0; lane < lanes; lane++)
        {
            var row = result.Slice(((firstOutput + lane) * pixels) + firstPixel, count);
            for (int i = lane < squareLanes ? squarePixels : 0; i < count; i++) row[i] = sums[(i * _panelLanes) + lane];
            if (_bias.Length > 0) TensorPrimitives.Add(row, _bias[firstOutput + lane], row);
        }
    }
}
