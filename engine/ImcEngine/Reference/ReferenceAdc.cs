using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>ARITHMETIC §4 and §5 for one ADC: converts quanta to codes, and codes to level integers.</summary>
internal sealed class ReferenceAdc
{
    private readonly int _codeOfLevelZero;

    public ReferenceAdc(AdcTransfer transfer)
    {
        Transfer = transfer;
        IdealEdgesQuanta = [.. transfer.EdgeCounts.Select(e => checked((long)Math.Round(AdcTransfer.QuantaPerCount * e)))];
        LevelIntegers = [.. transfer.LevelCounts.Select(level => checked((long)Math.Round(AdcTransfer.LevelsPerCount * level)))];
        _codeOfLevelZero = Array.IndexOf(LevelIntegers, 0L);
    }

    public AdcTransfer Transfer { get; }

    public long[] IdealEdgesQuanta { get; }

    /// <summary>The level of each code, in units of 2^-16 count.</summary>
    public long[] LevelIntegers { get; }

    /// <summary>Returns the code: the number of k with v above edge[k].</summary>
    public int Code(long vQuanta, ReadOnlySpan<long> edgesQuanta)
    {
        int code = 0;
        for (int k = 0; k < edgesQuanta.Length; k++)
            if (IsAbove(vQuanta, edgesQuanta[k], k)) code++;
        return code;
    }

    private bool IsAbove(long vQuanta, long edgeQuanta, int k) => Transfer.Ties switch
    {
        TieRule.Down => vQuanta > edgeQuanta,
        TieRule.Up => vQuanta >= edgeQuanta,
        _ => vQuanta > edgeQuanta || (vQuanta == edgeQuanta && (k + 1 - _codeOfLevelZero) % 2 == 0),
    };
}
