using System.Text.Json.Nodes;
using ImcEngine.Cli.Studies;

namespace ImcEngine.Tests.Cli.Studies;

/// <summary>Stored files that are not what was stored: computed again, named, and never an internal error.</summary>
public class StudyDamageTests(FinishedStudy finished) : IClassFixture<FinishedStudy>
{
    /// <summary>KEY stands for the file's own key.</summary>
    public static TheoryData<string> Damages =>
        ["", "{", "{}", "null", "5", "[]", "\"text\"", """{"key":5}""", """{"key":"KEY"}""", """{"key":"KEY","key":"KEY"}""",
            """{"key":"KEY","checksum":"0"}""", """{"key":"KEY","checksum":5}""",
            """{"key":"\ud800","checksum":"KEY"}""", """{"floatClasses":[1],"digitalClasses":[1]}""",
            """{"floatClasses":["a","b"],"digitalClasses":{} }"""];

    [Theory, MemberData(nameof(Damages))]
    public async Task A_damaged_point_is_made_anew_and_named(string text)
    {
        string folder = finished.Copy();
        var study = finished.Study;
        string damaged = study.Points(folder)[0], whole = File.ReadAllText(damaged),
            results = File.ReadAllText(study[$"{folder}/results.json"]);
        File.WriteAllText(damaged, OfKey(text, damaged));
        var run = (await study.Run(folder)).Succeeds();
        Assert.Contains("1 finished before, 1 to run", run.Lines[0], StringComparison.Ordinal);
        Assert.Contains(run.Lines, line => line.StartsWith($"'{damaged}' is damaged (", StringComparison.Ordinal)
            && line.EndsWith("; its point is computed again.", StringComparison.Ordinal));
        Assert.Equal((whole, results), (File.ReadAllText(damaged), File.ReadAllText(study[$"{folder}/results.json"])));
    }

    [Theory, MemberData(nameof(Damages))]
    public async Task A_damaged_baseline_is_made_anew_and_named(string text)
    {
        string folder = finished.Copy();
        var study = finished.Study;
        string baseline = Assert.Single(Directory.GetFiles(study[$"{folder}/baselines"])), whole = File.ReadAllText(baseline),
            point = study.Points(folder)[0], result = File.ReadAllText(point);
        File.WriteAllText(baseline, OfKey(text, baseline));
        File.Delete(point);
        var run = (await study.Run(folder)).Succeeds();
        Assert.Contains(run.Lines, line => line.StartsWith($"'{baseline}' is damaged (", StringComparison.Ordinal));
        Assert.Equal((whole, result), (File.ReadAllText(baseline), File.ReadAllText(point)));
    }

    [Theory, MemberData(nameof(Damages))]
    public async Task A_damaged_timing_is_left_out_and_named(string text)
    {
        string folder = finished.Copy();
        var study = finished.Study;
        string timing = Directory.GetFiles(study[$"{folder}/timings"])[0];
        File.WriteAllText(timing, OfKey(text, timing));
        Assert.Contains((await study.Run(folder)).Succeeds().Lines,
            line => line.StartsWith($"'{timing}' is damaged (", StringComparison.Ordinal));
        Assert.Single(JsonNode.Parse(File.ReadAllText(study[$"{folder}/timings.json"]))!.AsArray());
    }

    [Fact]
    public async Task A_changed_figure_is_seen()
    {
        string folder = finished.Copy();
        var study = finished.Study;
        string damaged = study.Points(folder)[0], whole = File.ReadAllText(damaged);
        var changed = JsonNode.Parse(whole)!.AsObject();
        changed["imcTop1"] = (double)changed["imcTop1"]! + 0.125;
        File.WriteAllText(damaged, changed.ToJsonString());
        Assert.Contains((await study.Run(folder)).Succeeds().Lines,
            line => line == $"'{damaged}' is damaged (its checksum is not that of its content); its point is computed again.");
        Assert.Equal(whole, File.ReadAllText(damaged));
    }

    [Theory]
    [InlineData("imcTop1", "\"half\"", "its field 'imcTop1' is missing or no number")]
    [InlineData("run", null, "its field 'run' is missing or no object")]
    [InlineData("numericsVersion", "0", "it is of numericsVersion 0")]
    [InlineData("numericsVersion", "1e99", "it is of numericsVersion 1e99")]
    [InlineData("key", "\"other\"", "it belongs to another key")]
    [InlineData("imcTop1Interval95", "[0.5]", "its field 'imcTop1Interval95' is not two numbers")]
    [InlineData("imcTop1Interval95", "[0.5,null]", "its field 'imcTop1Interval95' is not two numbers")]
    [InlineData("imcAgainstDigital", "{}", "its field 'imcAgainstDigital.interval95' is not two numbers")]
    public void A_sealed_record_that_lacks_what_it_must_have_is_damaged(string field, string? json, string why)
    {
        var point = JsonNode.Parse($$"""
            {"numericsVersion":{{ImcVersion.Numerics}},"key":"k","images":6,"die":0,"seed":1,"floatTop1":1,"digitalTop1":1,"imcTop1":1,
             "imcTop1Interval95":[0.5,1],"imcAgainstDigital":{"interval95":[-0.1,0.1]},"digitalFloatAgreement":1,"imcFloatAgreement":1,
             "imcDigitalAgreement":1,"conversionsPerImage":5,"arrays":1,"imcLogitsSha256":"s","run":{} }
            """)!.AsObject();
        Assert.Null(StudyRecord.Point.Open(StudyRecord.Sealed(point).ToJsonString(), "k").Damage);
        if (json is null) point.Remove(field);
        else point[field] = JsonNode.Parse(json);
        Assert.StartsWith(why, StudyRecord.Point.Open(StudyRecord.Sealed(point).ToJsonString(), "k").Damage, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checksum_depends_on_no_order_of_fields_and_no_blanks()
    {
        var one = StudyRecord.Sealed(JsonNode.Parse("""{"a":1,"b":{"c":[1, 2],"d":"x"}}""")!.AsObject());
        var other = StudyRecord.Sealed(JsonNode.Parse("""{ "b": {"d":"x", "c":[1,2]}, "a":1 }""")!.AsObject());
        Assert.Equal((string)one["checksum"]!, (string)other["checksum"]!);
        Assert.NotEqual((string)one["checksum"]!,
            (string)StudyRecord.Sealed(JsonNode.Parse("""{"a":1,"b":{"c":[2, 1],"d":"x"}}""")!.AsObject())["checksum"]!);
    }

    private static string OfKey(string text, string file) =>
        text.Replace("KEY", Path.GetFileNameWithoutExtension(file), StringComparison.Ordinal);
}
