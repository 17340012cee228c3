using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Randomness;
using ImcEngine.Reference;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Reference;

public sealed class ReferenceNoiseTests : IDisposable
{
    private const int Outputs = 64;
    private static readonly OperandFormat Bipolar1 = new(1, OperandEncoding.Bipolar);

    /// <summary>Rows that agree with their weights: one column sums 3, the next -3, and so on.</summary>
    private static readonly ReferenceLayer Layer = new(
        ConvGeometry.Linear(3, Outputs), Bipolar1, Bipolar1,
        [.. Enumerable.Range(0, 3 * Outputs).Select(n => (short)(n / 3 % 2 == 0 ? 1 : -1))], Ordinal: 2);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Bitline_noise_has_its_sigma_and_no_mean()
    {
        // sigma = 2 counts * (1 + 0.25) = 2.5. The parasitic does not touch the signal of an ADC that passes it.
        double[] noise = [.. Enumerable.Range(0, 400)
            .SelectMany(image => NoiseCounts(new() { BitlineNoiseCounts = 2, ParasiticRelative = 0.25 }, new(0, Run: 9), image))];
        double sigma = Math.Sqrt(noise.Sum(x => x * x) / noise.Length);
        // Five standard errors: of a mean sigma / sqrt(n), of a sigma sigma / sqrt(2 n).
        Assert.InRange(noise.Average(), -5 * 2.5 / Math.Sqrt(noise.Length), 5 * 2.5 / Math.Sqrt(noise.Length));
        Assert.InRange(sigma, 2.5 - (5 * 2.5 / Math.Sqrt(2 * noise.Length)), 2.5 + (5 * 2.5 / Math.Sqrt(2 * noise.Length)));
        // A normal distribution: 31.7 % lie beyond one sigma, 4.55 % beyond two.
        Assert.InRange(noise.Count(x => Math.Abs(x) > 2.5) / (double)noise.Length, 0.30, 0.335);
        Assert.InRange(noise.Count(x => Math.Abs(x) > 5) / (double)noise.Length, 0.04, 0.051);
    }

    [Fact]
    public void Noise_follows_run_seed_repeat_and_image_but_not_the_die()
    {
        var die = new DieSpec { BitlineNoiseCounts = 1 };
        double[] noise = NoiseCounts(die, new(Die: 1, Run: 9), image: 4);
        Assert.Equal(noise, NoiseCounts(die, new(Die: 2, Run: 9), image: 4));
        Assert.NotEqual(noise, NoiseCounts(die, new(Die: 1, Run: 10), image: 4));
        Assert.NotEqual(noise, NoiseCounts(die, new(Die: 1, Run: 9, Repeat: 1), image: 4));
        Assert.NotEqual(noise, NoiseCounts(die, new(Die: 1, Run: 9), image: 5));
        Assert.Equal(Outputs, noise.Distinct().Count());
    }

    [Fact]
    public void A_profile_without_sigma_shifts_each_partial_sum_by_its_own_mean()
    {
        // Between the lines at -3 and 5 the mean rises by 1/4 a count; sums are 3 and -3: means 1 and -0.5.
        double[] noise = NoiseCounts(new() { NoiseProfile = Profile("-3,-0.5,0", "5,1.5,0") }, new(0, 9), image: 0);
        Assert.Equal(Enumerable.Range(0, Outputs).Select(n => n % 2 == 0 ? 1 : -0.5), noise);
    }

    [Fact]
    public void A_profile_replaces_the_bitline_term_and_adds_to_the_comparators()
    {
        // At s = 3: mean 0.5, sigma sqrt(1.5^2 + (0.5 LSB * 4 counts)^2) = 2.5; at s = -3 mean 0, sigma sqrt(0 + 2^2) = 2.
        var die = new DieSpec { NoiseProfile = Profile("-3,0,0", "3,0.5,1.5"), ComparatorNoiseLsb = 0.5 };
        var adc = AdcFactory.UniformByRange(5, new(-8, 8), TieRule.Down);
        var place = new ConversionPlace(Array: 0, Column: 0, Image: 7, Pixel: 0, RowGroup: 0, InputBit: 0);
        var codes = Run(die, adc, new(0, 9), image: 7).Codes;
        for (int column = 0; column < Outputs; column++)
        {
            uint u = Draws.Conversion(new(9, DrawPurpose.Conversion, Layer.Ordinal), place with { Column = column });
            bool up = column % 2 == 0;
            double v = up ? 3 + 0.5 + (2.5 * Gaussian.Normal(u)) : -3 + (2 * Gaussian.Normal(u));
            Assert.Equal(adc.CodeOf((long)Math.Round(4096 * v)), codes[column]);
        }
        Assert.True(codes.Distinct().Count() > 3);
    }

    [Fact]
    public void A_profile_that_is_not_there_is_an_error_that_names_it()
    {
        string absent = _folder["absent.csv"];
        var error = Assert.Throws<ImcException>(() => NoiseCounts(new() { NoiseProfile = absent }, default, image: 0));
        Assert.Contains(absent, error.Message, StringComparison.Ordinal);
    }

    private static double[] NoiseCounts(DieSpec die, ReferenceSeeds seeds, int image) =>
        [.. Run(die, AdcTransfer.None, seeds, image).Acc.Select((acc, n) => (acc / 65536.0) - (n % 2 == 0 ? 3 : -3))];

    private static (long[] Acc, List<int> Codes) Run(DieSpec die, AdcTransfer adc, ReferenceSeeds seeds, int image)
    {
        var codes = new List<int>();
        var macro = new MacroSpec { Rows = 3, Die = die };
        return (new ReferenceMacro(Layer, macro, adc, seeds).Run([1, 1, 1], image, conversion => codes.Add(conversion.Code)).Acc, codes);
    }

    private string Profile(params string[] lines)
    {
        string path = _folder["noise.csv"];
        File.WriteAllLines(path, ["s,mean,sigma", .. lines]);
        return path;
    }
}
