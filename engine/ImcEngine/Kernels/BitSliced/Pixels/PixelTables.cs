using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>
/// The tables of one layer for the bit-sliced kernel with one output pixel per lane. The rows that each column adds are known at load
/// (<see cref="PixelLists"/>).
/// <code>
/// driven lanes  [block][kernel position]       the lanes whose pixel drives the position
/// conversions   [convGroup][row group][output][weight bit, the most significant first]
/// </code>
/// A count starts from a number per lane, so that thresholds are the same in every lane. With XNOR, the terms in d and W of each pixel
/// (CounterEncoding) are <see cref="PixelConstants"/>. With three-valued inputs, p marks the rows at +1 and q those at -1. Then <c>s = 2 (p
/// - q over the listed rows) - (p - q over all rows)</c>, and A and c of <see cref="CounterEncoding"/> count the bits of p and of not q.
/// </summary>
internal sealed unsafe class PixelTables
{
    private readonly AlignedBuffer _drivenLanes, _conversions;

    /// <summary>The conversions hold raw pointers into these two objects, which do not keep them alive.</summary>
    private readonly PixelLists _lists;

    /// <inheritdoc cref="_lists"/>
    private readonly PixelConstants? _constants;
    private readonly CounterEncoding _encoding;
    private readonly int _pixels;

    /// <param name="weights">The weights of the layer, or those that a die's cells hold.</param>
    /// <param name="imagesAtOnce">The number of images, whose pixels follow each other.</param>
    /// <param name="columns">The constants of the columns; null where all columns have the same thresholds.</param>
    public PixelTables(MappedLayer layer, PackedWeights weights, LayerConversion conversion, int lanes, int imagesAtOnce,
        ByteConstants? columns)
    {
        (Layer, _encoding) = (layer, conversion.Encoding);
        _pixels = layer.Map.Geometry.OutputPixels * imagesAtOnce;
        VectorBytes = lanes / 8;
        _lists = PixelLists.Of(layer, weights, VectorBytes);
        var map = layer.Map;
        Blocks = (_pixels + lanes - 1) / lanes;
        _drivenLanes = PackDrivenLanes(lanes);
        if (map.Product == CellProduct.Xnor)
        {
            _constants = PixelConstants.TryPack(layer, ConversionCount, conversion.Plan.Planes, lanes, _pixels, ConstantOf);
            ReachConstants = _constants is not null;
        }
        _conversions = PackConversions(columns);
        Start = (map.Product.HasSignedWeightBits() ? StartParts.Common : StartParts.None)
            | (map.Product == CellProduct.Xnor ? StartParts.Named : StartParts.None);
    }

    public MappedLayer Layer { get; }
    public int VectorBytes { get; }

    /// <summary>The number of vectors that hold the output pixels.</summary>
    public int Blocks { get; }

    /// <inheritdoc cref="PixelLists.IsPaired"/>
    public bool IsPaired => _lists.IsPaired;

    /// <summary>The parts that counts start from.</summary>
    public StartParts Start { get; }

    /// <summary>The number of rows of one input plane: the rows of p, with three-valued inputs those of not q, and a row of
    /// zeros.</summary>
    public int RowsPerPlane => TableRows.Count(Layer);

    private int Columns => Layer.Map.GroupPlanes;

    /// <summary>Returns the conversions of one row group, column by column.</summary>
    public Conversion* Conversions(int convGroup, int rowGroup) =>
        (Conversion*)_conversions.Pointer + (convGroup * Layer.Map.Groups.Length + rowGroup) * Columns;

    /// <summary>Whether names reach the constants of every conversion. If not, the kernel cannot use these tables.</summary>
    public bool ReachConstants { get; } = true;

    /// <summary>Returns the vectors to which the names of a row group's conversions refer.</summary>
    public byte* Named(int block, int convGroup, int rowGroup) =>
        _constants is null ? null : _constants.Vectors(block, convGroup * Layer.Map.Groups.Length + rowGroup);

    public Conversion AllRows(int rowGroup) => new(_lists.At(_lists.AllRows(rowGroup)), _lists.AllRows(rowGroup).Count, null, null);

    public long Bytes => _lists.Bytes + _drivenLanes.Length + _conversions.Length + (_constants?.Bytes ?? 0);

    /// <summary>The mean size, in bytes, of the lists of one output in one row group.</summary>
    public long ListBytesOfOutput =>
        Math.Max(1, _lists.BytesOfConversions / (Layer.Map.Groups.Length * Layer.Map.Geometry.OutputChannels));

    /// <summary>Returns the driven lanes of a block, one vector per kernel position.</summary>
    public byte* DrivenLanes(int block) => _drivenLanes.Pointer + (long)block * Layer.Map.Geometry.Taps * VectorBytes;

    private int ConversionCount => Layer.Map.Geometry.Groups * Layer.Map.Groups.Length * Columns;

    private AlignedBuffer PackConversions(ByteConstants? columns)
    {
        var buffer = new AlignedBuffer((long)ConversionCount * sizeof(Conversion));
        var conversions = (Conversion*)buffer.Pointer;
        for (int i = 0; i < ConversionCount; i++)
        {
            int column = _lists.ColumnOf(i), group = column / Columns;
            RowSpan own = _lists.Own(i), shared = _lists.Shared(i);
            conversions[i] = new(_lists.At(own), own.Count, _constants is null ? null : _constants.Names(column),
                columns is null ? null
                    : columns.AddressOf(Layer.Map.ErrorSet(group / Layer.Map.Groups.Length, group % Layer.Map.Groups.Length),
                        column % Columns),
                _lists.At(shared), shared.Count);
        }
        return buffer;
    }

    private AlignedBuffer PackDrivenLanes(int lanes)
    {
        var geometry = Layer.Map.Geometry;
        var buffer = new AlignedBuffer((long)Blocks * geometry.Taps * VectorBytes);
        for (int pixel = 0; pixel < _pixels; pixel++)
        {
            bool[] driven = Layer.Borders.DrivenTaps[Layer.Borders.ClassOf(pixel % geometry.OutputPixels)];
            for (int tap = 0; tap < driven.Length; tap++)
                if (driven[tap]) SetLane(buffer.Pointer + ((long)pixel / lanes * geometry.Taps + tap) * VectorBytes, pixel % lanes);
        }
        return buffer;
    }

    private int ConstantOf(int column, int borderClass)
    {
        var weights = _lists.WeightsOf(column);
        var group = _lists.GroupOf(column);
        if (Layer.InputMayBeUndriven) return group.Rows - 2 * BitRuns.PopCount(weights, group.FirstRow, group.EndRow);
        return _encoding.OfDriven(Layer, borderClass, group, weights);
    }

    private static void SetLane(byte* vector, int lane) => ((ulong*)vector)[lane >> 6] |= 1UL << (lane & 63);
}
