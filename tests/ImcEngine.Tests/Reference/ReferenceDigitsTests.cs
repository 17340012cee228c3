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
    public void Cells_of_several_bits_take_fewer_columns_and_no_joined_sign_plane()
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
        Assert.Contains("Set macro.signPlane to \"own\"", Assert.Throws<ImcException>(
            () => new LayerMap("fc", geometry, Unipolar4, Twos4, own with { SignPlane = SignPlaneKind.Joined })).Message,
            StringComparison.Ordinal);
    }

    private static ReferenceLayer Layer() => new(ConvGeometry.Linear(2, 1), Unipolar4, Twos4, [-3, 5]);

    private static IEnumerable<(int Input, int Weight, int S)> Sums(MacroSpec macro)
    {
        var sums = new List<Conversion>();
        new ReferenceMacro(Layer(), macro, AdcTransfer.None).Run([13, 6], 0, sums.Add);
        return sums.Select(sum => (sum.InputDigit, sum.WeightDigit, sum.S));
    }
}
