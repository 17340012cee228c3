using ImcEngine.BitPlanes;

namespace ImcEngine.Evaluation.Verification;

/// <summary>Random operand codes with various densities of set bits: none, all, few, many, or a single code.</summary>
internal static class RandomCodes
{
    public static short[] Make(CaseRandom random, OperandFormat format, int count, int undrivenPercent)
    {
        int percentSet = random.OneOf(0, 100, 5, 30, 50, 50, 50, 70, 95, -1);
        int onlySet = random.Between(0, count - 1);
        var codes = new short[count];
        for (int n = 0; n < count; n++)
        {
            if (undrivenPercent > 0 && random.WithPercent(undrivenPercent)) continue;
            int digits = 0;
            for (int bit = 0; bit < format.Bits; bit++)
                if (percentSet < 0 ? n == onlySet : random.WithPercent(percentSet)) digits |= 1 << bit;
            codes[n] = (short)CodeOf(format, digits);
        }
        return codes;
    }

    private static int CodeOf(OperandFormat format, int digits) => format.Encoding switch
    {
        OperandEncoding.Unipolar => digits,
        OperandEncoding.Bipolar => (2 * digits) - format.Denominator,
        OperandEncoding.Ternary => (digits >> 1) - (digits & 1),
        _ => digits >= 1 << (format.Bits - 1) ? digits - (1 << format.Bits) : digits,
    };
}
