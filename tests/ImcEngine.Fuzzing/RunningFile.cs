using System.IO.MemoryMappedFiles;

namespace ImcEngine.Fuzzing;

/// <summary>
/// Keeps the numbers of the running inputs in a file that outlives the process. A stack overflow or a crash of native code ends the
/// process without a word; the next run finds here which inputs to make again.
/// <code>
/// seed u32   { number + 1, or 0 where idle: u32 }[workers]
/// </code>
/// </summary>
internal sealed class RunningFile : IDisposable
{
    private const int MostWorkers = 64, EntryBytes = 4;

    private readonly string _path;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public RunningFile(string folder, string target, uint seed)
    {
        _path = PathOf(folder, target);
        Directory.CreateDirectory(folder);
        _file = MemoryMappedFile.CreateFromFile(_path, FileMode.Create, null, EntryBytes * (1 + MostWorkers));
        _view = _file.CreateViewAccessor();
        _view.Write(0, seed);
    }

    public void Begin(int worker, uint number) => _view.Write(EntryBytes * (1 + (worker % MostWorkers)), number + 1);

    public void End(int worker) => _view.Write(EntryBytes * (1 + (worker % MostWorkers)), 0u);

    /// <summary>Returns the inputs that were running when the process of an earlier run ended.</summary>
    public static (uint Seed, uint[] Numbers)? Left(string folder, string target)
    {
        string path = PathOf(folder, target);
        if (!File.Exists(path)) return null;
        uint[] entries = new uint[1 + MostWorkers];
        byte[] bytes = File.ReadAllBytes(path);
        Buffer.BlockCopy(bytes, 0, entries, 0, Math.Min(bytes.Length, entries.Length * EntryBytes));
        File.Delete(path);
        return (entries[0], [.. entries.Skip(1).Where(entry => entry != 0).Select(entry => entry - 1)]);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }

    private static string PathOf(string folder, string target) => Path.Combine(folder, target + ".running");
}
