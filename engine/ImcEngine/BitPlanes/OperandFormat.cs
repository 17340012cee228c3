using System.Numerics;

namespace ImcEngine.BitPlanes;

/// <summary>
/// The bit-planes of an operand: code = sum over bits i of <c>PlaneWeight(i) * value of bit i</c>, where i = 0 is the least significant.
/// A real number is code * step with step = scale / <see cref="Denominator"/>. A ternary code has the planes of two's complement in 2
/// bits, both in one cell.
/// </summary>
/// <param name="Bits">The number of planes, 1 .. 8 (two's complement needs at least 2, ternary has 2).</param>
/// <param name="Encoding">The number that each bit stands for.</param>
public readonly record struct OperandFormat(int Bits, OperandEncoding Encoding)
{
    public const int MaxBits = 8;

    /// <summary>The planes of a ternary code.</summary>
    private const int TernaryBits = 2;

    /// <summary>The codes -1, 0 and 1.</summary>
    public static OperandFormat Ternary => new(TernaryBits, OperandEncoding.Ternary);

    /// <summary>D in step = scale / D: 2^b - 1, or 2^(b-1) - 1 in two's complement, or 1 of ternary codes.</summary>
    internal int Denominator => HasSignPlane ? (1 << (Bits - 1)) - 1 : (1 << Bits) - 1;

    public int MaxCode => Denominator;

    /// <summary>The least code that quantizers produce. The importer also accepts -2^(b-1) in two's complement.</summary>
    public int MinCode => Encoding == OperandEncoding.Unipolar ? 0 : -Denominator;

    /// <summary>Returns the weight of plane <paramref name="bit"/>: 2^bit, or -2^(b-1) for the top plane of two's complement.</summary>
    internal int PlaneWeight(int bit) => bit == NegativeBit ? -(1 << bit) : 1 << bit;

    /// <summary>The plane with negative weight; -1 where there is none.</summary>
    internal int NegativeBit => HasSignPlane ? Bits - 1 : -1;

    private bool HasSignPlane => Encoding is OperandEncoding.TwosComplement or OperandEncoding.Ternary;

    private int LeastBits => HasSignPlane ? 2 : 1;

    private int MostBits => Encoding == OperandEncoding.Ternary ? TernaryBits : MaxBits;

    /// <summary>Returns the digits that the array stores or drives: bit i of the result is plane i.</summary>
    internal int Digits(int code) => Encoding == OperandEncoding.Bipolar ? (code + Denominator) >> 1 : code & ((1 << Bits) - 1);

    /// <summary>Returns the digits of an operand all of whose cells are stuck: all 0 or all 1, or of a ternary operand those of its least
    /// or greatest code.</summary>
    /// <param name="atOne">Whether the cells are stuck at one.</param>
    internal int StuckDigits(bool atOne) => Encoding == OperandEncoding.Ternary ? Digits(atOne ? MaxCode : MinCode) : atOne ? ~0 : 0;

    /// <summary>Returns the code of these digits.</summary>
    internal int Code(int digits) => Encoding switch
    {
        OperandEncoding.Unipolar => digits,
        OperandEncoding.Bipolar => 2 * digits - Denominator,
        _ => digits - ((digits >> (Bits - 1)) << Bits),
    };

    /// <summary>Returns the format of some planes alone: the sign plane by itself is 0 or 1, times its negative weight.</summary>
    internal OperandFormat Within(Digit planes) => planes.Planes == Bits ? this
        : new(planes.Planes, Encoding == OperandEncoding.Bipolar || (planes.EndPlane == Bits && planes.Planes > 1) ? Encoding
            : OperandEncoding.Unipolar);

    /// <summary>Returns the code that some planes of a code are in the format of these planes alone. The bipolar code 0, which drives no
    /// plane, stays 0.</summary>
    internal int CodeWithin(Digit planes, int code) => Encoding == OperandEncoding.Bipolar && code == 0 ? 0
        : Within(planes).Code(Digits(code) >> planes.FirstPlane & ((1 << planes.Planes) - 1));

    /// <summary>Writes what <see cref="CodeWithin"/> returns for each code.</summary>
    internal void CodesWithin(Digit planes, ReadOnlySpan<short> codes, Span<short> within)
    {
        var of = Within(planes);
        bool isBipolar = Encoding == OperandEncoding.Bipolar;
        // An arithmetic shift keeps the sign of a two's complement number whose top plane is within.
        Vector<short> mask = new((short)(of.HasSignPlane ? -1 : (1 << of.Bits) - 1)), ofAll = new((short)Denominator),
            ofPlanes = new((short)of.Denominator);
        int i = 0;
        for (; i <= codes.Length - Vector<short>.Count; i += Vector<short>.Count)
        {
            var code = new Vector<short>(codes[i..]);
            var digits = Vector.ShiftRightArithmetic(isBipolar ? Vector.ShiftRightArithmetic(code + ofAll, 1) : code, planes.FirstPlane)
                & mask;
            (isBipolar ? Vector.AndNot(digits + digits - ofPlanes, Vector.Equals(code, Vector<short>.Zero)) : digits).CopyTo(within[i..]);
        }
        for (; i < codes.Length; i++) within[i] = (short)CodeWithin(planes, codes[i]);
    }

    /// <summary>Returns whether the format has <paramref name="code"/>. No bipolar format has code 0, which means undriven.</summary>
    public bool Holds(int code) => Encoding switch
    {
        OperandEncoding.Unipolar => code >= 0 && code <= MaxCode,
        OperandEncoding.Bipolar => code >= MinCode && code <= MaxCode && (code & 1) != 0,
        OperandEncoding.Ternary => code >= MinCode && code <= MaxCode,
        _ => code >= -(1 << (Bits - 1)) && code <= MaxCode,
    };

    /// <summary>Whether the encoding has this number of bits.</summary>
    internal bool IsDefined => Bits >= LeastBits && Bits <= MostBits;

    /// <exception cref="ArgumentException">The encoding has no such number of bits.</exception>
    internal OperandFormat Validated(string what) => IsDefined ? this : throw new ArgumentException(
        $"{what} has {Bits} bits in encoding {Name(Encoding)}; allowed are {LeastBits} to {MostBits}.");

    /// <summary>Returns the format as <c>imc.encoding</c> metadata has it, e.g. <c>bipolar:2</c>, or <c>ternary</c>.</summary>
    public override string ToString() => Encoding == OperandEncoding.Ternary ? Name(Encoding) : $"{Name(Encoding)}:{Bits}";

    public static string Name(OperandEncoding encoding) => encoding switch
    {
        OperandEncoding.Unipolar => "unipolar",
        OperandEncoding.Bipolar => "bipolar",
        OperandEncoding.Ternary => "ternary",
        _ => "twos-complement",
    };

    /// <summary>Reads <c>encoding:bits</c>, e.g. <c>twos-complement:4</c>, or <c>ternary</c>.</summary>
    /// <exception cref="FormatException">The text is not an operand format.</exception>
    public static OperandFormat Parse(string text)
    {
        if (text == Ternary.ToString()) return Ternary;
        foreach (var encoding in Enum.GetValues<OperandEncoding>())
            if (text.StartsWith(Name(encoding) + ":", StringComparison.Ordinal)
                && int.TryParse(text.AsSpan(Name(encoding).Length + 1), out int bits)
                && new OperandFormat(bits, encoding) is { IsDefined: true } format)
                return format;
        throw new FormatException($"'{text}' is not an operand format; write encoding:bits with encoding unipolar, bipolar or "
            + $"twos-complement and 1 to {MaxBits} bits (two's complement from 2), or ternary.");
    }
}
