using System.Runtime.InteropServices;
using CommunityToolkit.HighPerformance.Buffers;

namespace ImcEngine.Randomness;

/// <summary>What a draw is for. It is part of the draw's key, so two purposes never share a random number. The numbers are frozen: a new
/// purpose takes the next one.</summary>
internal enum DrawPurpose
{
    /// <summary>Static, per cell: its capacitor's relative deviation.</summary>
    CellMismatch = 1,

    /// <summary>Static, per cell: one uniform number that decides whether the cell is stuck.</summary>
    StuckCell = 2,

    /// <summary>Static, per column (row 0): its offset.</summary>
    ColumnOffset = 3,

    /// <summary>Static, per ADC (row 0, column = the ADC's first): its gain error.</summary>
    AdcGain = 4,

    /// <summary>Static, per edge of an ADC (row = the edge, column = the ADC's first): its error.</summary>
    AdcEdge = 5,

    /// <summary>Static, per SAR capacitor of an ADC (row = the bit, column = the ADC's first): its relative deviation.</summary>
    SarWeight = 6,

    /// <summary>Temporal, one per conversion: its noise, or the number that selects its code from a measured table.</summary>
    Conversion = 7,

    /// <summary>Temporal, one per digital sum over a chunk's kernel positions. Its array and row group are those of the chunk's first row
    /// group.</summary>
    SecondStage = 8,

    /// <summary>Per image of a data source (its index is row * 2^22 + column): its place in the order that divides images into those that
    /// choose a setting and those that confirm it. It decides no result of a network.</summary>
    ImageSplit = 9,
}

/// <summary>The fields of a draw that make its Philox key: all draws of one run, layer and purpose share a key.</summary>
/// <param name="Seed">The die seed of static draws, the run seed of temporal ones.</param>
/// <param name="Purpose">What the draw is for.</param>
/// <param name="Layer">The ordinal of the layer among the macro layers in graph order.</param>
/// <param name="Repeat">The repetition of temporal draws; 0 for static draws.</param>
internal readonly record struct DrawStream(uint Seed, DrawPurpose Purpose, int Layer, int Repeat = 0)
{
    /// <summary>Returns the Philox key.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A field does not fit its bits.</exception>
    public PhiloxKey Key() => new(
        Seed,
        (Draws.Field((int)Purpose, Draws.PurposeBits, nameof(Purpose)) << 28) | (Draws.Field(Layer, Draws.LayerBits, nameof(Layer)) << 16)
            | Draws.Field(Repeat, Draws.RepeatBits, nameof(Repeat)));
}

/// <summary>The conversion of a layer to which a temporal draw belongs.</summary>
/// <param name="Array">The ordinal of the array.</param>
/// <param name="Column">The physical column of the array. It implies the weight plane, so with <paramref name="InputBit"/> it names the
/// plane pair.</param>
/// <param name="Image">The index of the image in its data source, never its position in a batch.</param>
/// <param name="Pixel">The output pixel, row-major.</param>
/// <param name="RowGroup">The row group.</param>
/// <param name="InputBit">The input plane, or the input digit.</param>
/// <param name="Vote">The number of the conversion among several of one sum.</param>
internal readonly record struct ConversionPlace(int Array, int Column, int Image, int Pixel, int RowGroup, int InputBit, int Vote = 0);

/// <summary>
/// All random numbers of the simulator (ARITHMETIC §7). Each is part of a Philox4x32 block (<see cref="Philox"/>), whose address says what
/// the number is for; the order of draws does not matter.
/// <code>
/// key      word 0   seed:32
///          word 1   purpose:4 | layer:12 | repeat:16
///
/// counter, static draws: word (column mod 4) of the block is the 32-bit u of that column
///          word 0   0
///          word 1   0
///          word 2   low half  of  array:24 | row:20 | column / 4 :20
///          word 3   high half
///
/// counter, temporal draws: 16-bit lane j = column mod 8 holds the high half of u in block 0
///          and the low half in block 1 (lane 2w is the low half of word w)
///          word 0   image:32
///          word 1   block:1 | vote:4 | input plane or digit:3 | pixel:24
///          word 2   low half  of  array:24 | row group:20 | column / 8 :20
///          word 3   high half
/// </code>
/// The layout is injective: no two draws of one purpose share a number, and each purpose has its own keys. A conversion's plane pair is
/// given by its input bit and its column (column = output * weightBits + weightBit). So one block serves eight neighbouring columns of any
/// weight planes.
/// Changing anything here changes every result with a die or noise: raise <see cref="ImcVersion.Numerics"/>.
/// </summary>
internal static class Draws
{
    internal const int PurposeBits = 4;
    internal const int LayerBits = 12;
    internal const int RepeatBits = 16;
    private const int ArrayBits = 24;
    private const int RowBits = 20;
    private const int ColumnBits = 22;
    private const int PixelBits = 24;
    private const int InputBitBits = 3;
    private const int VoteBits = 4;

    /// <summary>The number of columns that static draws tell apart.</summary>
    public const int StaticColumns = 1 << ColumnBits;

    /// <summary>The number of columns that share a block of static draws.</summary>
    public const int ColumnsPerStaticBlock = 4;

    /// <summary>The number of columns that share a block of temporal draws.</summary>
    public const int ColumnsPerConversionBlock = 8;

    /// <summary>The counter step to the next block of columns, for both static and temporal draws.</summary>
    public static PhiloxBlock NextColumns { get; } = new(0, 0, 1, 0);

    /// <summary>The counter step to the next input plane, for temporal draws.</summary>
    public static PhiloxBlock NextInputBit { get; } = new(0, 1 << PixelBits, 0, 0);

    /// <summary>The counter step to the next output pixel, for temporal draws.</summary>
    public static PhiloxBlock NextPixel { get; } = new(0, 1, 0, 0);

    /// <summary>Returns the 32 random bits of a static draw.</summary>
    public static uint Uniform(in DrawStream stream, int array, int row, int column) =>
        Word(Philox.Block(stream.Key(), StaticCounter(array, row, column)), column % ColumnsPerStaticBlock);

    /// <summary>Returns the standard normal variate of a static draw, which the caller multiplies by its sigma.</summary>
    public static double Normal(in DrawStream stream, int array, int row, int column) =>
        Gaussian.Normal(Uniform(stream, array, row, column));

    /// <summary>Writes the static draws of the columns <c>0 .. uniforms.Length - 1</c> of one row.</summary>
    public static void Uniforms(in DrawStream stream, int array, int row, Span<uint> uniforms)
    {
        int whole = uniforms.Length & -ColumnsPerStaticBlock;
        Philox.Fill(stream.Key(), StaticCounter(array, row, 0), NextColumns, uniforms[..whole]);
        for (int column = whole; column < uniforms.Length; column++) uniforms[column] = Uniform(stream, array, row, column);
    }

    /// <summary>Returns the 32 random bits u of a conversion. <see cref="Gaussian.Normal"/> of u is its noise; comparing u with a measured
    /// table's CDF gives its code.</summary>
    public static uint Conversion(in DrawStream stream, in ConversionPlace place)
    {
        var key = stream.Key();
        int lane = place.Column % ColumnsPerConversionBlock;
        return ((uint)Lane(Philox.Block(key, ConversionCounter(place, 0)), lane) << 16)
            | Lane(Philox.Block(key, ConversionCounter(place, 1)), lane);
    }

    /// <summary>Writes the random bits of the conversions of neighbouring columns of one array, as <see cref="Conversion"/> returns
    /// them.</summary>
    /// <param name="first">The place of the first column.</param>
    public static void Conversions(in DrawStream stream, in ConversionPlace first, Span<uint> uniforms)
    {
        int before = first.Column % ColumnsPerConversionBlock, blocks = (before + uniforms.Length + ColumnsPerConversionBlock - 1)
            / ColumnsPerConversionBlock, words = blocks * ColumnsPerConversionBlock / 2;
        using SpanOwner<uint> high = SpanOwner<uint>.Allocate(words), low = SpanOwner<uint>.Allocate(words);
        Philox.Fill(stream.Key(), ConversionCounter(first, 0), NextColumns, high.Span);
        Philox.Fill(stream.Key(), ConversionCounter(first, 1), NextColumns, low.Span);
        ReadOnlySpan<ushort> highs = MemoryMarshal.Cast<uint, ushort>(high.Span)[before..],
            lows = MemoryMarshal.Cast<uint, ushort>(low.Span)[before..];
        for (int i = 0; i < uniforms.Length; i++) uniforms[i] = ((uint)highs[i] << 16) | lows[i];
    }

    /// <summary>
    /// Returns the counter of the block that holds the high (<paramref name="block"/> 0) or low (1) halves for <c>place.Column</c> and the
    /// seven columns that share its block. Add <see cref="NextColumns"/> or <see cref="NextPixel"/> for the neighbouring blocks.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A field does not fit its bits.</exception>
    public static PhiloxBlock ConversionCounter(in ConversionPlace place, int block)
    {
        ulong at = Place(place.Array, place.RowGroup, place.Column, ColumnsPerConversionBlock);
        return new(
            Field(place.Image, 31, nameof(place.Image)),
            (Field(block, 1, nameof(block)) << 31) | (Field(place.Vote, VoteBits, nameof(place.Vote)) << (PixelBits + InputBitBits))
                | (Field(place.InputBit, InputBitBits, nameof(place.InputBit)) << PixelBits)
                | Field(place.Pixel, PixelBits, nameof(place.Pixel)),
            (uint)at, (uint)(at >> 32));
    }

    internal static PhiloxBlock StaticCounter(int array, int row, int column)
    {
        ulong at = Place(array, row, column, ColumnsPerStaticBlock);
        return new(0, 0, (uint)at, (uint)(at >> 32));
    }

    private static ulong Place(int array, int row, int column, int columnsPerBlock) =>
        ((ulong)Field(array, ArrayBits, nameof(array)) << 40) | ((ulong)Field(row, RowBits, nameof(row)) << 20)
        | (Field(column, ColumnBits, nameof(column)) / (uint)columnsPerBlock);

    private static uint Word(PhiloxBlock block, int word) =>
        word switch { 0 => block.Word0, 1 => block.Word1, 2 => block.Word2, _ => block.Word3 };

    private static ushort Lane(PhiloxBlock block, int lane) => (ushort)(Word(block, lane / 2) >> (16 * (lane % 2)));

    internal static uint Field(int content, int bits, string name)
    {
        if ((uint)content >> bits != 0)
            throw new ArgumentOutOfRangeException(name, content, $"A random draw's {name} must be 0 .. {(1L << bits) - 1}.");
        return (uint)content;
    }
}
