using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>The conversions of some neighbouring columns of a convolution group, at one pixel, input plane and row group.
/// Buffers begin at the first of them.</summary>
internal readonly unsafe struct DieConversions
{
    /// <summary>At most so many columns.</summary>
    public const int MostColumns = 512;

    /// <summary>Of the layer's temporal draws in this run.</summary>
    public required DrawStream Stream { get; init; }

    /// <summary>Its array is that of the convolution group's first columns,
    /// its column the first of these in the convolution group.</summary>
    public required ConversionPlace Place { get; init; }

    /// <summary>How many.</summary>
    public required int Columns { get; init; }

    /// <summary>Columns that share an array.</summary>
    public required int ArrayColumns { get; init; }

    /// <summary>Convolution group * row tiles + row tile: which columns' errors.</summary>
    public required int ErrorSet { get; init; }

    public required int PlaneWeight { get; init; }
    public required DrivenRows Driven { get; init; }

    /// <summary>Of <see cref="MatchCounter"/>.</summary>
    public required int* Matches { get; init; }

    public required CellQuanta Cells { get; init; }

    /// <summary>High halves of the random bits; null where none are drawn.</summary>
    public required ushort* Highs { get; init; }

    /// <summary>Of <see cref="CodeSums"/>.</summary>
    public required void* Sums { get; init; }

    public int PartialSum(int column) => Driven.ScaleCounts * Matches[column] + Driven.BiasCounts;

    /// <summary>4096 s + mismatch.</summary>
    public int Quanta(int column) => PartialSum(column) * AdcTransfer.QuantaPerCount + Cells.QuantaOf(column);

    /// <summary>The 32 random bits of a column's conversion.</summary>
    public uint Uniform(int column)
    {
        int tile = (Place.Column + column) / ArrayColumns;
        return Draws.Conversion(Stream, Place with { Array = Place.Array + tile, Column = Place.Column + column - tile * ArrayColumns });
    }
}
