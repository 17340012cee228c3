using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>Neighbouring planes of an operand that one conversion takes together.</summary>
/// <param name="Format">The planes of the operand.</param>
/// <param name="FirstPlane">The lowest plane.</param>
/// <param name="Planes">The number of planes.</param>
/// <param name="FirstCell">The lowest cell of a weight's digit, counted in the output.</param>
/// <param name="PlanesOfCell">The planes that a cell holds.</param>
internal sealed record ReferenceDigit(OperandFormat Format, int FirstPlane, int Planes, int FirstCell, int PlanesOfCell)
{
    /// <summary>The weight of the lowest plane, by which levels are multiplied.</summary>
    public int Weight => Format.PlaneWeight(FirstPlane);

    public int Cells => (Planes + PlanesOfCell - 1) / PlanesOfCell;

    /// <summary>Returns the capacitors of a cell's column, in units: 2^(cellBits t) for column t of the digit.</summary>
    public int Units(int cell) => 1 << (cell * PlanesOfCell);

    /// <summary>Returns the number that some planes of the digit stand for, divided by the digit's weight.</summary>
    /// <param name="digits">The operand's binary digits.</param>
    /// <param name="first">The first plane, from the digit's lowest on.</param>
    public int Value(int digits, int first, int planes)
    {
        int value = 0;
        for (int plane = FirstPlane + first; plane < Math.Min(FirstPlane + first + planes, FirstPlane + Planes); plane++)
        {
            int bit = (digits >> plane) & 1;
            value += Format.PlaneWeight(plane) / Weight * (Format.Encoding == OperandEncoding.Bipolar ? (2 * bit) - 1 : bit);
        }
        return value;
    }

    /// <summary>Returns every number that the digit can stand for, divided by its weight.</summary>
    public IEnumerable<int> Values() => Format.Encoding == OperandEncoding.Ternary ? [-1, 0, 1]
        : Enumerable.Range(0, 1 << Planes).Select(digits => Value(digits << FirstPlane, 0, Planes));
}

/// <summary>The digits of a layer's operands (ARITHMETIC §15), from the lowest plane on, and what is written to the cells.</summary>
internal sealed class ReferenceDigits
{
    private readonly OperandFormat _stored;
    private readonly int? _digitalPlanePairs;

    public ReferenceDigits(ReferenceLayer layer, MacroSpec macro)
    {
        _digitalPlanePairs = macro.DigitalPlanePairs;
        var given = layer.WeightFormat;
        bool isSigned = given.Encoding == OperandEncoding.TwosComplement, isTernary = given.Encoding == OperandEncoding.Ternary;
        bool isOffset = isSigned && macro is { CellBits: > 1, SignPlane: SignPlaneKind.Joined };
        WeightOffset = isOffset ? 1 << (given.Bits - 1) : 0;
        _stored = isOffset ? new(given.Bits, OperandEncoding.Unipolar) : given;
        Inputs = Cut(layer.InputFormat, macro.InputDigitBits, 1, ownSign: false);
        Weights = isTernary ? Cut(given, given.Bits, given.Bits, ownSign: false)
            : Cut(_stored, macro.WeightDigitBits ?? macro.CellBits, macro.CellBits, isSigned && macro.SignPlane == SignPlaneKind.Own);
        (StuckAtZero, StuckAtOne) = isTernary ? (given.Digits(-1), given.Digits(1)) : (0, ~0);
    }

    public List<ReferenceDigit> Inputs { get; }

    public List<ReferenceDigit> Weights { get; }

    /// <summary>What is added to a weight before it is written: 2^(b-1) of two's complement weights in cells of several bits that hold no
    /// sign plane, which is offset binary; else 0.</summary>
    public int WeightOffset { get; }

    /// <summary>The binary digits of a cell that is stuck at zero: all 0, or those of the ternary weight -1.</summary>
    public int StuckAtZero { get; }

    /// <summary>The binary digits of a cell that is stuck at one: all 1, or those of the ternary weight +1.</summary>
    public int StuckAtOne { get; }

    /// <summary>Returns the binary digits that are written for a weight.</summary>
    public int Written(int weight) => _stored.Digits(weight + WeightOffset);

    /// <summary>Whether digital adders sum some digit pairs.</summary>
    public bool HasDigitalPairs => Inputs.Any(input => Weights.Any(weight => IsDigital(input, weight)));

    /// <summary>Returns whether digital adders sum a pair of digits, which is then not converted.</summary>
    public bool IsDigital(ReferenceDigit input, ReferenceDigit weight) => input.FirstPlane + weight.FirstPlane >= _digitalPlanePairs;

    /// <summary>The columns of an output.</summary>
    public int CellsOfOutput => Weights.Sum(digit => digit.Cells);

    /// <summary>Returns every product of an input digit and a weight digit.</summary>
    public static IEnumerable<int> Products(ReferenceDigit input, ReferenceDigit weight) =>
        from x in input.Values() from w in weight.Values() select x * w;

    private static List<ReferenceDigit> Cut(OperandFormat format, int length, int planesOfCell, bool ownSign)
    {
        var digits = new List<ReferenceDigit>();
        int end = ownSign ? format.Bits - 1 : format.Bits, cell = 0;
        for (int plane = 0; plane < end; plane += length)
        {
            digits.Add(new(format, plane, Math.Min(length, end - plane), cell, planesOfCell));
            cell += digits[^1].Cells;
        }
        if (ownSign) digits.Add(new(format, end, 1, cell, planesOfCell));
        return digits;
    }
}
