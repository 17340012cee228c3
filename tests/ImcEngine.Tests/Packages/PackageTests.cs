using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ImcEngine.Tests.Packages;

/// <summary>The packages of the libraries and of the tool <c>imc</c>.</summary>
public partial class PackageTests(PackedSolution packed) : IClassFixture<PackedSolution>
{
    [Fact]
    public void The_solution_packs_three_libraries_and_the_tool() => Assert.Equal(
        new[] { "ImcEngine.Images", "ImcEngine.Importer", "ImcEngine", "imc" }.Select(id => $"{id}.{PackedSolution.Version}.nupkg")
            .Order(StringComparer.Ordinal), packed.Names);

    [Theory]
    [InlineData("ImcEngine")]
    [InlineData("ImcEngine.Images")]
    [InlineData("ImcEngine.Importer")]
    [InlineData("imc")]
    public void A_package_says_what_it_is_and_under_which_licence(string id)
    {
        using var package = packed.Open(id);
        var fields = Metadata(package, id).Elements().ToLookup(field => field.Name.LocalName, field => field.Value);
        Assert.Equal(id, fields["id"].Single());
        Assert.Equal("MIT", fields["license"].Single());
        Assert.Contains("in-memory", fields["description"].Single(), StringComparison.Ordinal);
        string readme = Text(package, fields["readme"].Single());
        Assert.StartsWith($"# {id}\n", readme.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.DoesNotMatch(RelativeLink(), readme);
    }

    [Theory]
    [InlineData("ImcEngine", "CommunityToolkit.HighPerformance System.Numerics.Tensors")]
    [InlineData("ImcEngine.Images", "ImcEngine Parquet.Net SixLabors.ImageSharp")]
    [InlineData("ImcEngine.Importer", "ImcEngine ImcEngine.Images Microsoft.ML.OnnxRuntime System.Numerics.Tensors protobuf-net")]
    public void A_library_brings_its_documentation_its_symbols_and_its_packages(string id, string dependencies)
    {
        using var package = packed.Open(id);
        Assert.Equal([$"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"], Files(package, "lib/").Order(StringComparer.Ordinal));
        Assert.Contains("<member name=", Text(package, $"lib/net10.0/{id}.xml"), StringComparison.Ordinal);
        Assert.True(HasSymbols(package, $"lib/net10.0/{id}.dll"));
        Assert.Equal(dependencies.Split(' '), Metadata(package, id).Descendants()
            .Where(field => field.Name.LocalName == "dependency").Select(field => field.Attribute("id")!.Value)
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_tool_brings_OnnxRuntime_for_computers_and_not_for_phones()
    {
        using var package = packed.Open("imc");
        const string Natives = "tools/net10.0/any/runtimes/";
        var systems = Files(package, Natives).Select(file => file[Natives.Length..].Split('/')[0]).Distinct();
        Assert.Equal(["linux-arm64", "linux-x64", "osx-arm64", "win-arm64", "win-x64"], systems.Order(StringComparer.Ordinal));
        Assert.Contains(Natives + "linux-x64/native/libonnxruntime.so", Files(package, Natives));
        Assert.Contains(Natives + "win-x64/native/onnxruntime.dll", Files(package, Natives));
        Assert.All(["imc", "ImcEngine", "ImcEngine.Images", "ImcEngine.Importer"],
            name => Assert.True(HasSymbols(package, $"tools/net10.0/any/{name}.dll")));
    }

    [Fact]
    public async Task The_tool_is_installed_from_a_folder_and_compares_outside_the_clone()
    {
        (await ShellProcess.DotnetAsync(packed.Elsewhere, "tool", "install", "imc", "--version", PackedSolution.Version,
            "--tool-path", packed.InstalledTool, "--source", packed.Folder)).Succeeds();
        (await ShellProcess.RunAsync(Path.Combine(packed.InstalledTool, "imc"), packed.Elsewhere, [], "compare", "--images", "20"))
            .ComparesTheNetworkThatShips();
        Assert.Empty(Directory.EnumerateFileSystemEntries(packed.Elsewhere));
    }

    private static XElement Metadata(ZipArchive package, string id) =>
        XDocument.Parse(Text(package, $"{id}.nuspec")).Root!.Elements().Single(element => element.Name.LocalName == "metadata");

    private static string[] Files(ZipArchive package, string folder) =>
        [.. package.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith(folder, StringComparison.Ordinal))];

    private static string Text(ZipArchive package, string file)
    {
        using var reader = new StreamReader(package.GetEntry(file)!.Open());
        return reader.ReadToEnd();
    }

    private static bool HasSymbols(ZipArchive package, string assembly)
    {
        using var image = new MemoryStream();
        using (var entry = package.GetEntry(assembly)!.Open()) entry.CopyTo(image);
        image.Position = 0;
        using var file = new PEReader(image);
        return file.ReadDebugDirectory().Any(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
    }

    [GeneratedRegex(@"\]\((?!https?:)")]
    private static partial Regex RelativeLink();
}
