using System.IO.Compression;
using System.Xml.Linq;
using ImcEngine.Tests.Architecture;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Packages;

/// <summary>What <c>dotnet pack</c> makes of the projects as they are built, in a temporary folder.</summary>
public sealed class PackedSolution : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    internal string Folder => Directory.CreateDirectory(_folder["packages"]).FullName;

    /// <summary>Outside the clone, and empty.</summary>
    internal string Elsewhere => Directory.CreateDirectory(_folder["elsewhere"]).FullName;

    internal string InstalledTool => _folder["tool"];

    /// <summary>Without the folder and the extension.</summary>
    internal IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder).Select(Path.GetFileName).Select(name => name!).Order(StringComparer.Ordinal);

    internal ZipArchive Open(string id) => ZipFile.OpenRead(Path.Combine(Folder, $"{id}.{Version}.nupkg"));

    internal static string Version { get; } =
        XDocument.Parse(Repository.Read("Directory.Build.props")).Descendants("Version").Single().Value;

    /// <summary>The configuration of this assembly, <c>bin/Release/net10.0</c>: that of the projects that it was built with.</summary>
    private static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public async Task InitializeAsync()
    {
        // One node, in the process itself: others would stay alive and keep its output open.
        var packed = await ShellProcess.DotnetAsync(Repository.Root, "pack", "ImcEngine.sln", "--no-build", "-c", Configuration,
            "-o", Folder, $"-p:PublishDir={_folder["published"]}{Path.DirectorySeparatorChar}", "-m:1", "-nodeReuse:false");
        packed.Succeeds();
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }
}
