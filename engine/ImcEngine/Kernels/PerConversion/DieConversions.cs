using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Randomness;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>The conversions of some neighbouring columns of a convolution group, for one pixel, input plane and row group. Buffers begin at
/// the first of these columns.</summary>
internal readonly unsafe struct DieConversions
{
    /// <summary>The most columns.</summary>
    public const int MostColumns = 512;

    /// <summary>The stream of the layer's temporal draws in this run.</summary>
    public required DrawStream Stream { get; init; }

    /// <summary>The place of the first column. Its array is that of the convolution group's first column, and its column is counted in the
    /// convolution group.</summary>
    public required ConversionPlace Place { get; init; }

    /// <summary>The number of columns.</summary>
    public required int Columns { get; init; }

    /// <summary>The layer's place in arrays.</summary>
    public required LayerMap Map { get; init; }

    /// <summary>The physical column of the convolution group's first column.</summary>
    public required int FirstColumn { get; init; }

    /// <summary>The error set of the columns: convolution group * row tiles + row tile.</summary>
    public required int ErrorSet { get; init; }

    public required int PlaneWeight { get; init; }
    public required DrivenRows Driven { get; init; }

    /// <summary>The counts of <see cref="MatchCounter"/>, one per column; null where they are bytes.</summary>
    public required int* Matches { get; init; }

    /// <summary>The counts as bytes; null where they are integers.</summary>
    public byte* MatchBytes { get; init; }

    public required CellQuanta Cells { get; init; }

    /// <summary>The high halves of the random bits, one per column; undefined where the converter draws none.</summary>
    public required ushort* Highs { get; init; }

    /// <summary>The sums of <see cref="CodeSums"/>, one per column.</summary>
    public required void* Sums { get; init; }

    /// <summary>The conversions of each sum whose median code counts; 0 or 1 for one.</summary>
    public int Votes { get; init; }

    public int PartialSum(int column) => Driven.ScaleCounts * (Matches is null ? MatchBytes[column] : Matches[column]) + Driven.BiasCounts;

    /// <summary>Returns 4096 s + mismatch, in quanta.</summary>
    public long Quanta(int column) => (long)PartialSum(column) * AdcTransfer.QuantaPerCount + Cells.QuantaOf(column);

    /// <summary>Returns the 32 random bits of a column's conversion: of several votes the median, since codes never fall as they
    /// rise.</summary>
    public uint Uniform(int column)
    {
        var digit = Map.PlaceDigit(new(Place.Array, 0, FirstColumn), Place.Column + column);
        var place = Place with { Array = digit.Array, Column = digit.Column };
        if (Votes <= 1) return Draws.Conversion(Stream, place);
        Span<uint> votes = stackalloc uint[Votes];
        for (int vote = 0; vote < votes.Length; vote++) votes[vote] = Draws.Conversion(Stream, place with { Vote = vote });
        votes.Sort();
        return votes[votes.Length / 2];
    }
}
