using System.Runtime.CompilerServices;
using ImcEngine.Kernels.Adc;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>Conversions by edges (ARITHMETIC §4) whose v takes 64 bits, as that of long digits does: one column after the other, with the
/// noise itself.</summary>
internal sealed unsafe class WideConverter : IColumnConverter
{
    private readonly WideEdges _edges;
    private readonly NoiseTable?[] _noise;
    private readonly int _weightDigits;

    /// <param name="noise">One noise table, or one per digit pair <c>[inputDigit, weightDigit]</c>; null where nothing is noisy.</param>
    /// <param name="summed">As for <see cref="CodeSums"/>.</param>
    public WideConverter(MappedLayer layer, MergedAdcs adcs, AccumulationUnit unit, WideEdges edges, NoiseTable?[] noise,
        SummedConversions summed)
    {
        (_edges, _noise, _weightDigits) = (edges, noise, layer.Map.WeightDigits.Count);
        Draws = noise.Any(each => each is not null);
        Sums = new(layer.Map, adcs.Adcs, summed, unit);
    }

    public bool Draws { get; }
    public bool DrawsLows => Draws;
    public CodeSums Sums { get; }
    public long Bytes => Sums.TableBytes + _edges.Bytes + _noise.Sum(noise => noise?.Bytes ?? 0);

    /// <summary>Returns whether 32 bits do not hold every v of a layer.</summary>
    public static bool IsNeeded(MappedLayer layer, bool hasMismatch, IEnumerable<NoiseTable?> noise)
    {
        // A cell deviates by less than one count.
        long mostOfCells = (hasMismatch ? 2L : 1) * layer.LargestPartialSum * AdcTransfer.QuantaPerCount;
        return mostOfCells + noise.Max(each => each?.MostQuanta ?? 0) > DieEdges.MostQuanta;
    }

    public void Convert(in PlaneConversions at)
    {
        for (int plane = 0; plane < at.Planes; plane++) Convert(at.Of(plane), at.Lows(plane));
    }

    [SkipLocalsInit]
    private void Convert(in DieConversions at, ushort* lows)
    {
        int* codes = stackalloc int[DieConversions.MostColumns];
        for (int column = 0; column < at.Columns; column++)
        {
            int ofGroup = at.Place.Column + column;
            var noise = _noise[_noise.Length == 1 ? 0 : at.Place.InputBit * _weightDigits + ofGroup % _weightDigits];
            long v = at.Quanta(column)
                + (noise?.Quanta(at.PartialSum(column), (uint)at.Highs[column] << 16 | lows[column]) ?? 0);
            codes[column] = WideEdges.CodeOf(_edges.Of(at.ErrorSet, at.Place.InputBit, ofGroup), v);
        }
        Sums.Add(at, codes);
    }
}
