namespace ImcEngine.Perf;

/// <summary><c>readme</c>: copies the tables of <c>perf/results/*/networks-*.md</c> into the documents that show them.</summary>
internal static class ReadmeCommand
{
    public static int Run()
    {
        foreach (string document in SpeedTables.Documents) AtomicFile.Write(document, SpeedTables.InsertInto(Read(document), Read));
        return 0;
    }

    private static string Read(string file) => File.ReadAllText(file).ReplaceLineEndings("\n");
}
