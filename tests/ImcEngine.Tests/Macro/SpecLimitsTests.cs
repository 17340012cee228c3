using ImcEngine.Macro;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Macro;

/// <summary>Specifications that no one can mean: refused with a message, before they take time or memory.</summary>
public sealed class SpecLimitsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Refused => new()
    {
        { """{"macro":{"adc":{"kind":"list","levels":[],"edges":[]}}}""",
            "macro.adc.levels: found []; allowed is a list of 2 to 65536 numbers" },
        { """{"macro":{"adc":{"kind":"list","levels":[1],"edges":[]}}}""", "allowed is a list of 2 to 65536 numbers" },
        { """{"macro":{"adc":{"kind":"table","table":"p.csv","levels":[]}}}""", "allowed is a list of 2 to 65536 numbers" },
        { """{"macro":{"adc":{"kind":"list","levels":[1,2],"edges":[]}}}""", "allowed is a list of 1 to 65535 numbers" },
        { """{"macro":{"adc":{"levels":131073}}}""", "allowed is a whole number from 2 to 65536" },
        { """{"macro":{"rows":65536,"cell":"xnor","adc":{"bits":null,"lsbCounts":1e999}}}""", "macro.adc.lsbCounts" },
        { """{"macro":{"adc":{"kind":"table","table":""}}}""", "macro.adc.table: found \"\"; allowed is the path of a file" },
        { """{"macro":{"adc":{"kind":"table","table":"a\u0000b"}}}""", "macro.adc.table" },
        { """{"macro":{"mapping":"single-tap","adc":{"kind":"table","table":"p","secondTable":" "}}}""", "macro.adc.secondTable" },
        { """{"macro":{"die":{"noiseProfile":"\u0000"}}}""", "macro.die.noiseProfile" },
        { """{"macro":{"name":"\ud800"}}""", "half of a surrogate pair" },
        { """{"macro":{"\udc00":1}}""", "half of a surrogate pair" },
        { """{"layers":{"a\ud800":"digital"}}""", "half of a surrogate pair" },
        { """{"layers":{"a":{"bits":3,"bits":4}}}""", "is not JSON: Duplicate" },
        { """{"macro":null,"macro":{}}""", "is not JSON: Duplicate" },
        { new string('[', 10_000), "is not JSON" },
        { string.Concat(Enumerable.Repeat("{\"macro\":", 100_000)), "is not JSON" },
        { "[]", "allowed is an object in braces" },
        { "null", "allowed is an object in braces" },
        { "\ud800", "half of a surrogate pair" },
    };

    [Theory, MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void A_specification_is_refused_in_words(string json, string message) =>
        Assert.Contains(message, Assert.ThrowsAny<ImcException>(() => RunSpecJson.Read(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("layers.w5={\"bits\":3,\"bits\":4}",
        "layers.w5: found {\"bits\":3,\"bits\":4}; a value in braces is a JSON object: Duplicate")]
    [InlineData("macro={", "a value in braces is a JSON object")]
    [InlineData("macro.name=\"\\ud800\"", "half of a surrogate pair")]
    [InlineData("macro.adc.table=", "allowed is the path of a file")]
    [InlineData("macro.adc={\"levels\":[]}", "macro.adc.levels: found []")]
    [InlineData("macro.adc.levels=[]", "macro.adc.levels: found []")]
    public void So_is_an_assignment(string assignment, string message) =>
        Assert.Contains(message,
            Assert.ThrowsAny<ImcException>(() => RunSpecJson.Set(RunSpecJson.Default, "macro.adc.kind=list", assignment)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Half_a_surrogate_pair_is_refused_in_an_assignment()
    {
        foreach (string assignment in new[] { "macro.name=\ud800", "layers.\udc00=digital", "\ud800=1", "macro.name=a\udc00\ud800" })
            Assert.Equal("--set", Assert.Throws<SpecException>(() => RunSpecJson.Set(RunSpecJson.Default, assignment)).Field);
        Assert.Equal("\ud83d\ude00", RunSpecJson.Set(RunSpecJson.Default, "macro.name=\ud83d\ude00").Macro.Name);
    }

    [Fact]
    public void The_second_of_two_assignments_finds_what_the_first_left()
    {
        var error = Assert.ThrowsAny<ImcException>(
            () => RunSpecJson.Set(RunSpecJson.Default, "layers.w5={\"bits\":3,\"bits\":4}", "layers.w5.adc.bits=3"));
        Assert.StartsWith("layers.w5: found ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_list_is_shown_by_its_beginning()
    {
        string list = $"[{string.Join(',', Enumerable.Range(0, 70_000))}]";
        var error = Assert.Throws<SpecException>(
            () => RunSpecJson.Set(RunSpecJson.Default, $"macro.adc={{\"kind\":\"list\",\"edges\":{list},\"levels\":[0,1]}}"));
        Assert.InRange(error.Message.Length, 1, 600);
        Assert.Contains("allowed is a list of 1 to 65535 numbers", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_too_long_and_too_many_patterns_are_refused()
    {
        File.WriteAllText(_folder["long.json"], new string(' ', 9 << 20) + "{}");
        Assert.Contains("bytes; allowed are at most", Assert.Throws<ImcException>(() => RunSpecJson.ReadFile(_folder["long.json"])).Message,
            StringComparison.Ordinal);
        string layers = string.Join(',', Enumerable.Range(0, 4097).Select(i => $"\"a{i}\":\"digital\""));
        Assert.Contains("allowed are at most 4096",
            Assert.Throws<SpecException>(() => RunSpecJson.Read($"{{\"layers\":{{{layers}}}}}")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("/dev/null")]
    public void A_device_is_no_table_and_no_specification(string device)
    {
        if (!File.Exists(device)) return;
        Assert.Contains("regular file", Assert.Throws<ImcException>(() => MeasuredTable.Read(device)).Message, StringComparison.Ordinal);
        Assert.Contains("regular file", Assert.Throws<ImcException>(() => NoiseProfile.Read(device)).Message, StringComparison.Ordinal);
        Assert.Contains("regular file", Assert.Throws<ImcException>(() => RunSpecJson.ReadFile(device)).Message, StringComparison.Ordinal);
        Assert.Contains("regular file", Assert.Throws<ImcException>(() => MacroPresets.Load(device)).Message, StringComparison.Ordinal);
        Assert.Contains("regular file", Assert.Throws<ImcException>(() => ImcEngine.Macro.Calibration.ReadFile(device)).Message,
            StringComparison.Ordinal);
    }

    [NeedsSharedFact("faults")]
    public void The_files_that_showed_these_faults_are_refused()
    {
        string faults = NeedsSharedFactAttribute.Find("faults")!;
        foreach (string file in new[] { "list-levels-empty/j.json", "lone-surrogate/s.json" })
            Assert.ThrowsAny<ImcException>(() => RunSpecJson.ReadFile(Path.Combine(faults, file)));
    }
}
