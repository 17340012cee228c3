namespace ImcEngine.Fuzzing;

/// <summary>Folders for readers that take a path: in memory if the system has such a folder,
/// one for each thread, removed with the process.</summary>
internal static class Scratch
{
    private const string InMemory = "/dev/shm";

    private static readonly Lazy<string> Root = new(Create);

    /// <summary>A folder of the calling thread alone; it may hold what was written before.</summary>
    public static string Folder => Directory.CreateDirectory(Path.Combine(Root.Value, $"{Environment.CurrentManagedThreadId}")).FullName;

    private static string Create()
    {
        string parent = Directory.Exists(InMemory) ? InMemory : Path.GetTempPath();
        string folder = Directory.CreateDirectory(Path.Combine(parent, $"imc-fuzz-{Environment.ProcessId}")).FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }
}
