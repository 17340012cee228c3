using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Compiled;

/// <summary>The parts whose sum a count starts from: at most two. With none, it starts from a constant of the program.</summary>
[Flags]
internal enum StartParts
{
    None = 0,

    /// <summary>A number per lane, as planes, which all conversions of a call share.</summary>
    Common = 1,

    /// <summary>A number per lane, as planes of the conversion's own.</summary>
    Vectors = 2,

    /// <summary>The same number in every lane, as planes of the conversion's own.</summary>
    Words = 4,

    /// <summary>A number per lane, as for <see cref="Vectors"/>. The conversion names its planes: they are offsets into vectors given with
    /// the call.</summary>
    Named = 8,
}

/// <summary>
/// The properties for which a conversion program is compiled; equal specifications have the same program. An item is the set of conversions
/// that are accumulated together: those of all bits of an operand, for one pixel or one output.
/// <code>number = sum over bits of 2^bit * code,
/// with all ones - code in place of code for a first conversion of negative weight</code>
/// </summary>
/// <param name="Bits">The conversions of an item; that of the most significant bit comes first.</param>
/// <param name="FirstIsNegative">Whether the bit of the first conversion has negative weight.</param>
/// <param name="RowPlane">The plane of a count to which rows are added.</param>
/// <param name="Start">The parts that counts start from.</param>
/// <param name="StartCounts">The number that counts start from where <paramref name="Start"/> is none.</param>
/// <param name="Plan">The conversion of counts to codes.</param>
/// <param name="IsComplemented">Whether the complement of the number is accumulated.</param>
/// <param name="AccumulatorPlanes">The planes of an accumulator, from the one to which the number's lowest plane is added.</param>
internal sealed record ConversionSpec(
    int Bits, bool FirstIsNegative, int RowPlane, StartParts Start, int StartCounts, ConversionPlan Plan, bool IsComplemented,
    int AccumulatorPlanes)
{
    /// <summary>
    /// The part of <see cref="Start"/> that the two conversions of a pair share; null where conversions do not come in pairs. The rows that
    /// both conversions add are counted once, after this part. Where each adds half of all rows, this saves a quarter of the additions. A
    /// pair is two bits of an item or, with one bit, the conversions of two items. Pairs pay off for lists made at load. For lists of
    /// inputs, the mispredicted branches on three lengths cost as much as the pairs save.
    /// </summary>
    public StartParts? PairStart { get; init; }

    /// <summary>The digits that conversions take; null where each takes one plane of inputs and one of weights.</summary>
    public DigitsSpec? Digits { get; init; }

    /// <summary>Whether counts are stored in the accumulators, without conversion.</summary>
    public bool StoresCounts { get; private init; }

    /// <summary>Whether lists are those of <see cref="WideRowList"/>, which reach any row; else those of
    /// <see cref="CompactRowList"/>.</summary>
    public bool HasWideLists { get; init; }

    /// <summary>The residuals of the codes, which are accumulated in addition to the codes; null for none.</summary>
    public ResidualSpec? Residual { get; init; }

    /// <summary>Returns the planes of the number that the digits of an item form.</summary>
    /// <param name="digits">The planes of a conversion's digits.</param>
    public static int NumberPlanes(int bits, int digits) => digits + (bits > 1 ? bits : 0);

    /// <summary>Returns the specification of a program that only counts rows, from zero.</summary>
    /// <param name="planes">The planes of a count.</param>
    public static ConversionSpec OfCounts(int planes) => OfCounts(planes, 0, StartParts.None, 0, null);

    /// <summary>Returns the specification of a program that stores the counts of conversions, each of which is an item.</summary>
    /// <param name="planes">The planes of a count.</param>
    /// <param name="pairStart">As <see cref="PairStart"/>.</param>
    public static ConversionSpec OfCounts(int planes, int rowPlane, StartParts start, int startCounts, StartParts? pairStart) =>
        new(1, false, rowPlane, start, startCounts, PlanOfCounts(planes), false, 0) { PairStart = pairStart, StoresCounts = true };

    /// <summary>Returns the plan of a program that only counts: it converts to no code.</summary>
    public static ConversionPlan PlanOfCounts(int planes) => new ThresholdsPlan([], planes, IsSigned: false);
}

/// <summary>The operands of one conversion. The length of a list is a multiple of <see cref="CarrySaveCounterEmitter.RowStep"/>.</summary>
/// <param name="list">The list of the table rows that the conversion adds.</param>
/// <param name="count">The number of rows.</param>
/// <param name="vectors">The planes of <see cref="StartParts.Vectors"/> in the first block; or the offsets of
/// <see cref="StartParts.Named"/>, in units of <see cref="CompactRowList.Unit"/>.</param>
/// <param name="words">The planes of <see cref="StartParts.Words"/>; or the column's <see cref="ByteConstants"/>.</param>
/// <param name="shared">For the first of a pair: the rows that both add, which are in neither's own list.</param>
/// <param name="sharedCount">The number of these rows.</param>
internal readonly unsafe struct Conversion(void* list, long count, void* vectors, void* words, void* shared = null, long sharedCount = 0)
{
    public readonly void* List = list;
    public readonly long Count = count;
    public readonly void* Vectors = vectors;
    public readonly void* Words = words;
    public readonly void* Shared = shared;
    public readonly long SharedCount = sharedCount;
}

/// <summary>A compiled program, which makes the conversions of items one after the other.</summary>
/// <param name="rows">The first byte of the table.</param>
/// <param name="conversions">The conversions, item by item.</param>
/// <param name="items">The number of items.</param>
/// <param name="common">The planes of <see cref="StartParts.Common"/>.</param>
/// <param name="vectors">With <see cref="StartParts.Named"/>, the address of offset 0; with <see cref="StartParts.Vectors"/>, the bytes
/// from the first block's planes to this block's.</param>
/// <param name="constants">The constants of the block's columns (<see cref="LaneConstants"/>), where the plan reads any.</param>
/// <param name="accumulators">The accumulators of the first item; read and written.</param>
/// <param name="stride">The bytes from an item's accumulators to the next one's.</param>
internal unsafe delegate void ConversionProgram(byte* rows, Conversion* conversions, long items, void* common, byte* vectors,
    void* constants,
    byte* accumulators, long stride);
