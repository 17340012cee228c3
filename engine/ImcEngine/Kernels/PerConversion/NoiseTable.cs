using ImcEngine.Kernels.Adc;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Randomness;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// The noise of a conversion, and its bounds given only the high half of the random bits u. Noise rises with u, since g and rounding do. So
/// where both bounds give the same code, the low half need not be drawn.
/// </summary>
internal sealed class NoiseTable
{
    private const int Highs = GaussianSteps.Highs;

    private readonly double[] _meanCounts, _sigmaCounts, _normalOfHigh = GaussianSteps.NormalOfHigh;
    private readonly int _least;

    private NoiseTable(double[] meanCounts, double[] sigmaCounts, int least) =>
        (_meanCounts, _sigmaCounts, _least) = (meanCounts, sigmaCounts, least);

    /// <summary>Whether mean and sigma depend on the partial sum.</summary>
    public bool ReadsCounts => _sigmaCounts.Length > 1;

    /// <summary>Whether the noise of ~u is the negative of that of u, for any partial sum.</summary>
    public bool IsSymmetric => !ReadsCounts && _meanCounts[0] == 0;

    /// <summary>Returns whether two symmetric noises are the same.</summary>
    public bool IsSame(NoiseTable other) => _sigmaCounts[0] == other._sigmaCounts[0];

    /// <summary>The least and the greatest noise, where it does not depend on the sum.</summary>
    public (int Least, int Most) ExtentQuanta => Narrow(0, 0, Highs);

    /// <summary>A bound that the noise of no sum exceeds.</summary>
    public long MostQuanta => Enumerable.Range(0, _sigmaCounts.Length)
        .Max(index => Math.Max(-Quanta(index, _normalOfHigh[0]), Quanta(index, _normalOfHigh[Highs])));

    public long Bytes => 2L * sizeof(double) * _sigmaCounts.Length;

    /// <summary>Returns null where there is no noise.</summary>
    /// <exception cref="ImcException">The noise profile cannot be read, or sigma is too large.</exception>
    public static NoiseTable? TryCreate(DieSpec die, AdcTransfer adc, MappedLayer layer)
    {
        if (die.NoiseProfile is not { } file)
        {
            double sigma = ConversionNoise.SigmaCounts(die, adc.LsbCounts);
            return sigma > 0 ? new([0], [sigma], 0) : null;
        }
        var profile = NoiseProfile.Read(file);
        int[] sums = [.. Enumerable.Range(layer.LeastPartialSum, layer.MostPartialSum - layer.LeastPartialSum + 1)];
        return new(Array.ConvertAll(sums, profile.MeanCounts),
            Array.ConvertAll(sums, s => ConversionNoise.SigmaCounts(die, adc.LsbCounts, profile.SigmaCounts(s))), sums[0]);
    }

    public long Quanta(int partialSum, uint u) => Quanta(Index(partialSum), Gaussian.Normal(u));

    /// <summary>Returns bounds of the noise of every u with this high half, in quanta. 32 bits must hold the noise.</summary>
    public (int Least, int Most) BoundsQuanta(int partialSum, ushort high) => Narrow(Index(partialSum), high, high + 1);

    /// <summary>Returns the code of a conversion.</summary>
    /// <param name="edges">The edges of all columns.</param>
    /// <param name="first">The first edge of the column.</param>
    /// <param name="quanta">4096 s + mismatch, in quanta.</param>
    /// <param name="at">The conversions of neighbouring columns.</param>
    /// <param name="column">The column among these.</param>
    public unsafe int CodeOf(DieEdges edges, int* first, long quanta, in DieConversions at, int column)
    {
        int sum = at.PartialSum(column);
        var (least, most) = BoundsQuanta(sum, at.Highs[column]);
        int code = edges.CodeOf(first, quanta + least);
        return code == edges.Count || quanta + most <= first[code * DieEdges.Stride] ? code
            : edges.CodeOf(first, quanta + Quanta(sum, at.Uniform(column)));
    }

    /// <summary>Returns the least u whose noise is above <paramref name="quanta"/>; 2^32 where there is none.</summary>
    public ulong LeastUniformAbove(int partialSum, long quanta)
    {
        int index = Index(partialSum);
        if (Quanta(index, _normalOfHigh[0]) > quanta) return 0;
        if (Quanta(index, _normalOfHigh[Highs]) <= quanta) return 1UL << 32;
        // Invariant: the noise is not above quanta at low, and is above at high. Here they count 2^16; below they are u itself.
        uint low = 0, high = Highs;
        while (high - low > 1)
        {
            uint middle = (low + high) >> 1;
            if (Quanta(index, _normalOfHigh[middle]) > quanta) high = middle;
            else low = middle;
        }
        (low, high) = (low << 16, high == Highs ? uint.MaxValue : high << 16);
        while (high - low > 1)
        {
            uint middle = low + ((high - low) >> 1);
            if (Quanta(index, Gaussian.Normal(middle)) > quanta) high = middle;
            else low = middle;
        }
        return high;
    }

    private int Index(int partialSum) => _sigmaCounts.Length == 1 ? 0 : partialSum - _least;

    private (int Least, int Most) Narrow(int index, int low, int high) =>
        (checked((int)Quanta(index, _normalOfHigh[low])), checked((int)Quanta(index, _normalOfHigh[high])));

    private long Quanta(int index, double normal) => ConversionNoise.Quanta(_meanCounts[index], _sigmaCounts[index], normal);
}
