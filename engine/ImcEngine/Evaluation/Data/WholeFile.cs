namespace ImcEngine.Evaluation.Data;

/// <summary>Writes a file beside its place and renames it, so that a reader sees all of it or nothing.</summary>
internal static class WholeFile
{
    public static void Write(string path, Action<Stream> write)
    {
        string part = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            using (var stream = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16)) write(stream);
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }
}
