namespace ImcEngine.BitPlanes;

/// <summary>
/// The bit-planes of an operand: code = sum over bits i of <c>PlaneWeight(i) * value of bit i</c>, where i = 0 is the least significant.
/// A real number is code * step with step = scale / <see cref="Denominator"/>.
/// </summary>
/// <param name="Bits">The number of planes, 1 .. 8 (two's complement needs at least 2).</param>
/// <param name="Encoding">The number that each bit stands for.</param>
public readonly record struct OperandFormat(int Bits, OperandEncoding Encoding)
{
    public const int MaxBits = 8;

    /// <summary>D in step = scale / D: 2^b - 1, or 2^(b-1) - 1 in two's complement.</summary>
    internal int Denominator => Encoding == OperandEncoding.TwosComplement ? (1 << (Bits - 1)) - 1 : (1 << Bits) - 1;

    public int MaxCode => Denominator;

    /// <summary>The least code that quantizers produce. The importer also accepts -2^(b-1) in two's complement.</summary>
    public int MinCode => Encoding == OperandEncoding.Unipolar ? 0 : -Denominator;

    /// <summary>Returns the weight of plane <paramref name="bit"/>: 2^bit, or -2^(b-1) for the top plane of two's complement.</summary>
    internal int PlaneWeight(int bit) => Encoding == OperandEncoding.TwosComplement && bit == Bits - 1 ? -(1 << bit) : 1 << bit;

    /// <summary>The plane with negative weight; -1 where there is none.</summary>
    internal int NegativeBit => Encoding == OperandEncoding.TwosComplement ? Bits - 1 : -1;

    /// <summary>Returns the digits that the array stores or drives: bit i of the result is plane i.</summary>
    internal int Digits(int code) => Encoding == OperandEncoding.Bipolar ? (code + Denominator) >> 1 : code & ((1 << Bits) - 1);

    /// <summary>Returns the code of these digits.</summary>
    internal int Code(int digits) => Encoding switch
    {
        OperandEncoding.Unipolar => digits,
        OperandEncoding.Bipolar => 2 * digits - Denominator,
        _ => digits - ((digits >> (Bits - 1)) << Bits),
    };

    /// <summary>Returns whether the format has <paramref name="code"/>. No bipolar format has code 0, which means undriven.</summary>
    public bool Holds(int code) => Encoding switch
    {
        OperandEncoding.Unipolar => code >= 0 && code <= MaxCode,
        OperandEncoding.Bipolar => code >= MinCode && code <= MaxCode && (code & 1) != 0,
        _ => code >= -(1 << (Bits - 1)) && code <= MaxCode,
    };

    /// <exception cref="ArgumentException">The bits are outside 1 .. 8, or two's complement has fewer than 2.</exception>
    internal OperandFormat Validated(string what)
    {
        int least = Encoding == OperandEncoding.TwosComplement ? 2 : 1;
        if (Bits < least || Bits > MaxBits)
            throw new ArgumentException($"{what} has {Bits} bits in encoding {Name(Encoding)}; allowed are {least} to {MaxBits}.");
        return this;
    }

    /// <summary>Returns the format as <c>imc.encoding</c> metadata has it, e.g. <c>bipolar:2</c>.</summary>
    public override string ToString() => $"{Name(Encoding)}:{Bits}";

    public static string Name(OperandEncoding encoding) => encoding switch
    {
        OperandEncoding.Unipolar => "unipolar",
        OperandEncoding.Bipolar => "bipolar",
        _ => "twos-complement",
    };

    /// <summary>Reads <c>encoding:bits</c>, e.g. <c>twos-complement:4</c>.</summary>
    /// <exception cref="FormatException">The text is not an operand format.</exception>
    public static OperandFormat Parse(string text)
    {
        foreach (var encoding in Enum.GetValues<OperandEncoding>())
            if (text.StartsWith(Name(encoding) + ":", StringComparison.Ordinal)
                && int.TryParse(text.AsSpan(Name(encoding).Length + 1), out int bits)
                && bits >= (encoding == OperandEncoding.TwosComplement ? 2 : 1) && bits <= MaxBits)
                return new(bits, encoding);
        throw new FormatException($"'{text}' is not an operand format; "
            + $"write encoding:bits with encoding unipolar, bipolar or twos-complement and 1 to {MaxBits} bits (two's complement from 2).");
    }
}
