using ImcEngine.Macro;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// An ADC on ideal partial sums (no cell errors, no noise): the code of s is the number of thresholds t with s >= t, and stands for
/// <c>UnitOfCode[code]</c> in the accumulator's unit.
/// </summary>
/// <param name="Thresholds">Ascending, counts.</param>
/// <param name="UnitOfCode">One more than thresholds.</param>
internal sealed record IntegerAdc(int[] Thresholds, long[] UnitOfCode)
{
    /// <summary>A transfer whose accumulators count <paramref name="unit"/>; not for ADC kind <c>none</c>, which has no codes.</summary>
    public static IntegerAdc FromTransfer(AdcTransfer transfer, AccumulationUnit unit) => new(transfer.Thresholds, unit switch
    {
        AccumulationUnit.Codes => [.. Enumerable.Range(0, transfer.Codes).Select(code => (long)code)],
        AccumulationUnit.Counts => Array.ConvertAll(transfer.LevelUnits, level => level / AdcTransfer.LevelsPerCount),
        _ => transfer.LevelUnits,
    });

    /// <summary>The same values by fewer codes: neighbouring codes that stand for one value are one. An ADC whose lowest edge separates
    /// equal levels, as D21's, is affine only then.</summary>
    public IntegerAdc Merged()
    {
        int[] kept = [.. Enumerable.Range(0, Thresholds.Length).Where(k => UnitOfCode[k + 1] != UnitOfCode[k])];
        return kept.Length == Thresholds.Length ? this
            : new([.. kept.Select(k => Thresholds[k])], [UnitOfCode[0], .. kept.Select(k => UnitOfCode[k + 1])]);
    }

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

    /// <summary>Whether UnitOfCode[k] = first + k * step for all k: then codes may be accumulated in their place.</summary>
    public bool IsAffine(out long first, out long step)
    {
        first = UnitOfCode[0];
        step = UnitOfCode.Length > 1 ? UnitOfCode[1] - first : 0;
        for (int k = 2; k < UnitOfCode.Length; k++)
            if (UnitOfCode[k] != first + k * step) return false;
        return true;
    }
}
