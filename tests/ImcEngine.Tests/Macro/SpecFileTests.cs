using ImcEngine.Macro;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Macro;

/// <summary>Files that a specification names lie where the specification's own file says, not where the program runs.</summary>
public sealed class SpecFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tables_and_profiles_are_relative_to_the_file_that_names_them()
    {
        string run = Write("run.json", """
            {
              "macro": { "mapping": "single-tap", "adc": { "bits": 4 }, "die": { "noiseProfile": "noise.csv" } },
              "layers": { "fc": { "weightBits": 8 } }
            }
            """);
        string macro = Write("macro.json",
            """{ "mapping": "single-tap", "adc": { "kind": "table", "table": "tables/p.csv", "secondTable": "../q.csv" } }""");
        Assert.Equal(Path.Combine(_folder.Path, "noise.csv"), RunSpecJson.ReadFile(run).Macro.Die.NoiseProfile);
        Assert.Equal(Path.Combine(_folder.Path, "tables/p.csv"), RunSpecJson.ReadMacroFile(macro).Adc.Table);
        Assert.Equal(Path.Combine(_folder.Path, "../q.csv"), MacroPresets.Load(macro).Adc.SecondTable);
    }

    [Fact]
    public void So_are_the_tables_of_single_layers()
    {
        string run = Write("run.json", """{ "layers": { "fc": { "adc": { "kind": "table", "table": "p.csv" } } } }""");
        Assert.Equal(Path.Combine(_folder.Path, "p.csv"), Assert.Single(RunSpecJson.ReadFile(run).Layers).Adc!.Table);
    }

    [Fact]
    public void Full_paths_stay_as_they_are()
    {
        string profile = Path.GetFullPath(Path.Combine(_folder.Path, "..", "noise.csv"));
        string macro = Write("macro.json",
            $$"""{ "die": { "noiseProfile": "{{profile.Replace("\\", "\\\\", StringComparison.Ordinal)}}" } }""");
        Assert.Equal(profile, RunSpecJson.ReadMacroFile(macro).Die.NoiseProfile);
    }

    [Fact]
    public void An_absent_file_and_a_file_that_is_no_json_are_named()
    {
        string absent = Path.Combine(_folder.Path, "absent.json");
        Assert.Contains(absent, Assert.Throws<ImcException>(() => RunSpecJson.ReadFile(absent)).Message, StringComparison.Ordinal);
        string broken = Write("broken.json", "{ macro: ");
        Assert.Contains(broken, Assert.Throws<ImcException>(() => RunSpecJson.ReadFile(broken)).Message, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, text);
        return path;
    }
}
