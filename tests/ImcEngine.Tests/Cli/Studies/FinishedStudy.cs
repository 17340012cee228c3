namespace ImcEngine.Tests.Cli.Studies;

/// <summary>A study of two points that ran once for all tests of a class; each takes a copy of its results.</summary>
public sealed class FinishedStudy : IAsyncLifetime
{
    private const string Folder = "finished";

    private int _copies;

    internal SmallStudy Study { get; } = new("""[{"macro.rows":[64,128]}]""");

    public async Task InitializeAsync() => (await Study.Run(Folder)).Succeeds();

    public Task DisposeAsync()
    {
        Study.Dispose();
        return Task.CompletedTask;
    }

    /// <returns>The name of a folder that no other test has.</returns>
    public string Copy()
    {
        string copy = $"copy{++_copies}", from = Study[Folder];
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(Study[copy], Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        return copy;
    }
}
