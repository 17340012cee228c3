using ImcEngine.BitPlanes;
using ImcEngine.Randomness;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>The conversions of some neighbouring columns of a convolution group, for one pixel and row group on all input planes. Buffers
/// begin at the first of these columns, and hold one row per input plane. With digits of several planes (ARITHMETIC §15), a plane is an
/// input digit here, and a column a weight digit.</summary>
/// <param name="first">The conversions on input plane 0.</param>
internal readonly unsafe struct PlaneConversions(in DieConversions first)
{
    /// <summary>The conversions on input plane 0. A field, since a property would copy them at each use.</summary>
    public readonly DieConversions First = first;

    /// <summary>The distance from one input plane's counts to the next one's.</summary>
    public const int CountStride = DieConversions.MostColumns;

    /// <summary>The distance from one input plane's random bits to the next one's: a block of draws may reach beyond either end.</summary>
    public const int HighStride = DieConversions.MostColumns + 2 * Draws.ColumnsPerConversionBlock;

    /// <summary>The digits of the input codes.</summary>
    public required OperandDigits Digits { get; init; }

    /// <summary>The driven rows, one per input plane.</summary>
    public required DrivenRows* Driven { get; init; }

    /// <summary>The bytes from one input plane's sums to the next one's, whose codes are then not weighted. 0 where all planes add their
    /// weighted codes to the same sums.</summary>
    public required long SumStride { get; init; }

    /// <summary>The low halves of the random bits on input plane 0; undefined where the converter reads none.</summary>
    public required ushort* FirstLows { get; init; }

    public int Planes => Digits.Count;
    public int Columns => First.Columns;

    /// <summary>Whether counts are bytes.</summary>
    public bool AreBytes => First.MatchBytes is not null;

    /// <summary>Returns these conversions with others on input plane 0.</summary>
    public PlaneConversions With(in DieConversions first) =>
        new(first) { Digits = Digits, Driven = Driven, SumStride = SumStride, FirstLows = FirstLows };

    /// <summary>Returns the factor of a plane's codes.</summary>
    public int PlaneWeight(int plane) => SumStride == 0 ? Digits.Weight(plane) : 1;

    /// <summary>Returns the counts of a plane, which are bytes.</summary>
    public byte* MatchBytes(int plane) => First.MatchBytes + plane * CountStride;

    /// <summary>Returns the high halves of a plane's random bits.</summary>
    public ushort* Highs(int plane) => First.Highs + plane * HighStride;

    /// <summary>Returns the low halves of a plane's random bits.</summary>
    public ushort* Lows(int plane) => FirstLows + plane * HighStride;

    /// <summary>Returns the conversions on one input plane.</summary>
    public DieConversions Of(int plane) => First with
    {
        Place = First.Place with { InputBit = plane }, PlaneWeight = PlaneWeight(plane), Driven = Driven[plane],
        Matches = First.Matches is null ? null : First.Matches + plane * CountStride,
        MatchBytes = AreBytes ? MatchBytes(plane) : null, Cells = First.Cells.OfPlane(plane), Highs = Highs(plane),
        Sums = (byte*)First.Sums + plane * SumStride,
    };
}
