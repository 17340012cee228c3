using System.Reflection.Emit;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Adc;

/// <summary>The layout of the constants that differ by column.</summary>
internal enum ColumnLayout
{
    /// <summary>One column per lane: a vector holds one bit of each column (<see cref="LaneConstants"/>).</summary>
    Lanes,

    /// <summary>All lanes of a conversion belong to one column, whose constants are bytes (<see cref="ByteConstants"/>).</summary>
    Bytes,
}

/// <summary>The constants of columns that have their own thresholds, for one kind of conversion plan.</summary>
internal interface IColumnConstants
{
    /// <summary>The number subtracted from every count.</summary>
    int CountOffset { get; }

    /// <summary>The number of bits of a column's constants.</summary>
    int BitCount { get; }

    /// <summary>The number of bytes of a column's constants in <see cref="ColumnLayout.Bytes"/>.</summary>
    int ByteCount => BitCount;

    /// <summary>Returns the plan whose code reads constants in this layout.</summary>
    ConversionPlan PlanFor(ColumnLayout layout);

    /// <summary>Writes the constants of one column as bits.</summary>
    /// <param name="column">The index of the column among those of all error sets.</param>
    /// <param name="bits">The bits, each 0 or 1; written.</param>
    void WriteBits(int column, Span<byte> bits);

    /// <summary>Writes the constants of one column as bytes.</summary>
    /// <param name="column">The index of the column among those of all error sets.</param>
    /// <param name="vectorBytes">The size of the program's vectors.</param>
    /// <param name="bytes">The bytes; written. A bit is repeated in all eight places of its byte.</param>
    void WriteBytes(int column, int vectorBytes, Span<byte> bytes)
    {
        WriteBits(column, bytes[..BitCount]);
        RepeatBits(bytes[..BitCount]);
    }

    /// <summary>Repeats each bit in all places of its byte.</summary>
    protected static void RepeatBits(Span<byte> bits)
    {
        foreach (ref byte bit in bits) bit = (byte)(0 - bit);
    }
}

/// <summary>
/// The constants of columns, one column per lane.
/// <code>vectors   [error set, or 1][block of columns][bit]   one lane per column</code>
/// </summary>
internal sealed unsafe class LaneConstants
{
    private readonly AlignedBuffer _vectors;
    private readonly int _sets, _blocks;
    private readonly long _blockBytes;

    /// <param name="sets">The number of error sets.</param>
    /// <param name="columns">The number of columns of a set.</param>
    /// <param name="blocks">The number of vectors that hold the columns of a set.</param>
    /// <param name="laneOf">Returns a column's lane, counted over all blocks.</param>
    public LaneConstants(IColumnConstants constants, int sets, int columns, int blocks, int vectorBytes, Func<int, int> laneOf)
    {
        (_sets, _blocks, _blockBytes) = (sets, blocks, (long)constants.BitCount * vectorBytes);
        _vectors = new(sets * blocks * _blockBytes);
        int lanes = vectorBytes * 8;
        Span<byte> bits = new byte[constants.BitCount];
        for (int i = 0; i < sets * columns; i++)
        {
            int place = laneOf(i % columns);
            ulong* word = (ulong*)AddressOf(i / columns, place / lanes) + place % lanes / 64;
            constants.WriteBits(i, bits);
            for (int bit = 0; bit < bits.Length; bit++, word += vectorBytes / sizeof(ulong)) *word |= (ulong)bits[bit] << (place & 63);
        }
    }

    public long Bytes => _vectors.Length;

    public void* AddressOf(int errorSet, int block) =>
        _vectors.Pointer + ((_sets == 1 ? 0 : errorSet) * (long)_blocks + block) * _blockBytes;
}

/// <summary>
/// The constants of columns as bytes, one column after the other.
/// <code>bytes   [error set, or 1][column][byte]</code>
/// </summary>
internal sealed unsafe class ByteConstants
{
    private readonly AlignedBuffer _bytes;
    private readonly int _sets, _columns, _columnBytes;

    /// <param name="sets">The number of error sets.</param>
    /// <param name="columns">The number of columns of a set.</param>
    public ByteConstants(IColumnConstants constants, int sets, int columns, int vectorBytes)
    {
        (_sets, _columns, _columnBytes) = (sets, columns, constants.ByteCount);
        _bytes = new((long)sets * columns * _columnBytes);
        for (int i = 0; i < sets * columns; i++)
            constants.WriteBytes(i, vectorBytes, new(AddressOf(i / columns, i % columns), _columnBytes));
    }

    public long Bytes => _bytes.Length;

    public byte* AddressOf(int errorSet, int column) =>
        _bytes.Pointer + ((_sets == 1 ? 0 : errorSet) * (long)_columns + column) * _columnBytes;
}

/// <summary>Gives a plan's code access to the constants of the columns.</summary>
/// <param name="vectors">The pointer to a block's <see cref="LaneConstants"/>.</param>
/// <param name="bytes">Loads the pointer to a conversion's <see cref="ByteConstants"/>.</param>
/// <param name="working">The pointer to the plan's <see cref="ConversionPlan.WorkingVectors"/>; null where it has none.</param>
internal sealed class ConstantReader<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, LocalBuilder vectors,
    Func<LocalBuilder> bytes, LocalBuilder? working)
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private readonly Lazy<LocalBuilder> _bytes = new(bytes);

    /// <summary>Returns one constant bit, of every lane's own column.</summary>
    public BitVectorExpression Bit(ColumnLayout layout, int index) => layout switch
    {
        ColumnLayout.Lanes => block.Load(vectors, index),
        _ => block.LoadByte(_bytes.Value, index),
    };

    /// <summary>Writes a working vector.</summary>
    public void Store(int index, BitVectorExpression value) => block.Store(working!, index, value);

    /// <summary>Returns the working vector whose offset is a byte of the column, in units of <see cref="CompactRowList.Unit"/>.</summary>
    public BitVectorExpression Named(int index) => block.LoadEntry(working!, _bytes.Value, index);
}
