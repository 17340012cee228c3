using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels;
using ImcEngine.Kernels.PerConversion;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Kernels.PerConversion;

/// <summary>Noise on shared edges, so that codes come from a distribution: as bytes where the machine has them and few codes are possible
/// for a sum, else from bins. A case has tens of thousands of conversions, of which one in 2048 lies in a tail.</summary>
public sealed class ByteThresholdsTests
{
    public static TheoryData<int, double, int, int> Cases()
    {
        var cases = new TheoryData<int, double, int, int>();
        for (int product = 0; product < KernelLayers.Products.Length; product++)
            foreach (double sigma in new[] { 0.02, 0.5, 1.7 })
            {
                cases.Add(product, sigma, 100, 14);
                cases.Add(product, sigma, 40, 90);
            }
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Noisy_conversions_equal_the_reference(int product, double sigma, int rows, int outputs)
    {
        var (input, weight) = KernelLayers.Products[product];
        var verification = Case(input, weight, sigma, rows, outputs, percentSet: 45);
        AssertEqualsReference(verification);
    }

    /// <summary>Row groups of 300 rows, of which more and fewer than a byte holds are driven.</summary>
    [Theory, InlineData(20), InlineData(60), InlineData(95)]
    public void Any_number_of_driven_rows_is_counted(int percentSet)
    {
        var verification = Case(KernelLayers.Unipolar2, KernelLayers.Twos3, 0.5, 300, 12, percentSet, channels: 70);
        AssertEqualsReference(verification);
    }

    [Fact]
    public void Sums_with_few_possible_codes_are_taken_and_others_are_not()
    {
        Assert.NotNull(Codes(0.5, ByteThresholds.TryCreate));
        Assert.Null(Codes(12, ByteThresholds.TryCreate));
        Assert.NotNull(Codes(12, ByteBins.TryCreate));
    }

    /// <summary>Bins of bytes, which machines take that cannot permute bytes, hold the code of every u that does not lie near a
    /// step.</summary>
    [Fact]
    public unsafe void Bins_hold_the_codes_of_the_distribution()
    {
        const int Columns = 64, Matches = 40;
        var distribution = Codes(0.5, (_, codes) => codes)!;
        var bins = Codes(0.5, ByteBins.TryCreate)!;
        byte[] matches = [.. Enumerable.Repeat((byte)Matches, Columns)], codes = new byte[Columns];
        int sure = 0;
        for (int first = 0; first <= ushort.MaxValue; first += Columns)
        {
            ushort[] highs = [.. Enumerable.Range(first, Columns).Select(high => (ushort)high)];
            ulong unsure;
            fixed (byte* match = matches, code = codes)
            fixed (ushort* high = highs)
                bins.Convert(Columns, match, new DrivenRows(null, Matches, null, 1, 0), high, code, &unsure);
            for (int i = 0; i < Columns; i++)
            {
                if ((unsure >> i & 1) != 0) continue;
                sure++;
                uint u = (uint)highs[i] << 16;
                Assert.Equal(distribution.Cdf(0, Matches).ToArray().Count(step => step <= u), codes[i]);
            }
        }
        Assert.InRange(sure, ushort.MaxValue * 9 / 10, ushort.MaxValue + 1);
    }

    private static T? Codes<T>(double sigma, Func<MappedLayer, ICodeDistribution, T?> codes) where T : class
    {
        var verification = Case(KernelLayers.Unipolar2, KernelLayers.Twos2, sigma, 100, 4, 50);
        var layer = KernelLayers.Map(verification);
        var (die, adc) = (verification.Macro.Die, verification.Adc);
        var noise = NoiseTable.TryCreate(die, adc, layer)!;
        return codes(layer, NoiseDistribution.TryMake(layer, die, new([adc], verification.Unit), [noise])!);
    }

    private static VerificationCase Case(OperandFormat input, OperandFormat weight, double sigma, int rows, int outputs, int percentSet,
        int channels = 24)
    {
        var random = new CaseRandom(31, (uint)(rows + outputs + percentSet));
        var geometry = new ConvGeometry
        {
            InputChannels = channels, InputHeight = 4, InputWidth = 5, OutputChannels = outputs, KernelHeight = 3, KernelWidth = 3,
            PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1,
        };
        var macro = new MacroSpec { Name = "noisy", Rows = rows, Mapping = MappingKind.Dense, Die = new() { BitlineNoiseCounts = sigma } };
        var product = CellProducts.ForEncodings(input.Encoding, weight.Encoding);
        var adc = AdcFactory.UniformByRange(16, product.IsSigned() ? new(-rows / 3.0, rows / 3.0) : new(0, rows / 2.0), TieRule.Down);
        var layer = new ReferenceLayer(geometry, input, weight, KernelLayers.Codes(random, weight, (int)geometry.WeightCount, 50));
        return new($"{input} x {weight}, sigma {sigma}, {rows} rows, {outputs} outputs", layer,
            KernelLayers.Codes(random, input, geometry.InputSize, percentSet), macro, adc, new(3, 5));
    }

    private static void AssertEqualsReference(VerificationCase verification)
    {
        var layer = KernelLayers.Map(verification);
        var kernel = LayerKernels.OfDie(verification.Name, layer, verification.Macro, [verification.Adc], verification.Unit,
            verification.Seeds.Die);
        long[] results = KernelRun.Layer(layer, kernel, verification.Input,
            new(0, new(verification.Seeds.Run, verification.Seeds.Repeat)));
        Assert.True(verification.RunReference().AsSpan().SequenceEqual(results), verification.Name);
    }
}
