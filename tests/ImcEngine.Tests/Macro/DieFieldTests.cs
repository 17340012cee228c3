using ImcEngine.Macro;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Macro;

/// <summary>Every parameter of a die, as a user writes it: what cannot be used is named by field, value and allowed range.</summary>
public sealed class DieFieldTests : IDisposable
{
    /// <summary>By field: its allowed range as errors state it, and a value beyond it.</summary>
    private static readonly Dictionary<string, (string Allowed, string Beyond)> Numbers = new()
    {
        ["cellMismatchRelative"] = ("a number from 0 to 0.15", "0.151"),
        ["unitCapacitanceFemtofarads"] = ("a number from 0.02 to 1000000", "0.019"),
        ["columnOffsetCounts"] = ("a number from 0 to 4194304", "4194305"),
        ["columnOffsetLsb"] = ("a number from 0 to 256", "257"),
        ["gainErrorRelative"] = ("a number from 0 to 0.15", "0.2"),
        ["edgeErrorLsb"] = ("a number from 0 to 256", "1e9"),
        ["sarMismatchRelative"] = ("a number from 0 to 0.15", "0.2"),
        ["bitlineNoiseCounts"] = ("a number from 0 to 4194304", "4194305"),
        ["comparatorNoiseLsb"] = ("a number from 0 to 256", "257"),
        ["parasiticRelative"] = ("a number from 0 to 16", "17"),
        ["stuckAtZeroRelative"] = ("a number from 0 to 1", "1.01"),
        ["stuckAtOneRelative"] = ("a number from 0 to 1", "1.01"),
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_field_is_here() =>
        Assert.Equal(SpecFields.Die.Select(field => field.Name).Order(),
            Numbers.Keys.Concat(["noiseProfile", "referenceTracksParasitic"]).Order());

    public static TheoryData<string, string, string> BadNumbers()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var (name, (allowed, beyond)) in Numbers)
            foreach (string bad in new[] { "-0.01", "\"NaN\"", "\"much\"", "true", "[0.1]", beyond }) data.Add(name, bad, allowed);
        return data;
    }

    [Theory]
    [MemberData(nameof(BadNumbers))]
    public void A_number_that_cannot_be_used_is_named(string field, string bad, string allowed)
    {
        var error = Assert.Throws<SpecException>(() => Set($"{field}={bad}"));
        Assert.Equal($"macro.die.{field}", error.Field);
        Assert.Equal($"macro.die.{field}: found {bad}; allowed is {allowed}.", error.Message);
    }

    [Fact]
    public void NaN_is_no_number_of_JSON() =>
        Assert.Contains("macro.die.edgeErrorLsb: found \"NaN\"", Assert.Throws<SpecException>(() => Set("edgeErrorLsb=NaN")).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("noiseProfile=3", "macro.die.noiseProfile: found 3; allowed is a text in quotes.")]
    [InlineData("referenceTracksParasitic=1", "macro.die.referenceTracksParasitic: found 1; allowed are true and false.")]
    [InlineData("bitlineNoise=1", "macro.die.bitlineNoise")]
    public void So_is_what_is_no_number(string assignment, string message) =>
        Assert.StartsWith(message, Assert.Throws<SpecException>(() => Set(assignment)).Message, StringComparison.Ordinal);

    [Fact]
    public void Stuck_cells_of_both_kinds_cannot_be_more_than_all()
    {
        var error = Assert.Throws<SpecException>(() => Set("stuckAtZeroRelative=0.7", "stuckAtOneRelative=0.4"));
        Assert.Equal("macro.die.stuckAtOneRelative", error.Field);
        Assert.Contains("found 0.4; allowed is 0 to 0.3", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("macro.columnsPerAdc=0", "macro.columnsPerAdc: found 0; allowed is a whole number from 1")]
    [InlineData("macro.columnsPerAdc=1.5", "macro.columnsPerAdc: found 1.5; allowed is a whole number from 1")]
    [InlineData("macro.columns=4 macro.columnsPerAdc=8",
        "macro.columnsPerAdc: found 8; an array has 4 columns (macro.columns); allowed is at most that")]
    [InlineData("macro.arrayRows=300", "macro.arrayRows: found 300; allowed is a multiple of macro.rows, which is 256.")]
    [InlineData("macro.arrayRows=-256", "macro.arrayRows: found -256; allowed is a whole number from 1")]
    public void Shared_ADCs_and_array_rows_have_their_ranges(string assignments, string message) =>
        Assert.StartsWith(message, Assert.Throws<SpecException>(() => RunSpecJson.Set(RunSpecJson.Default, assignments.Split(' '))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("[0,2,1]", "[0,1,2,3]", "macro.adc.edges[2]: found 1 after 2; edges must ascend")]
    [InlineData("[0,\"NaN\"]", "[0,1,2]", "macro.adc.edges[1]: found \"NaN\"; allowed is a number from -16777216 to 16777216.")]
    [InlineData("[0,17000000]", "[0,1,2]", "macro.adc.edges[1]: found 17000000; allowed is a number from -16777216 to 16777216.")]
    [InlineData("[0,1]", "[0,1]", "macro.adc.levels: found 2 levels beside 2 edges; allowed is one level more than edges.")]
    [InlineData("[0,1]", "[0,1,null]", "macro.adc.levels[2]: found null; allowed is a number from -16777216 to 16777216.")]
    public void Edges_out_of_order_and_no_numbers_are_named_by_index(string edges, string levels, string message) =>
        Assert.StartsWith(message, Assert.Throws<SpecException>(() =>
            RunSpecJson.Set(RunSpecJson.Default, "macro.adc.kind=list", $"macro.adc.edges={edges}", $"macro.adc.levels={levels}")).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("secondNoiseSigma=-0.1", "macro.adc.secondNoiseSigma: found -0.1; allowed is a number from 0 to 65536.")]
    [InlineData("secondNoiseSigma=NaN", "macro.adc.secondNoiseSigma: found \"NaN\"; allowed is a number from 0 to 65536.")]
    [InlineData("secondNoiseSigma=70000", "macro.adc.secondNoiseSigma: found 70000; allowed is a number from 0 to 65536.")]
    [InlineData("secondNoiseMean=NaN", "macro.adc.secondNoiseMean: found \"NaN\"; allowed is a number from -65536 to 65536.")]
    [InlineData("secondNoiseMean=70000", "macro.adc.secondNoiseMean: found 70000; allowed is a number from -65536 to 65536.")]
    [InlineData("secondNoiseSigma=1",
        "macro.adc.secondNoiseSigma: found 1 alone; secondNoiseMean and secondNoiseSigma are given together.")]
    [InlineData("secondNoiseMean=1", "macro.adc.secondNoiseSigma: found nothing; secondNoiseMean and secondNoiseSigma are given together.")]
    public void Noise_on_sums_over_kernel_positions_has_its_range(string assignment, string message) =>
        Assert.StartsWith(message, Assert.Throws<SpecException>(() =>
            RunSpecJson.Set(new() { Macro = MacroPresets.Get("d21-imagenet-2bit") }, $"macro.adc.{assignment}")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_second_stage_is_one_thing_and_needs_kernel_positions_of_their_own()
    {
        string[] table = ["macro.mapping=single-tap", "macro.adc.kind=table", "macro.adc.table=p.csv", "macro.adc.secondTable=q.csv"];
        string both =
            Assert.Throws<SpecException>(() => RunSpecJson.Set(RunSpecJson.Default,
                [.. table, "macro.adc={\"secondTable\":\"q.csv\",\"secondNoiseMean\":0,\"secondNoiseSigma\":1}"])).Message;
        Assert.StartsWith("macro.adc.secondTable: found \"q.csv\" beside secondNoiseSigma; a second stage is a table or noise, not both.",
            both, StringComparison.Ordinal);
        string mapping =
            Assert.Throws<SpecException>(() => RunSpecJson.Set(RunSpecJson.Default, [.. table, "macro.mapping=dense"])).Message;
        Assert.StartsWith("macro.adc.secondTable: found a second stage with mapping 'dense'", mapping, StringComparison.Ordinal);
        Assert.Contains("set macro.mapping to \"single-tap\"", mapping, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_line_whose_sum_is_off_is_named_by_line_sum_and_tolerance()
    {
        File.WriteAllLines(_folder["t.csv"], ["s,P(0),P(1)", "0,1,0", "1,0.5,0.498"]);
        var error = Assert.Throws<ImcException>(() => MeasuredTable.Read(_folder["t.csv"]));
        Assert.Contains("t.csv line 3 (s = 1): the probabilities add up to 0.998; allowed is 1 within 0.001.", error.Message,
            StringComparison.Ordinal);
        File.WriteAllLines(_folder["t.csv"], ["s,P(0),P(1)", "0,1,0", "1,0.5,0.4991"]);
        Assert.Equal(2, MeasuredTable.Read(_folder["t.csv"]).Codes);
    }

    private static void Set(params string[] assignments) =>
        RunSpecJson.Set(RunSpecJson.Default, assignments.Select(each => $"macro.die.{each}"));
}
