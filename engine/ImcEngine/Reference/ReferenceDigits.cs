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
    public IEnumerable<int> Values() => Enumerable.Range(0, 1 << Planes).Select(digits => Value(digits << FirstPlane, 0, Planes));
}

/// <summary>The digits of a layer's operands (ARITHMETIC §15), from the lowest plane on.</summary>
internal sealed class ReferenceDigits(ReferenceLayer layer, MacroSpec macro)
{
    public List<ReferenceDigit> Inputs { get; } = Cut(layer.InputFormat, macro.InputDigitBits, 1, ownSign: false);

    public List<ReferenceDigit> Weights { get; } = Cut(layer.WeightFormat, macro.WeightDigitBits ?? macro.CellBits, macro.CellBits,
        macro.SignPlane == SignPlaneKind.Own && layer.WeightFormat.Encoding == OperandEncoding.TwosComplement);

    /// <summary>Whether digital adders sum some digit pairs.</summary>
    public bool HasDigitalPairs => Inputs.Any(input => Weights.Any(weight => IsDigital(input, weight)));

    /// <summary>Returns whether digital adders sum a pair of digits, which is then not converted.</summary>
    public bool IsDigital(ReferenceDigit input, ReferenceDigit weight) => input.FirstPlane + weight.FirstPlane >= macro.DigitalPlanePairs;

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
