using System.Runtime.CompilerServices;
using ImcEngine.Macro;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// The noise of a second stage by the upper 12 of its random bits, in codes:
/// <code>bins [u / 2^20] = noise - the least noise, or CodeBins.Unsure: the noise rises within the bin</code>
/// </summary>
internal sealed class SecondNoiseBins
{
    private const int BinBits = 12;

    private readonly byte[] _bins = new byte[1 << BinBits];
    private readonly long _leastUnits, _unitsPerCode;

    private SecondNoiseBins(SecondStage stage, ReadOnlySpan<ulong> steps)
    {
        (_leastUnits, _unitsPerCode) = (stage.Units(0, uint.MinValue), stage.LsbUnits);
        CodeBins.Fill(steps, _bins);
    }

    /// <summary>Returns null where the stage is a table, or where a bin does not hold all noises.</summary>
    public static SecondNoiseBins? TryCreate(SecondStage stage)
    {
        if (stage.HasTable) return null;
        long least = stage.Units(0, uint.MinValue), codes = (stage.Units(0, uint.MaxValue) - least) / stage.LsbUnits;
        return codes >= CodeBins.Unsure ? null
            : new(stage, [.. Enumerable.Range(1, (int)codes).Select(code => LeastUniform(stage, least + code * stage.LsbUnits))]);
    }

    /// <summary>Returns the sum after the second stage, in 2^-16 count; null where the bin does not decide it.</summary>
    /// <param name="sumUnits">The sum over the kernel positions, in 2^-16 count.</param>
    /// <param name="high">The high half of the random bits.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long? Units(long sumUnits, ushort high)
    {
        byte code = _bins[high >> (16 - BinBits)];
        return code == CodeBins.Unsure ? null : sumUnits + _leastUnits + code * _unitsPerCode;
    }

    /// <summary>Returns the least u with at least this noise.</summary>
    private static ulong LeastUniform(SecondStage stage, long units)
    {
        uint low = 0, high = uint.MaxValue;
        while (low < high)
        {
            uint middle = low + ((high - low) >> 1);
            if (stage.Units(0, middle) >= units) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}
