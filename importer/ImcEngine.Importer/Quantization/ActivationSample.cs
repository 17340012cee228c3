namespace ImcEngine.Importer.Quantization;

/// <summary>
/// What calibration images showed of one tensor: exact extremes and a histogram from which steps are searched.
/// </summary>
/// <remarks>
/// A bin is the sign, the exponent and the first ten fraction bits of a float32, so a bin is at most 2^-10 of its distance from zero wide,
/// at any scale that the tensor has. Counts are integers:
/// neither the order of images nor how they were split over samples can change a result.
/// <code>
/// float32   s eeeeeeee ffffffffff fffffffffffff
/// page      `---------'`--------'
/// bin of the page          `--' the rest is dropped; the middle of the bin stands for it
/// </code>
/// </remarks>
public sealed class ActivationSample
{
    private const int FractionBits = 10;
    private const int DroppedBits = 23 - FractionBits;
    private const int PageBins = 1 << FractionBits;

    private readonly long[]?[] _pages = new long[512][];

    internal long Count { get; private set; }

    /// <summary>The least element; +infinity while there is none.</summary>
    internal float Min { get; private set; } = float.PositiveInfinity;

    /// <summary>The largest element; -infinity while there is none.</summary>
    internal float Max { get; private set; } = float.NegativeInfinity;

    internal bool IsNeverNegative => Min >= 0;

    internal void Add(ReadOnlySpan<float> elements)
    {
        foreach (float element in elements)
        {
            if (!float.IsFinite(element))
                throw new ImcException($"An activation is {element}; a network that makes such numbers cannot be quantized.");
            Min = Math.Min(Min, element);
            Max = Math.Max(Max, element);
            uint bin = Bin(element);
            (_pages[bin / PageBins] ??= new long[PageBins])[bin % PageBins]++;
        }
        Count += elements.Length;
    }

    /// <summary>Adds what another sample of the same tensor has seen.</summary>
    internal void Add(ActivationSample other)
    {
        Count += other.Count;
        Min = Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
        for (int page = 0; page < _pages.Length; page++)
        {
            if (other._pages[page] is not { } counts) continue;
            var mine = _pages[page] ??= new long[PageBins];
            for (int bin = 0; bin < PageBins; bin++) mine[bin] += counts[bin];
        }
    }

    /// <summary>
    /// Returns the bins that are not empty: the number that stands for each (its middle;
    /// the extremes stand for their bins), and how many elements it holds.
    /// </summary>
    internal (double[] Elements, long[] Counts) Histogram()
    {
        var elements = new List<double>();
        var counts = new List<long>();
        uint least = Bin(Min), largest = Bin(Max);
        for (int page = 0; page < _pages.Length; page++)
            for (int bin = 0; bin < PageBins && _pages[page] is { } held; bin++)
                if (held[bin] > 0)
                {
                    uint number = (uint)(page * PageBins + bin);
                    elements.Add(number == largest ? Max : number == least ? Min : Middle(number));
                    counts.Add(held[bin]);
                }
        return ([.. elements], [.. counts]);
    }

    /// <summary>Returns the bin of a number; -0 counts as 0.</summary>
    private static uint Bin(float element) => BitConverter.SingleToUInt32Bits(element == 0 ? 0 : element) >> DroppedBits;

    private static double Middle(uint bin) =>
        bin == 0 ? 0 : BitConverter.UInt32BitsToSingle(bin << DroppedBits | 1u << (DroppedBits - 1));
}
