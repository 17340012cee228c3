using System.Reflection.Emit;
using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Adc;

/// <summary>Where a program finds what differs by column.</summary>
internal enum ColumnLayout
{
    /// <summary>Columns lie side by side in the lanes: a vector holds one bit of each (<see cref="LaneConstants"/>).</summary>
    Lanes,

    /// <summary>All lanes of a conversion are of one column, which has bytes of its own (<see cref="ByteConstants"/>).</summary>
    Bytes,
}

/// <summary>What columns with thresholds of their own bring to a plan, for one way from counts to codes.</summary>
internal interface IColumnConstants
{
    /// <summary>What is subtracted from every count.</summary>
    int CountOffset { get; }

    /// <summary>Of a column.</summary>
    int BitCount { get; }

    /// <summary>Of a column.</summary>
    int ByteCount => BitCount;

    /// <summary>The plan whose code reads constants so laid out.</summary>
    ConversionPlan PlanFor(ColumnLayout layout);

    /// <param name="column">Of all error sets' columns.</param>
    /// <param name="bits">Written, each 0 or 1.</param>
    void WriteBits(int column, Span<byte> bits);

    /// <param name="column">Of all error sets' columns.</param>
    /// <param name="vectorBytes">Of the program's vectors.</param>
    /// <param name="bytes">Written; a bit is the same in all eight places.</param>
    void WriteBytes(int column, int vectorBytes, Span<byte> bytes)
    {
        WriteBits(column, bytes[..BitCount]);
        RepeatBits(bytes[..BitCount]);
    }

    /// <summary>Each bit to all places of its byte.</summary>
    protected static void RepeatBits(Span<byte> bits)
    {
        foreach (ref byte bit in bits) bit = (byte)(0 - bit);
    }
}

/// <summary>
/// Columns' constants, columns in the lanes.
/// <code>vectors   [error set or one][block of columns][bit]   a lane per column</code>
/// </summary>
internal sealed unsafe class LaneConstants
{
    private readonly AlignedBuffer _vectors;
    private readonly int _sets, _blocks;
    private readonly long _blockBytes;

    /// <param name="sets">Error sets.</param>
    /// <param name="columns">Of a set.</param>
    /// <param name="blocks">Vectors that hold the columns.</param>
    /// <param name="laneOf">A column's lane, of all blocks'.</param>
    public LaneConstants(IColumnConstants constants, int sets, int columns, int blocks, int vectorBytes, Func<int, int> laneOf)
    {
        (_sets, _blocks, _blockBytes) = (sets, blocks, (long)constants.BitCount * vectorBytes);
        _vectors = new(sets * blocks * _blockBytes);
        int lanes = vectorBytes * 8;
        Span<byte> bits = new byte[constants.BitCount];
        for (int i = 0; i < sets * columns; i++)
        {
            int place = laneOf(i % columns);
            ulong* word = (ulong*)Of(i / columns, place / lanes) + place % lanes / 64;
            constants.WriteBits(i, bits);
            for (int bit = 0; bit < bits.Length; bit++, word += vectorBytes / sizeof(ulong)) *word |= (ulong)bits[bit] << (place & 63);
        }
    }

    public long Bytes => _vectors.Length;

    public void* Of(int errorSet, int block) => _vectors.Pointer + ((_sets == 1 ? 0 : errorSet) * (long)_blocks + block) * _blockBytes;
}

/// <summary>
/// Columns' constants, each column's by itself.
/// <code>bytes   [error set or one][column][byte]</code>
/// </summary>
internal sealed unsafe class ByteConstants
{
    private readonly AlignedBuffer _bytes;
    private readonly int _sets, _columns, _columnBytes;

    /// <param name="sets">Error sets.</param>
    /// <param name="columns">Of a set.</param>
    public ByteConstants(IColumnConstants constants, int sets, int columns, int vectorBytes)
    {
        (_sets, _columns, _columnBytes) = (sets, columns, constants.ByteCount);
        _bytes = new((long)sets * columns * _columnBytes);
        for (int i = 0; i < sets * columns; i++) constants.WriteBytes(i, vectorBytes, new(Of(i / columns, i % columns), _columnBytes));
    }

    public long Bytes => _bytes.Length;

    public byte* Of(int errorSet, int column) =>
        _bytes.Pointer + ((_sets == 1 ? 0 : errorSet) * (long)_columns + column) * _columnBytes;
}

/// <summary>How a plan's code reads columns' constants.</summary>
/// <param name="vectors">Pointer to a block's <see cref="LaneConstants"/>.</param>
/// <param name="bytes">Makes the pointer to a conversion's <see cref="ByteConstants"/>.</param>
/// <param name="working">Pointer to the plan's <see cref="ConversionPlan.WorkingVectors"/>; null where it has none.</param>
internal sealed class ConstantReader<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, LocalBuilder vectors,
    Func<LocalBuilder> bytes, LocalBuilder? working)
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private readonly Lazy<LocalBuilder> _bytes = new(bytes);

    /// <summary>One bit of every lane's column.</summary>
    public BitVectorExpression Bit(ColumnLayout layout, int index) => layout switch
    {
        ColumnLayout.Lanes => block.Load(vectors, index),
        _ => block.LoadByte(_bytes.Value, index),
    };

    /// <summary>Writes a working vector.</summary>
    public void Store(int index, BitVectorExpression value) => block.Store(working!, index, value);

    /// <summary>The working vector that a byte of the column names, in units of <see cref="CompactRowList.Unit"/>.</summary>
    public BitVectorExpression Named(int index) => block.LoadEntry(working!, _bytes.Value, index);
}
