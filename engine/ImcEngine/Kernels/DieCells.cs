using ImcEngine.Macro;

namespace ImcEngine.Kernels;

/// <summary>
/// A layer's cells on one die: stored bits with the stuck ones as they are, and with mismatch what each cell adds to v when its row is driven at 1 (at -1: takes away):
/// <code>quanta [convGroup][flat row][column] = w * (4096 + eps),  w in 0, 1 or -1, +1</code>
/// </summary>
internal sealed class DieCells
{
    /// <summary>What a reader may load beyond a row's last column.</summary>
    public const int Slack = 32;

    private readonly MappedLayer _layer;
    private readonly DieSampler _sampler;
    private readonly short[][] _quanta;
    private readonly long[] _epsSums;
    private int _largestQuanta = 1;

    public DieCells(MappedLayer layer, DieSampler sampler)
    {
        (_layer, _sampler) = (layer, sampler);
        var map = layer.Map;
        Weights = sampler.HasFaults ? layer.Weights.Copy() : layer.Weights;
        _quanta = new short[sampler.HasMismatch ? map.Geometry.Groups : 0][];
        _epsSums = new long[sampler.HasMismatch ? map.Arrays * map.ArrayColumns : 0];
        for (int convGroup = 0; convGroup < _quanta.Length; convGroup++)
            _quanta[convGroup] = new short[checked(layer.Weights.Rows * RowLength + Slack)];
        if (!sampler.HasMismatch && !sampler.HasFaults) return;
        for (int convGroup = 0; convGroup < map.Geometry.Groups; convGroup++)
            for (int rowTile = 0; rowTile < map.RowTiles; rowTile++)
                for (int columnTile = 0; columnTile < map.ColumnTiles; columnTile++) DrawArray(convGroup, rowTile, columnTile);
    }

    public PackedWeights Weights { get; }
    public bool HasMismatch => _sampler.HasMismatch;

    /// <summary>Columns of a row of <see cref="Quanta"/>.</summary>
    public int RowLength => _layer.Map.GroupColumns;

    /// <summary>So many cells of a column add up within 16 bits, whatever they are.</summary>
    public int RowsWithin16Bits => short.MaxValue / _largestQuanta;

    public long Bytes => _quanta.Sum(cells => (long)cells.Length * sizeof(short)) + _epsSums.LongLength * sizeof(long)
        + (_sampler.HasFaults ? (long)_layer.Map.Geometry.Groups * _layer.Map.GroupColumns * Weights.Words * sizeof(ulong) : 0);

    /// <summary><c>[flat row][column]</c>, and <see cref="Slack"/> more.</summary>
    public ReadOnlySpan<short> Quanta(int convGroup) => _quanta[convGroup];

    /// <summary>Of all cells that hang on a column of an array, used or not.</summary>
    public long EpsSumQuanta(int array, int column) => HasMismatch ? _epsSums[array * _layer.Map.ArrayColumns + column] : 0;

    private void DrawArray(int convGroup, int rowTile, int columnTile)
    {
        var map = _layer.Map;
        int array = (convGroup * map.RowTiles + rowTile) * map.ColumnTiles + columnTile, first = columnTile * map.ArrayColumns;
        var eps = new int[Math.Min(map.ArrayColumns, map.GroupColumns - first)];
        for (int row = 0; row < map.ArrayRows; row++)
        {
            _sampler.CellEpsQuanta(array, row, eps);
            if (HasMismatch)
                for (int column = 0; column < eps.Length; column++) _epsSums[array * map.ArrayColumns + column] += eps[column];
            int rowGroup = rowTile * map.Slots + row / map.Rows, rowInGroup = row % map.Rows;
            if (rowGroup >= map.Groups.Length || rowInGroup >= map.Groups[rowGroup].Rows) continue;
            int flatRow = map.Groups[rowGroup].FirstRow + rowInGroup;
            if (_sampler.HasFaults) Stick(convGroup, first, array, row, flatRow, eps.Length);
            if (HasMismatch) Store(convGroup, first, flatRow, eps);
        }
    }

    private void Stick(int convGroup, int firstColumn, int array, int row, int flatRow, int columns)
    {
        for (int column = 0; column < columns; column++)
            if (_sampler.Fault(array, row, column) is var fault and not CellFault.None)
                Weights.SetBit(convGroup, firstColumn + column, flatRow, fault == CellFault.StuckAtOne);
    }

    private void Store(int convGroup, int firstColumn, int flatRow, ReadOnlySpan<int> eps)
    {
        int clear = _layer.Map.Product == BitPlanes.CellProduct.And ? 0 : -1;
        var cells = _quanta[convGroup].AsSpan(flatRow * RowLength + firstColumn, eps.Length);
        for (int column = 0; column < eps.Length; column++)
        {
            bool stored = (Weights.Column(convGroup, firstColumn + column)[flatRow >> 6] >> (flatRow & 63) & 1) != 0;
            int quanta = (stored ? 1 : clear) * (AdcTransfer.QuantaPerCount + eps[column]);
            _largestQuanta = Math.Max(_largestQuanta, Math.Abs(quanta));
            cells[column] = checked((short)quanta);
        }
    }
}
