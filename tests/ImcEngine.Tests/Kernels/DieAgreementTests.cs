using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Reference;
using ImcEngine.Tests.Kernels.PerConversion;

namespace ImcEngine.Tests.Kernels;

/// <summary>The per-conversion kernel agrees with the normative reference, code for code.</summary>
public sealed class DieAgreementTests : PerConversionKernelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_die_kernel_equals_the_reference_on_random_dies(int seed)
    {
        for (int index = 0; index < 80; index++) RequireEqual(RandomDieCases.Make((uint)seed, index));
    }

    [Fact]
    public void Random_dies_meet_every_field_alone_and_many_together()
    {
        var cases = Enumerable.Range(0, 400).Select(index => RandomDieCases.Make(1, index)).ToList();
        foreach (var field in Fields.Select(field => field.On))
        {
            Assert.Contains(cases, c => field(c.Macro.Die));
            Assert.Contains(cases, c => Fields.Count(other => other.On(c.Macro.Die)) > 3 && field(c.Macro.Die));
        }
        Assert.Contains(cases, c => c.Macro.ArrayRows > c.Macro.Rows);
        Assert.Contains(cases, c => c.Macro.Columns < c.Layer.Geometry.GroupOutputChannels * c.Layer.WeightFormat.Bits);
        Assert.Contains(cases, c => c.Macro.ColumnsPerAdc > 1);
        Assert.Contains(cases, c => c.Layer.Geometry.Groups > 1);
        foreach (bool hasMismatch in new[] { false, true })
            Assert.Contains(cases,
                c => c.Macro.Grouping == GroupingKind.BlockDiagonal && c.Macro.Die.CellMismatchRelative > 0 == hasMismatch);
    }

    public static TheoryData<string> FieldNames => [.. Fields.Select(each => each.Name)];

    [Theory]
    [MemberData(nameof(FieldNames))]
    public void Each_field_alone_moves_results_and_equals_the_reference(string name)
    {
        var spec = Fields.Single(field => field.Name == name).Die;
        bool moved = false;
        foreach (var ideal in UniformCases(6))
        {
            var onDie = ideal with { Macro = ideal.Macro with { Die = spec }, Seeds = new(3, 4) };
            RequireEqual(onDie);
            moved |= !onDie.RunReference().SequenceEqual(ideal.RunReference());
        }
        Assert.True(moved, $"{name} changed nothing.");
    }

    [Fact]
    public void Packed_convolution_groups_equal_the_reference_and_have_other_cells_than_separate_ones()
    {
        int packed = 0, moved = 0;
        for (int index = 0; index < 400 && packed < 25; index++)
        {
            var random = RandomDieCases.Make(6, index);
            if (random.Macro.Grouping != GroupingKind.BlockDiagonal) continue;
            packed++;
            var onDie = random with { Macro = random.Macro with { Die = random.Macro.Die with { CellMismatchRelative = 0.15,
                UnitCapacitanceFemtofarads = null, BitlineNoiseCounts = 1 } } };
            RequireEqual(onDie);
            var separate = onDie with { Macro = onDie.Macro with { Grouping = GroupingKind.Separate } };
            if (!onDie.RunReference().SequenceEqual(separate.RunReference())) moved++;
        }
        Assert.True(packed == 25 && moved > 0, $"{packed} packed, {moved} moved");
    }

    [Fact]
    public void A_noise_profile_with_and_without_mismatch_equals_the_reference()
    {
        string path = Folder["noise.csv"];
        File.WriteAllLines(path, ["s,mean,sigma", "-40,-1.5,0.25", "0,0.5,1", "3,0,0", "60,2,4"]);
        foreach (var ideal in UniformCases(6))
            foreach (double mismatch in new[] { 0, 0.03 })
                RequireEqual(
                    ideal
                        with { Macro =
                            ideal.Macro with { Die = new() { NoiseProfile = path, CellMismatchRelative = mismatch,
                                ComparatorNoiseLsb = 0.1 } }, Seeds = new(1, 2, 3) });
    }

    [Fact]
    public void An_overfull_group_with_cell_errors_is_refused_and_with_noise_it_is_not()
    {
        var overfull = Enumerable.Range(0, 1000).Select(index => RandomCases.Make(1, index)).First(c =>
            ReferenceRowGroups.Cut(c.Layer.Geometry, c.Macro.Rows, c.Macro.Mapping, c.Macro.LegacyOverfull)
                .Any(group => group.Length > c.Macro.Rows));
        foreach (var die in new DieSpec[] { new() { CellMismatchRelative = 0.01 }, new() { StuckAtOneRelative = 0.01 } })
        {
            var error = Assert.Throws<ImcException>(() => Kernel.Run(overfull with { Macro = overfull.Macro with { Die = die } }));
            Assert.Contains("legacyOverfull", error.Message, StringComparison.Ordinal);
            Assert.Contains(overfull.Name, error.Message, StringComparison.Ordinal);
        }
        RequireEqual(overfull with { Macro = overfull.Macro with { Die = new() { BitlineNoiseCounts = 1 } } });
    }

    private static readonly (string Name, DieSpec Die, Func<DieSpec, bool> On)[] Fields =
    [
        ("cellMismatchRelative", new() { CellMismatchRelative = 0.15 }, die => die.CellMismatchRelative > 0),
        ("unitCapacitanceFemtofarads", new() { UnitCapacitanceFemtofarads = 0.05 }, die => die.UnitCapacitanceFemtofarads is not null),
        ("columnOffsetCounts", new() { ColumnOffsetCounts = 2 }, die => die.ColumnOffsetCounts > 0),
        ("columnOffsetLsb", new() { ColumnOffsetLsb = 1 }, die => die.ColumnOffsetLsb > 0),
        ("gainErrorRelative", new() { GainErrorRelative = 0.15 }, die => die.GainErrorRelative > 0),
        ("edgeErrorLsb", new() { EdgeErrorLsb = 1 }, die => die.EdgeErrorLsb > 0),
        ("sarMismatchRelative", new() { SarMismatchRelative = 0.15 }, die => die.SarMismatchRelative > 0),
        ("bitlineNoiseCounts", new() { BitlineNoiseCounts = 2 }, die => die.BitlineNoiseCounts > 0),
        ("comparatorNoiseLsb", new() { ComparatorNoiseLsb = 1 }, die => die.ComparatorNoiseLsb > 0),
        ("referenceTracksParasitic", new() { ParasiticRelative = 1, ReferenceTracksParasitic = false },
            die => die is { ReferenceTracksParasitic: false, ParasiticRelative: > 0 }),
        ("stuckAtZeroRelative", new() { StuckAtZeroRelative = 0.3 }, die => die.StuckAtZeroRelative > 0),
        ("stuckAtOneRelative", new() { StuckAtOneRelative = 0.3 }, die => die.StuckAtOneRelative > 0),
    ];

    private static IEnumerable<VerificationCase> UniformCases(int count) =>
        Enumerable.Range(0, 1000).Select(index => RandomCases.Make(5, index))
        .Where(c => c.Adc.Unit == AccumulationUnit.Codes && c.Unit == AccumulationUnit.Codes && int.IsPow2(c.Adc.Codes))
        .Select(c => c with { Macro = c.Macro with { LegacyOverfull = false } }).Take(count);
}
