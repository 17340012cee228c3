using System.Runtime.CompilerServices;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// Puts pixels side by side in vectors, for results with enough pixels to fill them. The weights are the rows of
/// <see cref="ProductBlock"/>. The inputs of a band of pixels are gathered once for many output channels. Each output channel is written
/// one band at a time, because the output channels of a result lie on different memory pages.
/// <code>
/// inputs   [strip in band, k, pixel in strip]
/// sums     [four output channels, strip in band, output channel, pixel in strip]
/// </code>
/// </summary>
internal sealed unsafe class PixelBands(DigitalNode node, PaddedInput windows, int lanes) : DigitalParts(node, windows)
{
    /// <summary>64 output channels, as first convolutions have them, gather their inputs once.</summary>
    private const int BandPixels = 64, ChunkOutputs = 64;

    /// <summary>The number of products at a time, so that inputs and sums (16 KiB each) stay in the first-level cache. Between cuts the
    /// sums are kept in memory, without rounding.</summary>
    private const int CutProducts = 64;

    private static readonly int[] Consecutive = [.. Enumerable.Range(0, CutProducts)];

    private readonly float[] _weights = node.Weights;

    public override int Count => (Geometry.OutputPixels + BandPixels - 1) / BandPixels;

    [SkipLocalsInit]
    public override void Run<TLanes>(float* source, int firstPart, int parts, float* result)
    {
        float* inputs = stackalloc float[CutProducts * BandPixels], sums = stackalloc float[ChunkOutputs * BandPixels];
        int* positions = stackalloc int[BandPixels];
        int outputs = Geometry.GroupOutputChannels;
        for (int part = firstPart; part < firstPart + parts; part++)
        {
            int first = part * BandPixels;
            var band = new Band(Math.Min(BandPixels, Geometry.OutputPixels - first), lanes, positions, inputs, sums);
            Windows.FillPositions(first, new(positions, band.Strips * lanes));
            for (int group = 0; group < Geometry.Groups; group++)
                for (int chunk = 0; chunk < outputs; chunk += ChunkOutputs)
                    RunChunk<TLanes>(source + ((nint)group * Windows.GroupLength), band, (group * outputs) + chunk,
                        Math.Min(ChunkOutputs, outputs - chunk), result + first);
        }
    }

    /// <param name="source">The padded input of the group.</param>
    /// <param name="band">The band of pixels.</param>
    /// <param name="firstOutput">The first output channel.</param>
    /// <param name="outputs">The number of output channels.</param>
    /// <param name="result">The address of the band's first pixel in output channel 0.</param>
    private void RunChunk<TLanes>(float* source, in Band band, int firstOutput, int outputs, float* result) where TLanes : struct,
        IFloatLanes<TLanes>
    {
        int sumsOfRows = ProductBlock.Rows * band.Strips * lanes;
        for (int k = 0; k < Products; k += CutProducts)
        {
            int products = Math.Min(CutProducts, Products - k);
            Gather<TLanes>(source, band, k, products);
            float* sums = band.Sums;
            for (int output = 0; output < outputs; output += ProductBlock.Rows, sums += sumsOfRows)
            {
                int count = Math.Min(ProductBlock.Rows, outputs - output);
                Add<TLanes>(band, firstOutput + output, count, k, products, sums);
                if (k + products == Products) Store<TLanes>(band, sums, firstOutput + output, count, result);
            }
        }
    }

    private void Gather<TLanes>(float* source, in Band band, int firstProduct, int products) where TLanes : struct, IFloatLanes<TLanes>
    {
        fixed (int* offsets = &Windows.Offsets[firstProduct])
            for (int pixel = 0; pixel < band.Strips * lanes; pixel += TLanes.Count)
            {
                int* positions = band.Positions + pixel;
                var (strip, lane) = Math.DivRem(pixel, lanes);
                float* start = source + positions[0], to = band.Inputs + (strip * products * lanes) + lane;
                if (AreConsecutive(new(positions, TLanes.Count)))
                    for (int k = 0; k < products; k++, to += lanes) TLanes.Load(start + offsets[k]).Store(to);
                else
                    for (int k = 0; k < products; k++, to += lanes)
                        for (int i = 0; i < TLanes.Count; i++) to[i] = source[positions[i] + offsets[k]];
            }
    }

    private static bool AreConsecutive(ReadOnlySpan<int> positions)
    {
        for (int i = 1; i < positions.Length; i++)
            if (positions[i] != positions[i - 1] + 1) return false;
        return true;
    }

    private void Add<TLanes>(in Band band, int firstOutput, int outputs, int firstProduct, int products, float* sums) where TLanes : struct,
        IFloatLanes<TLanes>
    {
        float** rows = stackalloc float*[ProductBlock.Rows];
        fixed (float* weights = &_weights[(firstOutput * Products) + firstProduct])
        fixed (int* consecutive = Consecutive)
        {
            for (int row = 0; row < ProductBlock.Rows; row++) rows[row] = weights + ((nint)Math.Min(row, outputs - 1) * Products);
            for (int strip = 0; strip < band.Strips; strip++)
                ProductBlock.Add<TLanes>(rows, consecutive, products, band.Inputs + (strip * products * lanes), isFirst: firstProduct == 0,
                    sums + (strip * ProductBlock.Rows * lanes));
        }
    }

    private void Store<TLanes>(in Band band, float* sums, int firstOutput, int outputs, float* result) where TLanes : struct,
        IFloatLanes<TLanes>
    {
        for (int row = 0; row < outputs; row++)
        {
            float* to = result + ((nint)(firstOutput + row) * Geometry.OutputPixels);
            float bias = BiasOf(firstOutput + row);
            for (int strip = 0; strip < band.Strips; strip++)
            {
                float* from = sums + (((strip * ProductBlock.Rows) + row) * lanes);
                int first = strip * lanes, pixels = Math.Min(lanes, band.Pixels - first), i = 0;
                for (; i + TLanes.Count <= pixels; i += TLanes.Count)
                    TLanes.Add(TLanes.Load(from + i), TLanes.Broadcast(bias)).Store(to + first + i);
                for (; i < pixels; i++) to[first + i] = from[i] + bias;
            }
        }
    }

    /// <summary>The pixels that are computed together, and their working memory.</summary>
    private readonly struct Band(int pixels, int lanes, int* positions, float* inputs, float* sums)
    {
        public int Pixels => pixels;
        public int Strips { get; } = (pixels + lanes - 1) / lanes;
        public int* Positions => positions;
        public float* Inputs => inputs;
        public float* Sums => sums;
    }
}
