using ImcEngine.BitPlanes;

namespace ImcEngine.Evaluation;

/// <summary>The share of an operand's bits that are set. The time of a kernel that adds only set bits depends on it.</summary>
internal sealed class BitDensity(OperandFormat format)
{
    private readonly long[] _set = new long[format.Bits];
    private long _codes;

    /// <summary>The share of set bits, 0 .. 1; 0 if nothing was added.</summary>
    public double Share => PerPlane(set => set);

    /// <summary>The share if each plane counts its clear bits instead of its set ones when the clear ones are fewer.</summary>
    public double FewerShare => PerPlane(set => Math.Min(set, 1 - set));

    /// <summary>Adds codes. An undriven position (code 0 of a bipolar tensor) has no bit set.</summary>
    public void Add(ReadOnlySpan<short> codes)
    {
        foreach (short code in codes)
        {
            if (code == 0) continue;
            int digits = format.Digits(code);
            for (int plane = 0; plane < _set.Length; plane++) _set[plane] += digits >> plane & 1;
        }
        _codes += codes.Length;
    }

    public static double Measure(ReadOnlySpan<short> codes, OperandFormat format)
    {
        var density = new BitDensity(format);
        density.Add(codes);
        return density.Share;
    }

    private double PerPlane(Func<double, double> share) => _codes == 0 ? 0 : _set.Average(set => share((double)set / _codes));
}
