using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Reference;

/// <summary>Digits worked out by hand (ARITHMETIC §15).</summary>
public class ReferenceDigitsTests
{
    private static readonly OperandFormat Unipolar4 = new(4, OperandEncoding.Unipolar), Twos4 = new(4, OperandEncoding.TwosComplement);

    [Fact]
    public void A_conversion_takes_the_product_of_digits()
    {
        // Inputs 13 = 3 * 4 + 1 and 6 = 1 * 4 + 2; weights -3 = -1 * 4 + 1 and 5 = 1 * 4 + 1 in digits of two planes, the top one signed.
        Assert.Equal([(0, 0, 1 + 2), (0, 1, -1 + 2), (1, 0, 3 + 1), (1, 1, -3 + 1)],
            Sums(new() { Rows = 2, InputDigitBits = 2, WeightDigitBits = 2 }));
    }

    [Fact]
    public void A_sign_plane_of_its_own_is_a_digit()
    {
        // -3 = 1101: planes 0 to 2 are 5, the sign plane is 1. 5 = 0101: planes 0 to 2 are 5, the sign plane is 0.
        Assert.Equal([(0, 0, 5 * 13 + 5 * 6), (0, 1, 13)],
            Sums(new() { Rows = 2, InputDigitBits = 4, WeightDigitBits = 3, SignPlane = SignPlaneKind.Own }));
    }

    [Fact]
    public void The_top_digit_is_shorter_where_planes_do_not_divide()
    {
        // Inputs 13 = 1 * 8 + 5 and 6 = 0 * 8 + 6.
        Assert.Equal([(0, 0, -3 * 5 + 5 * 6), (1, 0, -3 * 1)],
            Sums(new() { Rows = 2, InputDigitBits = 3, WeightDigitBits = 4 }));
    }

    [Fact]
    public void Bipolar_digits_are_odd_numbers()
    {
        // Bits of 1, -1 at 2 bits: code 1 is digits 10, code -3 is 00; a digit of both planes is the code itself.
        var format = new OperandFormat(2, OperandEncoding.Bipolar);
        var layer = new ReferenceLayer(ConvGeometry.Linear(2, 1), format, format, [1, -3]);
        var sums = new List<Conversion>();
        new ReferenceMacro(layer, new() { Rows = 2, InputDigitBits = 2, WeightDigitBits = 2 }, AdcTransfer.None).Run([3, -1], 0, sums.Add);
        Assert.Equal([(1 * 3) + (-3 * -1)], sums.Select(sum => sum.S));
    }

    /// <summary>An ADC that always answers its second level: the result has the weights of the digits' lowest planes.</summary>
    [Fact]
    public void Levels_are_multiplied_by_the_weights_of_the_lowest_planes()
    {
        var macro = new MacroSpec { Rows = 2, InputDigitBits = 2, WeightDigitBits = 3 };
        var adc = new AdcTransfer([-1000], [0, 1], TieRule.Down, 1, AccumulationUnit.Codes);
        // Input digits weigh 1 and 4, weight digits 1 and -8 (the sign plane is alone in the top digit).
        Assert.Equal([(1 + 4) * (1 - 8)], new ReferenceMacro(Layer(), macro, adc).Run([13, 6]).Acc);
    }

    [Fact]
    public void Cells_of_several_bits_take_fewer_columns()
    {
        var geometry = ConvGeometry.Linear(8, 3);
        var own = new MacroSpec { Rows = 8, CellBits = 2, SignPlane = SignPlaneKind.Own };
        // Planes 0 and 1, plane 2, and the sign plane.
        var map = new LayerMap("fc", geometry, Unipolar4, Twos4, own);
        Assert.Equal((9, 9, 12), (map.GroupColumns, map.GroupDigits, map.GroupPlanes));
        var bipolar = new LayerMap("fc", geometry, new(4, OperandEncoding.Bipolar), new(4, OperandEncoding.Bipolar),
            own with { WeightDigitBits = 4 });
        Assert.Equal((6, 3), (bipolar.GroupColumns, bipolar.GroupDigits));
        Assert.Equal(4 * 3, bipolar.Conversions);
        // Offset binary: planes 0 and 1, planes 2 and 3.
        var offset = new LayerMap("fc", geometry, Unipolar4, Twos4, own with { SignPlane = SignPlaneKind.Joined });
        Assert.Equal((6, 6, new OperandFormat(4, OperandEncoding.Unipolar), 8),
            (offset.GroupColumns, offset.GroupDigits, offset.WeightFormat, offset.WeightOffset));
    }

    [Fact]
    public void Cells_of_several_bits_hold_offset_binary_unless_the_sign_plane_is_its_own()
    {
        // -3 + 8 = 5 = 1 * 4 + 1 and 5 + 8 = 13 = 3 * 4 + 1.
        Assert.Equal([(0, 0, 13 + 6), (0, 1, (1 * 13) + (3 * 6))], Sums(new() { Rows = 2, InputDigitBits = 4, CellBits = 2 }));
        Assert.Equal([(0, 0, (5 * 13) + (13 * 6))], Sums(new() { Rows = 2, InputDigitBits = 4, CellBits = 2, WeightDigitBits = 4 }));
        var error = Assert.Throws<NotSupportedException>(() => new LayerMap("fc", ConvGeometry.Linear(8, 3),
            new(4, OperandEncoding.Bipolar), Twos4, new() { Rows = 8, CellBits = 2 }));
        Assert.Contains("No cell multiplies bipolar inputs by twos-complement weights", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ternary_weight_is_one_digit_in_one_cell()
    {
        var macro = new MacroSpec { Rows = 3, InputDigitBits = 2, CellBits = 3, WeightDigitBits = 6, SignPlane = SignPlaneKind.Own };
        var map = new LayerMap("fc", ConvGeometry.Linear(8, 3), Unipolar4, OperandFormat.Ternary, macro);
        Assert.Equal((3, 3, CellProduct.TernaryGated), (map.GroupColumns, map.GroupDigits, map.Product));
        // 13 = 3 * 4 + 1, 6 = 1 * 4 + 2, 7 = 1 * 4 + 3.
        Assert.Equal([(0, 0, -1 + 3), (1, 0, -3 + 1)], Sums(Ternary(Unipolar4), macro, [13, 6, 7]));
        Assert.Equal([(0, 0, -(-3) + 1)], Sums(Ternary(new(2, OperandEncoding.Bipolar)), macro, [-3, 3, 1]));
    }

    /// <summary>Cells that are all stuck hold -1, or +1; a cell that holds 0 adds nothing, however it deviates.</summary>
    [Fact]
    public void A_ternary_cell_is_stuck_at_its_least_or_greatest_code()
    {
        var layer = Ternary(new(1, OperandEncoding.Unipolar));
        foreach (var (die, sum) in new[] { (new DieSpec { StuckAtZeroRelative = 1 }, -3), (new DieSpec { StuckAtOneRelative = 1 }, 3) })
            Assert.Equal([(0, 0, sum)], Sums(layer, new() { Rows = 3, Die = die }, [1, 1, 1]));
        var zeros = layer with { WeightCodes = [0, 0, 0] };
        var none = new MacroSpec { Rows = 3, Die = new() { CellMismatchRelative = 0.2 } };
        Assert.Equal([0], new ReferenceMacro(zeros, none, AdcTransfer.None, new(Die: 1, Run: 0)).Run([1, 1, 1]).Acc);
        Assert.NotEqual([0], new ReferenceMacro(layer, none, AdcTransfer.None, new(Die: 1, Run: 0)).Run([1, 0, 1]).Acc);
    }

    [Fact]
    public void Cells_of_and_form_no_ternary_product()
    {
        LayerMap Map(CellKind cell) =>
            new("fc", ConvGeometry.Linear(8, 3), Unipolar4, OperandFormat.Ternary, new() { Rows = 8, Cell = cell });
        Assert.Equal(8, Map(CellKind.Xnor).Groups.Single().Rows);
        Assert.Contains("needs ternary-gated cells", Assert.Throws<ImcException>(() => Map(CellKind.And)).Message,
            StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => CellProducts.ForEncodings(OperandEncoding.Ternary, OperandEncoding.Bipolar));
    }

    private static ReferenceLayer Ternary(OperandFormat input) =>
        new(ConvGeometry.Linear(3, 1), input, OperandFormat.Ternary, [-1, 0, 1]);

    private static ReferenceLayer Layer() => new(ConvGeometry.Linear(2, 1), Unipolar4, Twos4, [-3, 5]);

    private static IEnumerable<(int Input, int Weight, int S)> Sums(MacroSpec macro) => Sums(Layer(), macro, [13, 6]);

    private static IEnumerable<(int Input, int Weight, int S)> Sums(ReferenceLayer layer, MacroSpec macro, short[] inputs)
    {
        var sums = new List<Conversion>();
        new ReferenceMacro(layer, macro, AdcTransfer.None).Run(inputs, 0, sums.Add);
        return sums.Select(sum => (sum.InputDigit, sum.WeightDigit, sum.S));
    }
}
