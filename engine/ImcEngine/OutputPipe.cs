using System.Collections.Concurrent;

namespace ImcEngine;

/// <summary>
/// A named pipe that results go into. To open one is to wait for its reader: so it is opened before the work that makes the results, waits
/// for a stated time, and stays open until it is written. Work whose results no one would read never begins.
/// </summary>
internal static class OutputPipe
{
    private static readonly ConcurrentDictionary<string, FileStream> Held = new();

    /// <summary>How long a reader is waited for.</summary>
    public static TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(10);

    /// <param name="realPath">An existing pipe.</param>
    /// <exception cref="IOException">No reader came, or the pipe cannot be opened.</exception>
    public static void Hold(string realPath)
    {
        if (!Held.ContainsKey(realPath)) Held[realPath] = Open(realPath);
    }

    /// <summary>The one that is held, or another.</summary>
    /// <inheritdoc cref="Hold"/>
    public static FileStream Take(string realPath) => Held.TryRemove(realPath, out var held) ? held : Open(realPath);

    private static FileStream Open(string realPath)
    {
        var opened = new TaskCompletionSource<FileStream>();
        // A thread of its own, which ends with the process: no one can call it back while it waits.
        new Thread(() =>
        {
            try
            {
                var stream = new FileStream(realPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 1);
                if (!opened.TrySetResult(stream)) stream.Dispose();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                opened.TrySetException(e);
            }
        }) { IsBackground = true }.Start();
        Task.WaitAny([opened.Task], Patience);
        return opened.TrySetCanceled()
            ? throw new IOException($"it is a pipe that no one reads: none came within {Patience.TotalSeconds:0.#} seconds. "
                + $"Start its reader first, e.g. 'cat {realPath} > FILE &'")
            : opened.Task.GetAwaiter().GetResult();
    }
}
