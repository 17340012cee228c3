namespace ImcEngine.Kernels;

/// <summary>
/// An ADC on ideal partial sums (no cell errors, no noise): the code of s is the number of thresholds t with s >= t, and stands for
/// <c>UnitOfCode[code]</c> in the accumulator's unit.
/// </summary>
/// <param name="Thresholds">Ascending, counts.</param>
/// <param name="UnitOfCode">One more than thresholds.</param>
public sealed record IntegerAdc(int[] Thresholds, long[] UnitOfCode)
{
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
