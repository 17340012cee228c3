using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.BitSliced;
using ImcEngine.Kernels.BitSliced.Pixels;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Histograms;

/// <summary>
/// The bit-sliced histogram with one output pixel per lane. The counts of a column are those of the kernel that runs the layer; instead of
/// being converted they are sorted by value.
/// <code>
/// block of pixels -> rows of all input planes -> row group -> input plane -> eight outputs:
///     the compiled program counts all their columns      counts [output][weight bit][plane]
///     ValueCounts sorts them, weight bit by weight bit
/// </code>
/// </summary>
internal sealed unsafe class PixelHistogram<TLanes, TVector> : HistogramKernel
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private readonly PixelPlanes _planes;
    private readonly PixelTables _tables;
    private readonly PixelStarts _starts;
    private readonly CounterEncoding _encoding;
    private readonly ConversionProgram _program;
    private readonly int _countPlanes;

    private PixelHistogram(MappedLayer layer, PixelTables tables, LayerConversion conversion, int images) : base(layer, images)
    {
        (_tables, _encoding, _countPlanes) = (tables, conversion.Encoding, conversion.Plan.Planes);
        _planes = new(layer.Map.Geometry, layer.Inputs, images);
        _starts = new(tables, _encoding, _encoding.Bias, _countPlanes, ConversionCompiler<TLanes, TVector>.Compile);
        _program = ConversionCompiler<TLanes, TVector>.Compile(ConversionSpec.OfCounts(_countPlanes, _encoding.RowPlane, tables.Start,
            _encoding.Bias, tables.IsPaired ? tables.Start & StartParts.Common : null));
    }

    private LayerMap Map => Layer.Map;
    private ConvGeometry Geometry => Layer.Map.Geometry;

    /// <summary>Returns null where the layer has more rows than lists reach, or more constants than names reach.</summary>
    public static HistogramKernel? TryPrepare(MappedLayer layer)
    {
        if (!TableRows.AreReached(layer, TLanes.Bits)) return null;
        var encoding = new CounterEncoding(layer);
        int planes = Math.Max(CounterEncoding.LeastPlanes, PlaneCount.Holding(encoding.LargestCount)),
            images = BatchedPixelKernel.ImagesOf(layer, TLanes.Bits);
        var conversion = new LayerConversion(encoding, ConversionSpec.PlanOfCounts(planes), 0, 0, []);
        var tables = new PixelTables(layer, layer.Weights, conversion, TLanes.Bits, images, columns: null);
        return tables.ReachConstants ? new PixelHistogram<TLanes, TVector>(layer, tables, conversion, images) : null;
    }

    public override void Run(ReadOnlySpan<nint> bits, KernelScratch scratch, RowGroupHistograms histograms)
    {
        var values = new ValueCounts<TLanes, TVector>(Map.WeightFormat.Bits, _countPlanes, scratch);
        var bitmaps = (ulong*)scratch.Bitmaps.Pointer(_planes.BitmapBytes);
        int pixels = bits.Length * Geometry.OutputPixels;
        for (int convGroup = 0; convGroup < Geometry.Groups; convGroup++)
        {
            new Span<byte>(bitmaps, checked((int)_planes.BitmapBytes)).Clear();
            _planes.Pack(bits, convGroup, bitmaps);
            for (int block = 0; block * TLanes.Bits < pixels; block++)
                RunBlock(bitmaps, convGroup, block, LanesBelow(pixels - (block * TLanes.Bits)), values, scratch, histograms);
        }
        GC.KeepAlive(this);
    }

    private void RunBlock(ulong* bitmaps, int convGroup, int block, TVector lanes, ValueCounts<TLanes, TVector> values,
        KernelScratch scratch, RowGroupHistograms histograms)
    {
        int inputBits = Map.InputFormat.Bits, weightBits = Map.WeightFormat.Bits, outputs = Geometry.GroupOutputChannels;
        var rows = (TVector*)scratch.PixelRows.Pointer((long)inputBits * _tables.RowsPerPlane * sizeof(TVector));
        _planes.Spread<TLanes, TVector>(bitmaps, block, (TVector*)_tables.DrivenLanes(block), rows);
        var start = (TVector*)scratch.CountStarts.Pointer(VerticalLimits.MostPlanes * sizeof(TVector));
        var counts = (TVector*)scratch.Accumulators.Pointer(
            (long)ValueCounts<TLanes, TVector>.Columns * weightBits * _countPlanes * sizeof(TVector));
        for (int rowGroup = 0; rowGroup < Map.Groups.Length; rowGroup++)
            for (int inputBit = 0; inputBit < inputBits; inputBit++)
            {
                var ofPlane = rows + (inputBit * _tables.RowsPerPlane);
                _starts.Count<TLanes, TVector>(rowGroup, Map.InputDigits[inputBit], rows, start);
                for (int first = 0; first < outputs; first += ValueCounts<TLanes, TVector>.Columns)
                {
                    int count = Math.Min(ValueCounts<TLanes, TVector>.Columns, outputs - first);
                    _program((byte*)ofPlane, _tables.Conversions(convGroup, rowGroup) + (first * weightBits), count * weightBits, start,
                        _tables.Named(block, convGroup, rowGroup), null, (byte*)counts, _countPlanes * sizeof(TVector));
                    values.Add(counts, count, lanes);
                }
                values.MoveTo(histograms[rowGroup], inputBit, _encoding);
            }
    }

    /// <summary>Returns ones in the first lanes and zeros in the others.</summary>
    private static TVector LanesBelow(int count)
    {
        var words = stackalloc ulong[TLanes.Bits / 64];
        for (int word = 0; word < TLanes.Bits / 64; word++)
            words[word] = count >= (word + 1) * 64 ? ulong.MaxValue : count <= word * 64 ? 0 : (1UL << (count & 63)) - 1;
        return *(TVector*)words;
    }
}
