using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels;
using ImcEngine.Kernels.PerConversion;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.Kernels;

/// <summary>Digit pairs that digital adders sum (ARITHMETIC §15).</summary>
public class DigitalPairsTests
{
    private const int Inputs = 5;

    private static readonly OperandFormat Unipolar = new(4, OperandEncoding.Unipolar), Signed = new(4, OperandEncoding.TwosComplement);
    private static readonly short[] Weights = [-3, 5, 7, -7, 2], Codes = [13, 6, 15, 1, 8];

    /// <summary>An ADC that answers 0 to every sum, so that only digital pairs are left.</summary>
    private static readonly AdcTransfer Deaf = new([1000], [0, 1], TieRule.Down, 1, AccumulationUnit.Levels);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void Only_pairs_from_the_limit_on_are_left_by_an_adc_that_answers_zero(int first)
    {
        long expected = 0;
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++)
                for (int row = 0; i + j >= first && row < Inputs; row++)
                    expected += (Codes[row] >> i & 1) * (Weights[row] >> j & 1) * (1L << i) * (j == 3 ? -8 : 1 << j);
        var macro = new MacroSpec { DigitalPlanePairs = first };
        Assert.Equal(expected * AdcTransfer.LevelsPerCount, ResultOf(macro));
        Assert.Equal(expected * AdcTransfer.LevelsPerCount, OfReference(macro));
    }

    /// <summary>On ideal dies every kernel converts the other pairs, of planes and of digits, with one ADC and where those of row groups
    /// differ.</summary>
    [Fact]
    public void Every_kernel_converts_the_pairs_that_are_not_digital()
    {
        var kernels = EngineKernels.All.Where(kernel => kernel.Name != "die" && !kernel.Name.StartsWith("exact", StringComparison.Ordinal)
            && !kernel.Name.EndsWith("-batched", StringComparison.Ordinal)).ToList();
        var ran = kernels.ToDictionary(kernel => kernel.Name, _ => 0);
        for (int index = 0, cases = 0; cases < 40; index++)
        {
            var of = RandomRowGroupCases.Of(RandomDigitCases.Make(5, index), 5, index);
            if (of.Macro.DigitalPlanePairs is null || of.Adc.PassesSums) continue;
            cases++;
            var verification = of with { Macro = of.Macro with { Die = new() } };
            long[] expected = verification.RunReference();
            foreach (var kernel in kernels)
            {
                var failure = kernel.FirstFailure(verification, expected, out bool runs);
                Assert.True(failure is null, $"{failure}");
                if (runs) ran[kernel.Name]++;
            }
        }
        Assert.All(ran, kernel => Assert.True(kernel.Value >= 5, $"{kernel.Key} ran {kernel.Value} cases."));
    }

    /// <summary>A bipolar input of code 0 drives no plane, and so no plane of a part.</summary>
    [Fact]
    public void Undriven_inputs_stay_undriven_in_every_part()
    {
        OperandFormat input = new(3, OperandEncoding.Bipolar), weight = new(2, OperandEncoding.Bipolar);
        var geometry = ConvGeometry.Linear(40, 3);
        var random = new CaseRandom(4, 1);
        var layer = new ReferenceLayer(geometry, input, weight, RandomCodes.Make(random, weight, (int)geometry.WeightCount, 0),
            InputMayBeUndriven: true);
        foreach (int rows in (int[])[16, 40])
            foreach (bool isTransparent in (bool[])[false, true])
            {
                var adc = isTransparent ? KernelLayers.Transparent(rows, CellProduct.Xnor) : KernelLayers.Coarse(rows, CellProduct.Xnor);
                var verification = new VerificationCase($"{rows} rows", layer, RandomCodes.Make(random, input, 40, undrivenPercent: 50),
                    new() { Rows = rows, DigitalPlanePairs = 2 }, adc);
                long[] expected = verification.RunReference();
                foreach (var kernel in EngineKernels.All)
                {
                    var failure = kernel.FirstFailure(verification, expected, out _);
                    Assert.True(failure is null, $"{failure}");
                }
            }
    }

    [Fact]
    public void Neither_noise_nor_mismatch_meets_a_digital_sum()
    {
        var noisy = new MacroSpec { DigitalPlanePairs = 2, Die = new() { BitlineNoiseCounts = 3, CellMismatchRelative = 0.1 } };
        Assert.Equal(ResultOf(new() { DigitalPlanePairs = 2 }), ResultOf(noisy));
        // The mean of three votes is taken later, with 1/3 in the scale.
        Assert.Equal(3 * ResultOf(noisy), ResultOf(noisy with { Votes = 3, Voting = VotingKind.Mean }));
        Assert.Equal(ResultOf(noisy), ResultOf(noisy with { Votes = 3 }));
    }

    [Theory]
    [InlineData(null, 16, 0)]
    [InlineData(1, 1, 15)]
    [InlineData(4, 10, 6)]
    [InlineData(6, 15, 1)]
    [InlineData(7, 16, 0)]
    public void Digital_sums_are_counted_apart(int? first, int converted, int digital)
    {
        var map = Map(new() { DigitalPlanePairs = first, Votes = 3 });
        Assert.Equal((3L * converted, (long)digital), (map.Conversions, map.DigitalSums));
    }

    [Fact]
    public void A_limit_within_a_digit_is_refused()
    {
        Assert.Equal(3, Map(new() { InputDigitBits = 2, WeightDigitBits = 2, DigitalPlanePairs = 2 }).DigitalPairs);
        var error = Assert.Throws<ImcException>(() => Map(new() { InputDigitBits = 2, WeightDigitBits = 2, DigitalPlanePairs = 3 }));
        Assert.Contains("add up to 0, 2, 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_range_is_calibrated_from_digital_sums()
    {
        var network = TinyNetworks.FourBits();
        var images = Shapes10.Render(Split.Test, 2);
        Calibration Of(string adc, int? digital)
        {
            var run = RunSpecJson.Set(new(), $"macro.adc={adc}", $"macro.digitalPlanePairs={digital?.ToString() ?? "null"}");
            var calibration = Calibrator.Calibrate(new(network, run), run, images, threads: 2);
            return Calibration.Read(calibration.Write());
        }
        // The top pair alone is left where all others are digital.
        const string PerPair = "{\"bits\":3,\"range\":\"calibrated\"}";
        var pairs = Of(PerPair, null);
        var lowest = Of(PerPair, 1);
        foreach (var (name, layer) in lowest.Layers) Assert.NotEqual(pairs.Layers[name].Ranges, layer.Ranges);
        Assert.Equal(1, lowest.Cut.DigitalPlanePairs);
        Assert.Null(pairs.Cut.DigitalPlanePairs);
    }

    private static LayerMap Map(MacroSpec macro) => new("fc", ConvGeometry.Linear(Inputs, 1), Unipolar, Signed, macro);

    private static long ResultOf(MacroSpec macro)
    {
        var layer = new MappedLayer(Map(macro), Weights, inputMayBeUndriven: false);
        var kernel = PerConversionKernel.Prepare("fc", layer, macro, [Deaf], AccumulationUnit.Levels, dieSeed: 1);
        return Assert.Single(KernelRun.Layer(layer, kernel, Codes));
    }

    private static long OfReference(MacroSpec macro) => Assert.Single(
        new ReferenceMacro(new(ConvGeometry.Linear(Inputs, 1), Unipolar, Signed, Weights), macro, Deaf).Run(Codes).Acc);
}
