namespace ImcEngine.Cli;

/// <summary>Folders that commands write into.</summary>
internal static class OutputFolder
{
    /// <summary>Creates the folder and checks, before any work, that files can be written there.</summary>
    /// <exception cref="ImcException">No folder can have this path, it cannot be made, or it takes no files.</exception>
    public static void Make(string path)
    {
        InputFile.RequirePath(path, "folder to write into");
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"The folder '{path}' cannot be made: {e.Message}", e);
        }
        AtomicFile.RequireWritable(Path.Combine(path, "file"));
    }
}
