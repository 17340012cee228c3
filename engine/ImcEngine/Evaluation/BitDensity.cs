using System.Numerics;
using ImcEngine.BitPlanes;

namespace ImcEngine.Evaluation;

/// <summary>How many of an operand's bits are set: what a kernel that adds only set bits takes its time from.</summary>
public static class BitDensity
{
    /// <summary>Set digits of all <c>Bits</c> digits of all codes, 0 .. 1; an undriven position of a bipolar tensor has none set.</summary>
    /// <exception cref="ArgumentException">There are no codes.</exception>
    public static double Of(ReadOnlySpan<short> codes, OperandFormat format)
    {
        if (codes.IsEmpty) throw new ArgumentException("There are no codes.", nameof(codes));
        long set = 0;
        foreach (short code in codes)
            if (code != 0) set += BitOperations.PopCount((uint)format.Digits(code));
        return (double)set / ((long)codes.Length * format.Bits);
    }
}
