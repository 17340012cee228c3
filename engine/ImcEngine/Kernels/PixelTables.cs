using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>
/// What the vertical-counter kernel reads of one layer with output pixels in the lanes: which rows each column adds, known at load.
/// <code>
/// lists      [convGroup][row group][output][weight bit]     byte offsets of the rows with a set weight bit, padded with the row of zeros
/// all rows   [row group]                                    every row of the group
/// taps       [block][kernel position]                       lanes whose pixel drives the position
/// constants  [convGroup][row group][output][weight bit][block][plane]   XNOR only
/// </code>
/// A conversion's count starts from a constant per lane, so that thresholds are the same in every lane. With A the sum of x over the listed rows, c over all
/// rows of the group, W the set weight bits among the d driven rows:
/// <code>
/// AND             s = A                        u = A
/// gated           s = 2 A - c                  u = 2 A - c + bias
/// XNOR, d even    s = 4 A - 2 c + (d - 2 W)    u = s / 2 + bias = 2 A - c + (d / 2 - W) + bias      in every border class
/// XNOR, else                                   u = s + bias
/// three-valued    s = 2 (p - q listed) - p + q of all    u = 2 A - c + (rows - 2 listed) + bias     A and c over the rows of p and of not q
/// </code>
/// p and q are the rows at +1 and -1. Counts are lowered by the ADC's base.
/// </summary>
internal sealed unsafe class PixelTables
{
    private readonly AlignedBuffer _lists;
    private readonly int[] _listStarts, _allRowsStarts;
    private readonly AlignedBuffer _taps;
    private readonly AlignedBuffer? _constants;
    private readonly ComparisonThresholds _thresholds;
    private readonly bool _halved;

    public PixelTables(MappedLayer layer, IntegerAdc adc, int lanes)
    {
        Layer = layer;
        VectorBytes = lanes / 8;
        var map = layer.Map;
        Blocks = (map.Geometry.OutputPixels + lanes - 1) / lanes;
        _halved = map.Product == CellProduct.Xnor && !layer.InputMayBeUndriven && DrivenRowsAreEven(layer);
        Bias = map.Product == CellProduct.And ? 0 : _halved ? (layer.LargestGroup + 1) / 2 : layer.LargestGroup;
        RowPlane = map.Product switch { CellProduct.And => 0, CellProduct.Xnor when !_halved && !layer.InputMayBeUndriven => 2, _ => 1 };
        _thresholds = new([Array.ConvertAll(adc.Thresholds, ThresholdOfCounts)], Bias + (_halved ? layer.LargestGroup / 2 : layer.LargestGroup));
        AccumulatorPlanes = CountAccumulatorPlanes(map, adc);
        (_lists, _listStarts, _allRowsStarts) = PackLists();
        _taps = PackTaps(lanes);
        if (map.Product == CellProduct.Xnor) _constants = PackConstants(lanes);
        Comparisons = ComparisonMasks.Pack(_thresholds, 1, VectorBytes);
    }

    public MappedLayer Layer { get; }
    public int VectorBytes { get; }

    /// <summary>Vectors that hold the output's pixels.</summary>
    public int Blocks { get; }

    public int Bias { get; }

    /// <summary>The plane of u that a row adds to; c is subtracted one below.</summary>
    public int RowPlane { get; }

    public int AccumulatorPlanes { get; }
    public AlignedBuffer Comparisons { get; }
    public ComparisonPlan Plan => _thresholds.Plan;

    /// <summary>What every count is lowered by.</summary>
    public int Base => _thresholds.Base(0);

    /// <summary>Rows of one input plane: with three-valued inputs those of not q follow those of p; a row of zeros is the last.</summary>
    public int RowsPerPlane => Layer.Weights.Rows * (Layer.InputMayBeUndriven ? 2 : 1) + 1;

    private int Columns => Layer.Map.GroupColumns;

    /// <summary>The lists of one row group, column by column.</summary>
    public ListReader Lists(int convGroup, int rowGroup) =>
        new((int*)_lists.Pointer, _listStarts.AsSpan((convGroup * Layer.Map.Groups.Length + rowGroup) * Columns, Columns + 1));

    public ref struct ListReader(int* lists, ReadOnlySpan<int> starts)
    {
        private readonly ReadOnlySpan<int> _starts = starts;
        private int _next;

        public int* Next(out int count)
        {
            int start = _starts[_next++];
            count = _starts[_next] - start;
            return lists + start;
        }
    }

    public int* AllRows(int rowGroup, out int count)
    {
        count = _allRowsStarts[rowGroup + 1] - _allRowsStarts[rowGroup];
        return (int*)_lists.Pointer + _allRowsStarts[rowGroup];
    }

    public byte* Tap(int block, int tap) => _taps.Pointer + ((long)block * Layer.Map.Geometry.Taps + tap) * VectorBytes;

    public byte* Constants(int convGroup, int rowGroup, int column, int block) =>
        _constants!.Pointer + ((((long)convGroup * Layer.Map.Groups.Length + rowGroup) * Columns + column) * Blocks + block) * Plan.Planes * VectorBytes;

    private static bool DrivenRowsAreEven(MappedLayer layer)
    {
        for (int borderClass = 0; borderClass < layer.Borders.Count; borderClass++)
            foreach (var group in layer.Map.Groups)
                if (layer.Borders.DrivenRows(borderClass, group, layer.Map.Geometry.GroupInputChannels) % 2 != 0) return false;
        return true;
    }

    private int ThresholdOfCounts(int threshold) => (int)Math.Clamp((_halved ? (long)threshold + 1 >> 1 : threshold) + Bias, 0, int.MaxValue / 2);

    private (AlignedBuffer Lists, int[] Starts, int[] AllRowsStarts) PackLists()
    {
        var map = Layer.Map;
        var offsets = new List<int>();
        var starts = new int[map.Geometry.Groups * map.Groups.Length * Columns + 1];
        for (int i = 0; i < starts.Length - 1; i++)
        {
            starts[i] = offsets.Count;
            int convGroup = i / (map.Groups.Length * Columns);
            AppendRows(offsets, map.Groups[i / Columns % map.Groups.Length], Layer.Weights.Column(convGroup, i % Columns));
        }
        starts[^1] = offsets.Count;
        var allRows = new int[map.Groups.Length + 1];
        for (int i = 0; i < map.Groups.Length; i++)
        {
            allRows[i] = offsets.Count;
            AppendRows(offsets, map.Groups[i], []);
        }
        allRows[^1] = offsets.Count;
        var buffer = new AlignedBuffer((long)offsets.Count * sizeof(int));
        offsets.CopyTo(buffer.Span<int>(offsets.Count));
        return (buffer, starts, allRows);
    }

    /// <param name="bits">Rows taken; empty: all.</param>
    private void AppendRows(List<int> offsets, RowGroup group, ReadOnlySpan<ulong> bits)
    {
        int start = offsets.Count;
        for (int row = group.FirstRow; row < group.EndRow; row++)
        {
            if (!bits.IsEmpty && (bits[row >> 6] >> (row & 63) & 1) == 0) continue;
            offsets.Add(row * VectorBytes);
            if (Layer.InputMayBeUndriven) offsets.Add((row + Layer.Weights.Rows) * VectorBytes);
        }
        while ((offsets.Count - start) % VerticalCounter<Lanes64, ulong>.RowStep != 0) offsets.Add((RowsPerPlane - 1) * VectorBytes);
    }

    private AlignedBuffer PackTaps(int lanes)
    {
        var geometry = Layer.Map.Geometry;
        var buffer = new AlignedBuffer((long)Blocks * geometry.Taps * VectorBytes);
        for (int pixel = 0; pixel < geometry.OutputPixels; pixel++)
        {
            bool[] driven = Layer.Borders.DrivenTaps[Layer.Borders.Of(pixel)];
            for (int tap = 0; tap < driven.Length; tap++)
                if (driven[tap]) SetLane(buffer.Pointer + ((long)pixel / lanes * geometry.Taps + tap) * VectorBytes, pixel % lanes);
        }
        return buffer;
    }

    private AlignedBuffer PackConstants(int lanes)
    {
        var map = Layer.Map;
        int pixels = map.Geometry.OutputPixels, channels = map.Geometry.GroupInputChannels;
        var buffer = new AlignedBuffer((long)map.Geometry.Groups * map.Groups.Length * Columns * Blocks * Plan.Planes * VectorBytes);
        var driven = new ulong[Layer.Borders.Count][];
        for (int borderClass = 0; borderClass < driven.Length; borderClass++)
            Layer.Borders.MarkDriven(borderClass, channels, driven[borderClass] = new ulong[Layer.Weights.Words]);
        var ofClass = new int[driven.Length];
        for (int i = 0; i < map.Geometry.Groups * map.Groups.Length * Columns; i++)
        {
            var weights = Layer.Weights.Column(i / (map.Groups.Length * Columns), i % Columns);
            for (int borderClass = 0; borderClass < ofClass.Length; borderClass++)
                ofClass[borderClass] = ConstantOf(weights, driven[borderClass], map.Groups[i / Columns % map.Groups.Length], borderClass);
            byte* at = buffer.Pointer + (long)i * Blocks * Plan.Planes * VectorBytes;
            for (int pixel = 0; pixel < pixels; pixel++)
                for (int plane = 0, constant = ofClass[Layer.Borders.Of(pixel)]; plane < Plan.Planes; plane++)
                    if ((constant >> plane & 1) != 0) SetLane(at + ((long)pixel / lanes * Plan.Planes + plane) * VectorBytes, pixel % lanes);
        }
        return buffer;
    }

    private int ConstantOf(ReadOnlySpan<ulong> weights, ulong[] driven, RowGroup group, int borderClass)
    {
        if (Layer.InputMayBeUndriven) return group.Rows - 2 * BitRuns.PopCount(weights, group.FirstRow, group.EndRow);
        Span<ulong> set = new ulong[weights.Length];
        for (int word = 0; word < set.Length; word++) set[word] = weights[word] & driven[word];
        int rows = Layer.Borders.DrivenRows(borderClass, group, Layer.Map.Geometry.GroupInputChannels), ones = BitRuns.PopCount(set, group.FirstRow, group.EndRow);
        return _halved ? rows / 2 - ones : rows - 2 * ones;
    }

    private static void SetLane(byte* vector, int lane) => ((ulong*)vector)[lane >> 6] |= 1UL << (lane & 63);

    /// <summary>Planes that hold every sum of codes times plane weights over the row groups, in two's complement.</summary>
    private static int CountAccumulatorPlanes(LayerMap map, IntegerAdc adc)
    {
        long least = 0, most = 0;
        for (int i = 0; i < map.InputFormat.Bits; i++)
            for (int j = 0; j < map.WeightFormat.Bits; j++)
            {
                long end = (long)map.InputFormat.PlaneWeight(i) * map.WeightFormat.PlaneWeight(j) * adc.Thresholds.Length * map.Groups.Length;
                least += Math.Min(0, end);
                most += Math.Max(0, end);
            }
        return AccumulatorRange.Planes(least, most);
    }
}
