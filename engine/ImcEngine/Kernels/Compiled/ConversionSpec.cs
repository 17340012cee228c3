using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Compiled;

/// <summary>What a count starts from: a sum of at most two; none of them is a constant of the program.</summary>
[Flags]
internal enum StartParts
{
    None = 0,

    /// <summary>Planes that all conversions of a call share, a number per lane.</summary>
    Common = 1,

    /// <summary>Planes of the conversion's own, a number per lane.</summary>
    Vectors = 2,

    /// <summary>Planes of the conversion's own, the same number in every lane.</summary>
    Words = 4,

    /// <summary>As <see cref="Vectors"/>, by the names of vectors that are given with the call.</summary>
    Named = 8,
}

/// <summary>
/// What a conversion program is compiled for: equal specifications have the same. An item is what is accumulated at once:
/// one pixel's or one column's conversions of all bits of an operand.
/// <code>number = sum over bits of 2^bit * code,
/// or 2^bit * (all ones - code) for the first conversion of an operand whose top bit weighs negatively</code>
/// </summary>
/// <param name="Bits">Conversions of an item, of the most significant bit first.</param>
/// <param name="FirstIsNegative">The first conversion's bit weighs negatively.</param>
/// <param name="RowPlane">The plane of a count that rows add to.</param>
/// <param name="Start">What counts start from.</param>
/// <param name="StartCounts">Where <paramref name="Start"/> is none.</param>
/// <param name="Plan">How codes follow from counts.</param>
/// <param name="IsComplemented">All ones less the number is accumulated.</param>
/// <param name="AccumulatorPlanes">From the plane that the number's lowest adds to.</param>
internal sealed record ConversionSpec(
    int Bits, bool FirstIsNegative, int RowPlane, StartParts Start, int StartCounts, ConversionPlan Plan, bool IsComplemented,
    int AccumulatorPlanes)
{
    /// <summary>
    /// Conversions come in pairs that add some rows both: these are counted once, from this part of <see cref="Start"/> on;
    /// null: there are no pairs.
    /// Where half of all rows are set in each, a quarter of the additions is saved.
    /// A pair is two bits of an item, or with one bit the conversions of two items.
    /// It pays with lists made at load: of inputs, branches on three lengths that no one foresees cost as much as it saves.
    /// </summary>
    public StartParts? PairStart { get; init; }

    /// <summary>Counts are stored where accumulators are, and nothing is converted.</summary>
    public bool StoresCounts { get; private init; }

    /// <summary>Lists are those of <see cref="WideRowList"/>, which reach any row; else of <see cref="CompactRowList"/>.</summary>
    public bool HasWideLists { get; init; }

    /// <summary>A number of each code that is accumulated beside the codes; null for none.</summary>
    public ResidualSpec? Residual { get; init; }

    /// <summary>Planes of the number that an item's digits make.</summary>
    /// <param name="digits">Planes of a conversion's digits.</param>
    public static int NumberPlanes(int bits, int digits) => digits + (bits > 1 ? bits : 0);

    /// <summary>Rows counted from zero.</summary>
    /// <param name="planes">Of a count.</param>
    public static ConversionSpec OfCounts(int planes) =>
        new(1, false, 0, StartParts.None, 0, new ThresholdsPlan([], planes, IsSigned: false), false, 0) { StoresCounts = true };
}

/// <summary>One conversion. Lists hold table rows, as many as a multiple of <see cref="CarrySaveCounterEmitter.RowStep"/>.</summary>
/// <param name="list">The rows that it adds.</param>
/// <param name="count">How many.</param>
/// <param name="vectors">Of <see cref="StartParts.Vectors"/>, in the first block;
/// or the names of <see cref="StartParts.Named"/>, in units of <see cref="CompactRowList"/>.</param>
/// <param name="words">Of <see cref="StartParts.Words"/>; or the column's <see cref="ByteConstants"/>.</param>
/// <param name="shared">Of the first of a pair: the rows that both add, which neither has in its own list.</param>
/// <param name="sharedCount">How many.</param>
internal readonly unsafe struct Conversion(void* list, long count, void* vectors, void* words, void* shared = null, long sharedCount = 0)
{
    public readonly void* List = list;
    public readonly long Count = count;
    public readonly void* Vectors = vectors;
    public readonly void* Words = words;
    public readonly void* Shared = shared;
    public readonly long SharedCount = sharedCount;
}

/// <summary>A compiled program: items' conversions, one after the other.</summary>
/// <param name="rows">First byte of the table.</param>
/// <param name="conversions">Item by item.</param>
/// <param name="items">How many.</param>
/// <param name="common">Of <see cref="StartParts.Common"/>.</param>
/// <param name="vectors">What names count from; or, of <see cref="StartParts.Vectors"/>,
/// the bytes from the first block's to this block's.</param>
/// <param name="constants">Of the block's columns (<see cref="LaneConstants"/>), where the plan reads any.</param>
/// <param name="accumulators">Of the first item, read and written.</param>
/// <param name="stride">Bytes from an item's accumulators to the next one's.</param>
internal unsafe delegate void ConversionProgram(byte* rows, Conversion* conversions, long items, void* common, byte* vectors,
    void* constants,
    byte* accumulators, long stride);
