using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;
using ImcEngine.Tests.Kernels.PerConversion;

namespace ImcEngine.Tests.Kernels;

/// <summary>Sums that need more than 32 bits in quanta (ARITHMETIC §3): 64 rows of 8 by 8 bits on the full scale of preset wang-vlsi2022,
/// 2,088,960 counts.</summary>
public sealed class WideSumsTests : PerConversionKernelTests
{
    private static readonly OperandFormat Unipolar8 = new(8, OperandEncoding.Unipolar), Signed8 = new(8, OperandEncoding.TwosComplement);

    private static readonly Dictionary<string, DieSpec> Dies = new()
    {
        ["ideal"] = new(),
        ["offset in LSB"] = new() { ColumnOffsetLsb = 40 },
        ["offset in counts"] = new() { ColumnOffsetCounts = 600_000 },
        ["gain"] = new() { GainErrorRelative = 0.1 },
        ["edges"] = new() { EdgeErrorLsb = 3 },
        ["SAR"] = new() { SarMismatchRelative = 0.05 },
        ["mismatch"] = new() { CellMismatchRelative = 0.15 },
        ["capacitance"] = new() { UnitCapacitanceFemtofarads = 1 },
        ["bitline noise"] = new() { BitlineNoiseCounts = 300_000 },
        ["comparator noise"] = new() { ComparatorNoiseLsb = 5 },
        ["parasitic"] = new() { ParasiticRelative = 0.8, ReferenceTracksParasitic = false },
        ["stuck"] = new() { StuckAtZeroRelative = 0.1, StuckAtOneRelative = 0.1 },
        ["all"] = new()
        {
            CellMismatchRelative = 0.05, ColumnOffsetLsb = 2, GainErrorRelative = 0.05, EdgeErrorLsb = 0.5, BitlineNoiseCounts = 10_000,
            ComparatorNoiseLsb = 1, ParasiticRelative = 0.3, StuckAtZeroRelative = 0.01, StuckAtOneRelative = 0.02,
        },
    };

    public static TheoryData<string> DieNames => [.. Dies.Keys];

    [Theory, MemberData(nameof(DieNames))]
    public void The_kernel_equals_the_reference_at_the_full_scale(string name)
    {
        var wide = OnFullScale(Dies[name]);
        long[] expected = wide.RunReference();
        Assert.True(expected.Distinct().Count() > 20, "The case has few different codes.");
        RequireEqual(wide);
        if (Dies[name] != new DieSpec()) Assert.NotEqual(OnFullScale(new()).RunReference(), expected);
    }

    [Theory, InlineData(VotingKind.Median), InlineData(VotingKind.Mean)]
    public void Votes_of_wide_sums_equal_the_reference(VotingKind voting)
    {
        var once = OnFullScale(Dies["all"]);
        var verification = once with { Macro = once.Macro with { Votes = 3, Voting = voting } };
        RequireEqual(verification);
        Assert.NotEqual(once.RunReference(), verification.RunReference());
    }

    [Fact]
    public void Convolutions_whose_row_groups_differ_equal_the_reference_with_wide_sums()
    {
        var random = new CaseRandom(4, 2);
        var geometry = new ConvGeometry
        {
            InputChannels = 14, InputHeight = 5, InputWidth = 5, OutputChannels = 6, KernelHeight = 3, KernelWidth = 3,
            PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1,
        };
        var layer = new ReferenceLayer(geometry, Unipolar8, Signed8, KernelLayers.Codes(random, Signed8, (int)geometry.WeightCount, 0));
        var of = OnFullScale(Dies["all"]);
        var verification = of with { Layer = layer, Input = KernelLayers.Codes(random, Unipolar8, geometry.InputSize, 10) };
        RequireEqual(verification);
        RequireEqual(verification with { Macro = of.Macro with { Adc = of.Macro.Adc with { Gain = AdcGain.DrivenRows } } });
    }

    /// <summary>The 8 planes of each operand are digits of 7 and 1 here, so that there are four pairs.</summary>
    [Theory, MemberData(nameof(DieNames))]
    public void Digit_pairs_with_their_own_ADCs_equal_the_reference_with_wide_sums(string name)
    {
        var of = OnFullScale(Dies[name]);
        var macro = of.Macro with { InputDigitBits = 7, SignPlane = SignPlaneKind.Own };
        var products = new DigitProducts(macro.InputDigits(Unipolar8), macro.WeightDigits(Signed8));
        double low = macro.Rows * products.Least, high = macro.Rows * products.Most;
        AdcTransfer[] own = [.. new[] { 1, 8, 3, 100 }.Select(share =>
            AdcFactory.UniformByRange(of.Adc.Codes, new(low / share, high / share), TieRule.Down))];
        var verification = of with { Macro = macro, Own = new(CalibrationScope.PlanePair, own) };
        RequireEqual(verification);
        var swapped = verification with { Own = new(CalibrationScope.PlanePair, [own[0], own[2], own[1], own[3]]) };
        Assert.NotEqual(swapped.RunReference(), verification.RunReference());
    }

    /// <summary>Without an ADC the sums are those of the integer convolution; on a die they are v.</summary>
    [Fact]
    public void Sums_without_an_ADC_equal_the_reference()
    {
        var exact = OnFullScale(new()) with { Adc = AdcTransfer.None };
        Assert.Equal(exact.RunPlainConvolution(), exact.RunReference());
        Assert.True(exact.RunReference().Max() > 2_000_000);
        foreach (var die in (DieSpec[])[new() { BitlineNoiseCounts = 300_000 }, new() { CellMismatchRelative = 0.15 }])
            RequireEqual(exact with { Macro = exact.Macro with { Die = die } });
    }

    /// <summary>The edges of a list move less than one count and lie beyond 2^31 quanta.</summary>
    [Fact]
    public void Every_count_of_a_wide_sum_counts()
    {
        var wide = OnFullScale(new() { GainErrorRelative = 1e-9 }, inputs: 64);
        long[] sums = wide.RunPlainConvolution();
        double most = sums.Max();
        foreach (var (edge, above) in (IEnumerable<(double, int)>)[(most - 0.5, 1), (most + 0.5, 0)])
        {
            var verification = wide with { Adc = new([edge], [0, 1], TieRule.Down, 1, AccumulationUnit.Levels) };
            Assert.Equal(above, verification.RunReference().Count(acc => acc > 0));
            RequireEqual(verification);
        }
    }

    [Theory]
    [InlineData(256, null)]
    [InlineData(259, "16808452.5")]
    public void Edges_reach_the_full_scale_of_256_rows_of_8_by_8_bits(int rows, string? found)
    {
        var macro = new MacroSpec { Rows = rows, InputDigitBits = 8, CellBits = 8, WeightDigitBits = 8 };
        var map = new LayerMap("wide", ConvGeometry.Linear(rows, 1), Unipolar8, Signed8, macro);
        AdcTransfer Create() => AdcFactory.Create(new() { Bits = 8, Range = new(RangeKind.Full) }, rows, map.Products);
        if (found is null) Assert.Equal(rows * 255.0 * 255, Create().LevelCounts[^1]);
        else Assert.Contains(found, Assert.Throws<SpecException>(Create).Message, StringComparison.Ordinal);
    }

    private static VerificationCase OnFullScale(DieSpec die, int inputs = 100)
    {
        const int Outputs = 40;
        var macro = RunSpecJson.Set(RunSpecJson.Default with { Macro = MacroPresets.Get("wang-vlsi2022") }, "macro.adc.range=full").Macro
            with { Die = die };
        var random = new CaseRandom(1, 5);
        // Each output has weights around its own mean, from one end of the scale to the other.
        short[] weights = [.. Enumerable.Range(0, inputs * Outputs).Select(i =>
            (short)Math.Clamp(i / inputs * 265 / (Outputs - 1) - 133 + random.Between(-4, 4), -128, 127))];
        short[] input = KernelLayers.Codes(random, Unipolar8, 2 * inputs, 20);
        input.AsSpan(inputs).Fill(255);
        var products = new DigitProducts(macro.InputDigits(Unipolar8), macro.WeightDigits(Signed8));
        var adc = AdcFactory.Create(macro.Adc, macro.Rows, products);
        Assert.True(adc.EdgeQuanta[^1] > int.MaxValue && adc.EdgeQuanta[0] < int.MinValue);
        return new("wide", new(ConvGeometry.Linear(inputs, Outputs), Unipolar8, Signed8, weights), input, macro, adc, new(3, 4));
    }
}
