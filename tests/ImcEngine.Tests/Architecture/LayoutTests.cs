using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ImcEngine.Tests.Architecture;

/// <summary>What every file and folder of the repository must be.</summary>
public partial class LayoutTests
{
    private const int MostLines = 450, MostColumns = 140;

    private static readonly string[] TopLevel =
    [
        "ImcEngine.sln", "engine", "importer", "tests", "perf", "weights", "run.ps1", "README.md", "LICENSE", "Directory.Build.props",
        "Directory.Packages.props", "global.json", ".editorconfig", ".gitignore", ".ci",
    ];

    private static readonly string[] Projects =
    [
        "engine/ImcEngine.Cli/ImcEngine.Cli.csproj", "engine/ImcEngine/ImcEngine.csproj",
        "importer/ImcEngine.Images/ImcEngine.Images.csproj", "importer/ImcEngine.Importer/ImcEngine.Importer.csproj",
        "perf/ImcEngine.Perf/ImcEngine.Perf.csproj", "tests/ImcEngine.Fuzzing/ImcEngine.Fuzzing.csproj",
        "tests/ImcEngine.Images.Tests/ImcEngine.Images.Tests.csproj", "tests/ImcEngine.Tests/ImcEngine.Tests.csproj",
    ];

    private static readonly string[] EngineFolders = ["BitPlanes", "Cost", "Data", "Evaluation", "Kernels", "Macro", "Mapping", "Networks",
        "Randomness", "Reference"];

    private static IEnumerable<string> TextFiles => Repository.Files.Where(file => TextFile().IsMatch(file));
    private static IEnumerable<string> Sources =>
        Repository.Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".py", StringComparison.Ordinal));

    [Fact]
    public void The_top_level_is_the_designed_one()
    {
        Assert.Equal(TopLevel.Order(StringComparer.Ordinal),
            Repository.TopLevel.Where(name => name != ".config").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_projects_are_the_designed_ones_and_the_solution_holds_them_all()
    {
        Assert.Equal(Projects, Repository.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)));
        string solution = Repository.Read("ImcEngine.sln").Replace('\\', '/');
        Assert.All(Projects, project => Assert.Contains($"\"{project}\"", solution, StringComparison.Ordinal));
    }

    [Fact]
    public void The_engine_has_the_designed_folders()
    {
        var folders = Repository.Files.Where(file => file.StartsWith("engine/ImcEngine/", StringComparison.Ordinal))
            .Select(file => file.Split('/')).Where(parts => parts.Length > 3).Select(parts => parts[2]).Distinct();
        Assert.Equal(EngineFolders, folders.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_source_file_is_longer_than_a_reader_can_hold()
    {
        var lengths = Sources.Select(file => (File: file, Lines: File.ReadLines(Path.Combine(Repository.Root, file)).Count())).ToList();
        Assert.True(lengths.Count > 100, $"Only {lengths.Count} source files were found.");
        Assert.DoesNotContain(lengths, length => length.Lines > MostLines);
    }

    [Fact]
    public void No_line_of_CSharp_is_wider_than_editorconfig_says()
    {
        Assert.Contains($"max_line_length = {MostColumns}", Repository.Read(".editorconfig"), StringComparison.Ordinal);
        string[] files = [.. Repository.Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal))];
        Assert.True(files.Length > 100, $"Only {files.Length} C# files were found.");
        Assert.Empty(files.SelectMany(file => TooWide(file, File.ReadLines(Path.Combine(Repository.Root, file)))));
    }

    [Theory]
    [InlineData(MostColumns, false)]
    [InlineData(MostColumns + 1, true)]
    public void A_line_that_is_too_wide_is_found(int columns, bool expected)
    {
        Assert.Equal(expected ? ["a.cs(2)"] : [], TooWide("a.cs", ["", new string('x', columns)]));
    }

    [Fact]
    public void No_file_holds_unfinished_work()
    {
        AssertNoMatch(Unfinished());
    }

    [Fact]
    public void No_file_holds_a_path_of_one_machine()
    {
        AssertNoMatch(MachinePath());
    }

    [Theory]
    [InlineData("// " + "TO" + "DO later", true)]
    [InlineData("throw new NotImplemented" + "Exception();", true)]
    [InlineData("// what is left to do is small", false)]
    public void Unfinished_work_is_recognized(string line, bool expected)
    {
        Assert.Equal(expected, Unfinished().IsMatch(line));
    }

    [Theory]
    [InlineData("see /ho" + "me/someone/imc", true)]
    [InlineData("open(\"/wo" + "rk/models\")", true)]
    [InlineData(@"C:\Us" + @"ers\someone", true)]
    [InlineData("engine/home/work", false)]
    [InlineData("https://example.org/home/index", false)]
    public void A_path_of_one_machine_is_recognized(string line, bool expected)
    {
        Assert.Equal(expected, MachinePath().IsMatch(line));
    }

    [Fact]
    public void Every_package_version_is_pinned_centrally_and_exactly()
    {
        Assert.All(Projects, project => Assert.DoesNotContain(
            XDocument.Parse(Repository.Read(project)).Descendants("PackageReference"),
            reference => reference.Attributes().Any(attribute => attribute.Name.LocalName is "Version" or "VersionOverride")
                || reference.Elements().Any(element => element.Name.LocalName is "Version" or "VersionOverride")));
        var versions = XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion")
            .Select(version => version.Attribute("Version")!.Value).ToList();
        Assert.NotEmpty(versions);
        Assert.All(versions, version => Assert.Matches(@"^\d+(\.\d+){1,3}$", version));
    }

    [Fact]
    public void Every_project_has_a_lock_file()
    {
        Assert.All(Projects, project => Assert.Contains($"{project[..project.LastIndexOf('/')]}/packages.lock.json", Repository.Files));
    }

    [Fact]
    public void Every_pinned_package_is_used()
    {
        var pinned = XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion")
            .Select(version => version.Attribute("Include")!.Value);
        var used = Projects.SelectMany(project => XDocument.Parse(Repository.Read(project)).Descendants("PackageReference"))
            .Select(reference => reference.Attribute("Include")!.Value);
        Assert.Empty(pinned.Except(used));
    }

    private static IEnumerable<string> TooWide(string file, IEnumerable<string> lines) =>
        lines.Select((line, i) => (line, i)).Where(each => each.line.Length > MostColumns).Select(each => $"{file}({each.i + 1})");

    private static void AssertNoMatch(Regex unwanted)
    {
        var found = from file in TextFiles
                    from line in File.ReadLines(Path.Combine(Repository.Root, file))
                    where unwanted.IsMatch(line)
                    select $"{file}: {line.Trim()}";
        Assert.Empty(found);
    }

    [GeneratedRegex(@"\.(cs|csproj|props|json|md|py|ps1|sln|sh|yml)$|(^|/)(\.editorconfig|\.gitignore|LICENSE|run)$")]
    private static partial Regex TextFile();

    // Split, so that this file does not hold them itself.
    [GeneratedRegex(@"\bTO" + @"DO\b|\bFIX" + @"ME\b|NotImplemented" + "Exception")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"(?<![\w./-])/(ho" + @"me|ro" + @"ot|wo" + @"rk|Us" + @"ers|mnt|tmp)/\w|\b[A-Z]:\\Us" + @"ers\\")]
    private static partial Regex MachinePath();
}
