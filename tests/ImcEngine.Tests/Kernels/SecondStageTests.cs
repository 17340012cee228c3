using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;
using ImcEngine.Tests.Kernels.PerConversion;

namespace ImcEngine.Tests.Kernels;

/// <summary>Measured tables and the second stage: the kernel against the reference, and the reference against numbers computed by
/// hand.</summary>
public sealed class SecondStageTests : PerConversionKernelTests
{
    // Codes -5 .. 5 at 12 counts.
    private static readonly AdcSpec ImageNet = new() { Kind = AdcKind.D21ImageNet, LevelCount = 11, BoundCounts = 60 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Noise_on_sums_over_kernel_positions_equals_the_reference(int seed)
    {
        int chunked = 0;
        for (int index = 0; index < 40; index++)
        {
            var ideal = CaseOf((uint)seed, index, ImageNet with { BoundCounts = 4 });
            var noisy = With(ideal, ideal.Macro.Adc with { SecondNoiseMean = -0.8, SecondNoiseSigma = 2.8 });
            RequireEqual(noisy);
            Assert.NotEqual(ideal.RunReference(), noisy.RunReference());
            chunked += ReferenceRowGroups.Cut(noisy.Layer.Geometry, noisy.Macro.Rows, noisy.Macro.Mapping, false)
                .Count(group => group[0].Tap == 0) > 1 ? 1 : 0;
        }
        Assert.True(chunked >= 3, $"{chunked} cases have more than one chunk.");
    }

    [Fact]
    public void Noise_on_sums_over_kernel_positions_of_a_die_with_everything_on_equals_the_reference()
    {
        var die = new DieSpec
        {
            CellMismatchRelative = 0.03,
            ColumnOffsetCounts = 1,
            GainErrorRelative = 0.02,
            BitlineNoiseCounts = 1,
            StuckAtZeroRelative = 0.02,
        };
        for (int index = 0; index < 20; index++)
        {
            var ideal = CaseOf(3, index, ImageNet with { BoundCounts = 4, SecondNoiseMean = 0.3, SecondNoiseSigma = 1 });
            RequireEqual(ideal with { Macro = ideal.Macro with { Die = die } });
        }
    }

    /// <summary>More columns than are drawn together, of three and of four planes; digits that take several columns, where some bits are
    /// skipped; and noise of more codes than a bin tells apart.</summary>
    [Theory]
    [InlineData(3, 1, 2.8)]
    [InlineData(4, 1, 60)]
    [InlineData(4, 2, 0.4)]
    [InlineData(3, 3, 300)]
    public void Noise_on_the_sums_of_many_columns_equals_the_reference(int weightBits, int weightDigitBits, double sigma)
    {
        var random = new CaseRandom(13, (uint)weightBits);
        OperandFormat input = new(3, OperandEncoding.Unipolar), weight = new(weightBits, OperandEncoding.Bipolar);
        var geometry = new ConvGeometry { InputChannels = 5, InputHeight = 2, InputWidth = 2, OutputChannels = 190, KernelHeight = 2 };
        var adc = ImageNet with { BoundCounts = 4, SecondNoiseMean = -0.8, SecondNoiseSigma = sigma };
        var macro = new MacroSpec
        {
            Rows = 5, Columns = 100, Mapping = MappingKind.SingleTap, Adc = adc, WeightDigitBits = weightDigitBits,
        };
        var layer = new ReferenceLayer(geometry, input, weight, KernelLayers.Codes(random, weight, (int)geometry.WeightCount, 50));
        RequireEqual(new("many columns", layer, KernelLayers.Codes(random, input, 2 * geometry.InputSize, 50), macro, TransferOf(adc),
            new(0, 7)));
    }

    [Fact]
    public void A_measured_table_alone_and_before_a_second_stage_equals_the_reference()
    {
        var adc = Table();
        string second = SecondTable("second.csv", keep: 0.6);
        for (int index = 0; index < 30; index++)
        {
            var measured = CaseOf(4, index, adc);
            RequireEqual(measured);
            RequireEqual(With(measured, adc with { SecondTable = second }));
            RequireEqual(With(measured, adc with { SecondNoiseMean = 1, SecondNoiseSigma = 0.5 }));
            Assert.NotEqual(measured.RunReference(), (measured with { Seeds = new(0, 99) }).RunReference());
        }
    }

    [Fact]
    public void A_table_of_certainties_changes_no_sum_and_a_constant_moves_all_alike()
    {
        string sure = SecondTable("sure.csv", keep: 1);
        for (int index = 0; index < 10; index++)
        {
            var measured = CaseOf(5, index, Table());
            long[] plain = measured.RunReference();
            Assert.Equal(plain, With(measured, measured.Macro.Adc with { SecondTable = sure }).RunReference());

            // -2 codes of 3 counts for every chunk and plane pair.
            var layer = measured.Layer;
            int chunks = ReferenceRowGroups.Cut(layer.Geometry, measured.Macro.Rows, measured.Macro.Mapping, false)
                .Count(group => group[0].Tap == 0);
            long planes = Enumerable.Range(0, layer.InputFormat.Bits).Sum(i => (long)layer.InputFormat.PlaneWeight(i))
                * Enumerable.Range(0, layer.WeightFormat.Bits).Sum(j => (long)layer.WeightFormat.PlaneWeight(j));
            long[] moved = With(measured, measured.Macro.Adc with { SecondNoiseMean = -2, SecondNoiseSigma = 0 }).RunReference();
            Assert.Equal(plain.Select(sum => sum - (2 * 3 * 65536 * chunks * planes)), moved);
        }
    }

    [Fact]
    public void One_conversion_by_hand()
    {
        // A 1x1 layer: two inputs of one bit, both set; weights +1, +1:
        // s = 2, level 0 of three levels 12 apart (edges 6 and 18 for bound 12: code 0).
        var layer = new ReferenceLayer(ConvGeometry.Linear(2, 1), new(1, OperandEncoding.Unipolar),
            new(1, OperandEncoding.Bipolar), [1, 1]);
        var adc = new AdcSpec
        {
            Kind = AdcKind.D21ImageNet,
            LevelCount = 3,
            BoundCounts = 12,
            SecondNoiseMean = -0.6,
            SecondNoiseSigma = 0,
        };
        var macro = new MacroSpec { Rows = 2, Mapping = MappingKind.SingleTap, Adc = adc };
        // round(-0.6) = -1 code of 12 counts.
        Assert.Equal([-12L * 65536], new ReferenceMacro(layer, macro, TransferOf(adc)).Run([1, 1]).Acc);
    }

    [Fact]
    public void Another_mapping_and_levels_between_codes_are_refused()
    {
        var conv = CaseOf(6, 0, ImageNet with { SecondNoiseMean = 0, SecondNoiseSigma = 1 });
        conv =
            conv
                with { Layer =
                    conv.Layer with { Geometry = new() { InputChannels = 1, OutputChannels = 1, InputHeight = 3, InputWidth = 3,
                        KernelHeight = 3, KernelWidth = 3 }, WeightCodes = new short[9] } };
        Assert.Contains("single-tap",
            Assert.Throws<ImcException>(() => new ReferenceMacro(conv.Layer, conv.Macro with { Mapping = MappingKind.Dense },
                conv.Adc)).Message, StringComparison.Ordinal);

        var uneven = Table() with { LevelsCounts = [-3, 0, 1], SecondTable = SecondTable("uneven.csv", keep: 1) };
        Assert.Contains("whole number of LSB",
            Assert.Throws<SpecException>(() => SecondStage.TryCreate(uneven, TransferOf(uneven))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_largest_result_bounds_what_noise_and_tables_give()
    {
        var noise = SecondStage.TryCreate(ImageNet with { SecondNoiseMean = -0.8, SecondNoiseSigma = 2.8 }, TransferOf(ImageNet))!;
        // g reaches 6.34 below and above: -0.8 - 17.75 rounds to -19 codes.
        Assert.Equal((45 + 19) * 12L * 65536, noise.MostUnits(45 * 12L * 65536));
        Assert.Equal(45 * 3L * 65536,
            SecondStage.TryCreate(Table() with { SecondTable = SecondTable("bound.csv", keep: 1) }, TransferOf(Table()))!.MostUnits(1));
    }

    /// <summary>P(code given s): 0.7 for the nearest of the levels -3, 0 and 3, and 0.15 for each of the others.</summary>
    private AdcSpec Table()
    {
        string file = Folder["table.csv"];
        File.WriteAllLines(file, Enumerable.Range(-80, 161).Prepend(-4000).Append(4000)
            .Select(s => $"{s},{(s < -1 ? "0.7,0.15,0.15" : s > 1 ? "0.15,0.15,0.7" : "0.15,0.7,0.15")}"));
        return new() { Kind = AdcKind.Table, Table = file, LevelsCounts = [-3, 0, 3] };
    }

    /// <summary>A table of sums of -45 .. 45 codes: the sum is kept with probability <paramref name="keep"/>, else it rises by one (at the
    /// end it falls).</summary>
    private string SecondTable(string name, double keep)
    {
        int[] codes = [.. Enumerable.Range(-45, 91)];
        File.WriteAllLines(Folder[name],
        [
            $"sum,{string.Join(',', codes.Select(code => $"P({code})"))}",
            .. codes.Select(
                sum =>
                    $"{sum},{string.Join(',', codes.Select(code => code == sum ? keep : code == (sum == 45 ? 44 : sum + 1) ? 1 - keep : 0)
                        .Select(p => p.ToString(System.Globalization.CultureInfo.InvariantCulture)))}"),
        ]);
        return Folder[name];
    }

    private static VerificationCase CaseOf(uint seed, int index, AdcSpec adc)
    {
        // Cells of both signs, so that the converters' ranges around 0 are used.
        var random = RandomDieCases.Make(seed, index);
        var macro = random.Macro with { Mapping = MappingKind.SingleTap, LegacyOverfull = false, Die = new(), Adc = adc };
        return random with { Macro = macro, Adc = TransferOf(adc) };
    }

    private static VerificationCase With(VerificationCase verification, AdcSpec adc) =>
        verification with { Macro = verification.Macro with { Adc = adc } };

    private static AdcTransfer TransferOf(AdcSpec adc)
    {
        if (adc.Kind != AdcKind.Table) return AdcFactory.Create(adc, 64, CellProduct.Gated, isLinear: false);
        double[] levels = adc.LevelsCounts!;
        return new([.. levels.Skip(1).Select((level, k) => (levels[k] + level) / 2)], levels, TieRule.Down, AdcTransfer.LsbOf(levels),
            AccumulationUnit.Levels);
    }
}
