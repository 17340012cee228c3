using ImcEngine.Macro;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// An ADC for ideal partial sums (no cell errors, no noise). The code of s is the number of thresholds t with s >= t. It stands for
/// <c>UnitOfCode[code]</c> in the accumulator's unit.
/// </summary>
/// <param name="Thresholds">The thresholds in counts, ascending.</param>
/// <param name="UnitOfCode">One per code: one more than thresholds.</param>
internal sealed record IntegerAdc(int[] Thresholds, long[] UnitOfCode)
{
    /// <summary>Returns the integer form of a transfer, with levels in <paramref name="unit"/>. Not for ADC kind <c>none</c>, which has no
    /// codes.</summary>
    public static IntegerAdc FromTransfer(AdcTransfer transfer, AccumulationUnit unit) => new(transfer.Thresholds, transfer.LevelsIn(unit));

    /// <summary>Returns the same ADC with neighbouring codes of equal level merged. An ADC whose lowest edge separates two equal levels,
    /// such as that of preset D21, is affine only after merging.</summary>
    public IntegerAdc Merged()
    {
        int[] kept = [.. Enumerable.Range(0, Thresholds.Length).Where(Separates)];
        return kept.Length == Thresholds.Length ? this : With(kept);
    }

    /// <summary>Returns whether the levels on both sides of an edge differ.</summary>
    public bool Separates(int edge) => UnitOfCode[edge + 1] != UnitOfCode[edge];

    /// <summary>Returns the ADC with some of its edges.</summary>
    /// <param name="kept">These edges, ascending; all that separate different levels are among them.</param>
    public IntegerAdc With(int[] kept) =>
        new([.. kept.Select(k => Thresholds[k])], [UnitOfCode[0], .. kept.Select(k => UnitOfCode[k + 1])]);

    public int CodeOf(int partialSum)
    {
        int low = 0, high = Thresholds.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (partialSum >= Thresholds[middle]) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>Returns whether UnitOfCode[k] = first + k * step for all k. Then codes may be accumulated in place of levels.</summary>
    public bool IsAffine(out long first, out long step)
    {
        first = UnitOfCode[0];
        step = UnitOfCode.Length > 1 ? UnitOfCode[1] - first : 0;
        for (int k = 2; k < UnitOfCode.Length; k++)
            if (UnitOfCode[k] != first + k * step) return false;
        return true;
    }
}
