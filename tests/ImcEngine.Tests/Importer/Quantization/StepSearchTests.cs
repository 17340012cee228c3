using ImcEngine.BitPlanes;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Importer.Quantization;

public class StepSearchTests
{
    private static readonly OperandFormat TwosComplement2 = new(2, OperandEncoding.TwosComplement);

    public static TheoryData<OperandFormat> Formats => [.. AllFormats()];

    // D = 3: step = 6 / 3; D = 15: negative numbers count as 0, step = 1.5 / 15.
    [Fact]
    public void Minmax_puts_the_largest_magnitude_on_the_last_code()
    {
        Assert.Equal(2f, Find([-6, 1.5], new(3, OperandEncoding.TwosComplement), QuantizationMethod.MinMax));
        Assert.Equal(0.1f, Find([-6, 1.5], new(4, OperandEncoding.Unipolar), QuantizationMethod.MinMax));
        Assert.Equal(2f, Find([-6, 1.5], new(2, OperandEncoding.Bipolar), QuantizationMethod.MinMax));
    }

    // 90 % of 1 .. 100 are at or below 90; signs do not matter; D = 1.
    [Fact]
    public void Percentile_leaves_the_largest_magnitudes_out()
    {
        var elements = Enumerable.Range(1, 100).Select(i => i % 2 == 0 ? (double)i : -i).ToArray();
        Assert.Equal(90f, Find(elements, TwosComplement2, QuantizationMethod.Percentile, 90));
        Assert.Equal(100f, Find(elements, TwosComplement2, QuantizationMethod.Percentile, 100));
    }

    // Codes -1, 0, 1. A thousand ones and one two: 1000 (1 - s)^2 + (2 - s)^2 is least at s = 1002 / 1001;
    // tried steps lie 2 / (64 * 17) apart there.
    [Fact]
    public void Mse_finds_the_step_of_least_squared_error()
    {
        float step = StepSearch.Find([1, 2], [1000, 1], TwosComplement2, QuantizationMethod.Mse, 0);
        Assert.Equal(1002.0 / 1001, step, 1.0 / (64 * 17));
    }

    [Fact]
    public void One_bipolar_bit_stands_for_the_mean_magnitude()
    {
        foreach (var method in Enum.GetValues<QuantizationMethod>())
            Assert.Equal(2f, Find([-1, 3, 2, -2], new(1, OperandEncoding.Bipolar), method, 99));
    }

    [Theory, MemberData(nameof(Formats))]
    public void No_step_of_a_fine_search_is_better_than_mse_by_more_than_two_percent(OperandFormat format)
    {
        var elements = Bell(400);
        double found = Error(elements, Find(elements, format, QuantizationMethod.Mse), format);
        double largest = elements.Max(Math.Abs) / format.Denominator;
        double least = Enumerable.Range(1, 2000).Min(part => Error(elements, largest * part / 2000, format));
        Assert.InRange(found, 0, 1.02 * least);
    }

    [Fact]
    public void Mse_error_falls_with_every_bit()
    {
        var elements = Bell(400);
        foreach (var encoding in Enum.GetValues<OperandEncoding>())
        {
            var errors = AllFormats().Where(format => format.Encoding == encoding)
                .Select(format => Error(elements, Find(elements, format, QuantizationMethod.Mse), format)).ToArray();
            if (encoding is OperandEncoding.Bipolar or OperandEncoding.TwosComplement) // Unipolar loses the negative half at any width.
                Assert.All(errors.Zip(errors.Skip(1)).AtLeastOne(),
                    pair => Assert.True(pair.Second < 0.6 * pair.First, $"{encoding}: {pair}"));
        }
    }

    [Theory, MemberData(nameof(Formats))]
    public void Codes_are_of_their_format_and_the_nearest(OperandFormat format)
    {
        const double Step = 0.25;
        for (double element = -80; element <= 80; element += 0.03)
        {
            int code = StepSearch.Code(element, Step, format);
            Assert.True(format.Holds(code), $"{code}");
            double distance = Math.Abs(element - code * Step);
            foreach (int other in new[] { code - 2, code - 1, code + 1, code + 2 })
                if (format.Holds(other) && other >= format.MinCode)
                    Assert.True(distance <= Math.Abs(element - other * Step) + 1e-12, $"{element}: {code}, not {other}");
        }
    }

    [Theory, MemberData(nameof(Formats))]
    public void Zeros_have_a_step_that_adds_nothing(OperandFormat format) =>
        Assert.InRange(Find([0, 0], format, QuantizationMethod.Mse), float.Epsilon, 1e-18f);

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    [InlineData(double.NaN)]
    public void A_percentile_outside_0_to_100_is_an_error(double percentile) =>
        Assert.Throws<ImcException>(() => Find([1, 2], TwosComplement2, QuantizationMethod.Percentile, percentile));

    private static IEnumerable<OperandFormat> AllFormats() =>
        from encoding in Enum.GetValues<OperandEncoding>()
        from bits in Enumerable.Range(1, 8)
        let format = new OperandFormat(bits, encoding)
        where format.IsDefined
        select format;

    private static float Find(double[] elements, OperandFormat format, QuantizationMethod method, double percentile = 99.9) =>
        StepSearch.Find(elements, [.. elements.Select(_ => 1L)], format, method, percentile);

    private static double Error(double[] elements, double step, OperandFormat format) =>
        elements.Sum(x => (x - step * StepSearch.Code(x, step, format)) * (x - step * StepSearch.Code(x, step, format)));

    private static double[] Bell(int count)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 6).Sum(_ => random.NextDouble() - 0.5))];
    }
}
