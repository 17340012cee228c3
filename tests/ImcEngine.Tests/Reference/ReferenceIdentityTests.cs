using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Reference;

/// <summary>ARITHMETIC §11 (a): with a transparent ADC the macro is a plain convolution,
/// whatever the formats and however the rows are cut.</summary>
public class ReferenceIdentityTests
{
    /// <summary>Two groups of three channels, a 2x3 kernel, stride, padding on three sides.</summary>
    private static readonly ConvGeometry Shape = new()
    {
        InputChannels = 6, InputHeight = 3, InputWidth = 4, OutputChannels = 4, KernelHeight = 2, KernelWidth = 3, StrideX = 2, PadTop = 1,
        PadLeft = 2, PadRight = 1, Groups = 2,
    };

    private static readonly OperandFormat[] Formats =
    [
        .. from encoding in Enum.GetValues<OperandEncoding>() from bits in Enumerable.Range(1, OperandFormat.MaxBits)
           let format = new OperandFormat(bits, encoding) where format.IsDefined select format,
    ];

    public static TheoryData<OperandEncoding, OperandEncoding, MappingKind> Pairs
    {
        get
        {
            var pairs = new TheoryData<OperandEncoding, OperandEncoding, MappingKind>();
            foreach (var mapping in Enum.GetValues<MappingKind>())
            {
                pairs.Add(OperandEncoding.Unipolar, OperandEncoding.TwosComplement, mapping);
                pairs.Add(OperandEncoding.TwosComplement, OperandEncoding.TwosComplement, mapping);
                pairs.Add(OperandEncoding.Unipolar, OperandEncoding.Bipolar, mapping);
                pairs.Add(OperandEncoding.TwosComplement, OperandEncoding.Bipolar, mapping);
                pairs.Add(OperandEncoding.Bipolar, OperandEncoding.Bipolar, mapping);
                pairs.Add(OperandEncoding.Unipolar, OperandEncoding.Ternary, mapping);
                pairs.Add(OperandEncoding.TwosComplement, OperandEncoding.Ternary, mapping);
                pairs.Add(OperandEncoding.Bipolar, OperandEncoding.Ternary, mapping);
            }
            return pairs;
        }
    }

    [Theory, MemberData(nameof(Pairs))]
    public void The_macro_equals_the_plain_convolution_for_all_bits_of_a_pair_of_encodings(OperandEncoding input, OperandEncoding weight,
        MappingKind mapping)
    {
        int compared = 0;
        foreach (var inputFormat in Formats.Where(format => format.Encoding == input))
            foreach (var weightFormat in Formats.Where(format => format.Encoding == weight))
            {
                // Seven rows hold two kernel positions, two rows fold three channels.
                foreach (int rows in new[] { 7, 2 })
                {
                    var random = new Random(rows);
                    var layer = new ReferenceLayer(Shape, inputFormat, weightFormat, Codes(random, weightFormat, (int)Shape.WeightCount));
                    short[] image = Codes(random, inputFormat, Shape.InputSize);
                    var macro = new MacroSpec { Rows = rows, Mapping = mapping };
                    long[] plain = PlainConvolution.Run(Shape, image, layer.WeightCodes);
                    foreach (var adc in new[] { AdcTransfer.None,
                        AdcFactory.UniformByRange((2 * rows) + 1, new(-rows, rows), TieRule.Down) })
                    {
                        var result = new ReferenceMacro(layer, macro, adc).Run(image);
                        Assert.Equal(AccumulationUnit.Counts, result.Unit);
                        Assert.Equal(plain, result.Acc);
                        compared++;
                    }
                }
            }
        Assert.Equal(4 * BitsOf(input) * BitsOf(weight), compared);
    }

    private static int BitsOf(OperandEncoding encoding) =>
        encoding switch { OperandEncoding.TwosComplement => 7, OperandEncoding.Ternary => 1, _ => 8 };

    [Fact]
    public void Undriven_bipolar_inputs_are_zeros_of_the_plain_convolution()
    {
        var format = new OperandFormat(2, OperandEncoding.Bipolar);
        var random = new Random(5);
        var layer = new ReferenceLayer(Shape, format, format, Codes(random, format, (int)Shape.WeightCount), InputMayBeUndriven: true);
        short[] image = Codes(random, format, Shape.InputSize);
        for (int n = 0; n < image.Length; n += 3) image[n] = 0;
        var adc = AdcFactory.UniformByRange(15, new(-7, 7), TieRule.Up);
        var result = new ReferenceMacro(layer, new MacroSpec { Rows = 7 }, adc).Run(image);
        Assert.Equal(AccumulationUnit.Counts, result.Unit);
        Assert.Equal(PlainConvolution.Run(Shape, image, layer.WeightCodes), result.Acc);
    }

    [Fact]
    public void One_level_short_of_the_largest_sum_is_not_transparent()
    {
        var layer = new ReferenceLayer(ConvGeometry.Linear(3, 1), new(1, OperandEncoding.Unipolar),
            new(2, OperandEncoding.TwosComplement), [1, 1, 1]);
        var adc = AdcFactory.UniformByRange(3, new(0, 2), TieRule.Down);
        var result = new ReferenceMacro(layer, new MacroSpec { Rows = 3 }, adc).Run([1, 1, 1]);
        Assert.Equal(AccumulationUnit.Codes, result.Unit);
        Assert.NotEqual(PlainConvolution.Run(layer.Geometry, [1, 1, 1], layer.WeightCodes), result.Acc);
    }

    private static short[] Codes(Random random, OperandFormat format, int count)
    {
        short[] held = [.. Enumerable.Range(-256, 513).Where(format.Holds).Select(code => (short)code)];
        return [.. Enumerable.Range(0, count).Select(_ => held[random.Next(held.Length)])];
    }
}
