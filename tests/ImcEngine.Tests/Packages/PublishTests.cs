using ImcEngine.Tests.Architecture;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Packages;

/// <summary>The single-file program that <c>./run.ps1 publish</c> makes, of a copy of the sources.</summary>
public class PublishTests
{
    private const string Cli = "engine/ImcEngine.Cli";

    [Theory]
    [InlineData("linux-x64")]
    [InlineData("win-x64")]
    public void Every_project_of_the_program_has_a_lock_file_for_each_system(string system) =>
        Assert.All(["engine/ImcEngine", "importer/ImcEngine.Images", "importer/ImcEngine.Importer", Cli], project =>
            Assert.Contains($"\"net10.0/{system}\"", Repository.Read($"{project}/packages.{system}.lock.json"), StringComparison.Ordinal));

    [NeedsRuntimePackFact]
    public async Task It_leaves_the_sources_as_they_are_and_compares_alone_in_a_folder()
    {
        using var clone = new TemporaryFolder();
        using var elsewhere = new TemporaryFolder();
        using var packages = new TemporaryFolder();
        CopySources(clone);

        // Locked, as on a machine of continuous integration; and from the packages at hand: an empty folder is the only source.
        (await ShellProcess.DotnetAsync(clone.Path, "publish", "-c", "Release", Cli, "-r", NeedsRuntimePackFactAttribute.SystemName,
            "--source", packages.Path, "-p:RestoreLockedMode=true", "-p:RunAnalyzers=false", "-m:1", "-nodeReuse:false")).Succeeds();

        Assert.Equal(Sources, FilesUnder(clone.Path));
        Assert.All(Sources.Where(file => file.EndsWith(".lock.json", StringComparison.Ordinal)), file =>
            Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, file)), File.ReadAllText(clone[file])));

        string program = Assert.Single(Directory.GetFiles(clone[$"artifacts/{NeedsRuntimePackFactAttribute.SystemName}"]));
        string alone = elsewhere[Path.GetFileName(program)];
        File.Move(program, alone);
        (await ShellProcess.RunAsync(alone, elsewhere.Path, [("DOTNET_BUNDLE_EXTRACT_BASE_DIR", packages["unpacked"])],
            "compare", "--images", "20")).ComparesTheNetworkThatShips();
    }

    /// <summary>What the program is built of.</summary>
    private static string[] Sources { get; } =
    [
        .. Repository.Files.Where(file => !file.Contains('/') || file.StartsWith("engine/", StringComparison.Ordinal)
            || file.StartsWith("importer/", StringComparison.Ordinal)
            || file.StartsWith("weights/resnet18-w16-", StringComparison.Ordinal)),
    ];

    private static void CopySources(TemporaryFolder clone)
    {
        foreach (string file in Sources)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(clone[file])!);
            File.Copy(Path.Combine(Repository.Root, file), clone[file]);
        }
    }

    /// <summary>All but what the repository ignores, as <see cref="Repository.Files"/> has them.</summary>
    private static IEnumerable<string> FilesUnder(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
        .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "artifacts"))
        .Order(StringComparer.Ordinal);
}
