namespace ImcEngine.BitPlanes;

/// <summary>A run of neighbouring planes of an operand.</summary>
/// <param name="FirstPlane">The lowest plane.</param>
/// <param name="Planes">The number of planes.</param>
internal readonly record struct Digit(int FirstPlane, int Planes)
{
    public int EndPlane => FirstPlane + Planes;
}

/// <summary>
/// The digits of an operand (ARITHMETIC §15). A conversion takes all planes of one input digit and one weight digit together:
/// <code>
/// s = sum over planes i of the input digit and j of the weight digit of r(i) * r(j) * s_ij     r = plane weight / weight of the digit
/// </code>
/// The weight of a digit is that of its lowest plane. Digits begin at the lowest plane of the operand; the top one is shorter where the
/// planes do not divide. A digit of one plane is that plane. A ternary operand is one digit, whatever the length.
/// </summary>
internal sealed class OperandDigits
{
    private readonly Digit[] _digits;

    /// <param name="format">The planes of the operand.</param>
    /// <param name="length">The planes of a digit.</param>
    /// <param name="separatesSign">Whether the plane of negative weight is a digit by itself.</param>
    public OperandDigits(OperandFormat format, int length, bool separatesSign = false)
    {
        Format = format;
        if (format.Encoding == OperandEncoding.Ternary) (length, separatesSign) = (format.Bits, false);
        int end = separatesSign && format.NegativeBit >= 0 ? format.NegativeBit : format.Bits;
        var digits = new List<Digit>();
        for (int plane = 0; plane < end; plane += length) digits.Add(new(plane, Math.Min(length, end - plane)));
        if (end < format.Bits) digits.Add(new(end, format.Bits - end));
        _digits = [.. digits];
    }

    private OperandDigits(OperandFormat format, Digit[] digits) => (Format, _digits) = (format, digits);

    /// <summary>The planes of the operand.</summary>
    public OperandFormat Format { get; }

    public int Count => _digits.Length;

    /// <summary>Whether every digit is one plane.</summary>
    public bool ArePlanes => Count == Format.Bits;

    public Digit this[int digit] => _digits[digit];

    /// <summary>Returns the digits within some planes as those of an operand that has these planes alone.</summary>
    public OperandDigits Within(Digit planes) => new(Format.Within(planes),
        [.. _digits.Where(digit => digit.FirstPlane >= planes.FirstPlane && digit.EndPlane <= planes.EndPlane)
            .Select(digit => digit with { FirstPlane = digit.FirstPlane - planes.FirstPlane })]);

    /// <summary>Returns the planes of neighbouring digits.</summary>
    public Digit Planes(int first, int count) =>
        new(_digits[first].FirstPlane, _digits[first + count - 1].EndPlane - _digits[first].FirstPlane);

    /// <summary>Returns the weight of a digit, by which the levels of its conversions are multiplied.</summary>
    public int Weight(int digit) => Format.PlaneWeight(_digits[digit].FirstPlane);

    /// <summary>The sum of the weights of all digits.</summary>
    public long WeightSum => Enumerable.Range(0, Count).Sum(digit => (long)Weight(digit));

    /// <summary>Returns the digit that holds a plane.</summary>
    public int DigitOf(int plane) => Array.FindLastIndex(_digits, digit => digit.FirstPlane <= plane);

    /// <summary>Returns the weight of a plane relative to that of its digit.</summary>
    public int Relative(int digit, int plane) => Format.PlaneWeight(plane) / Weight(digit);

    /// <summary>Returns the least and the greatest number that a digit stands for, divided by its weight.</summary>
    public (int Least, int Most) Values(int digit)
    {
        if (Format.Encoding == OperandEncoding.Ternary) return (Format.MinCode, Format.MaxCode);
        int least = 0, most = 0;
        for (int plane = _digits[digit].FirstPlane; plane < _digits[digit].EndPlane; plane++)
        {
            int r = Relative(digit, plane);
            least += Format.Encoding == OperandEncoding.Bipolar ? -r : Math.Min(r, 0);
            most += Math.Max(r, 0);
        }
        return (least, most);
    }
}
