namespace ImcEngine.Cli.Cluster;

/// <summary>How another process starts this program.</summary>
internal static class OwnProgram
{
    private const string Name = "imc", Host = "dotnet";

    /// <summary>Returns the program and what comes before its arguments: the program itself, or <c>dotnet</c> and its file.</summary>
    public static string[] Words
    {
        get
        {
            string process = Environment.ProcessPath ?? Host;
            return Path.GetFileNameWithoutExtension(process) switch
            {
                Name => [process],
                Host => [process, Library],
                _ => [Host, Library],
            };
        }
    }

    private static string Library => Path.Combine(AppContext.BaseDirectory, Name + ".dll");
}
