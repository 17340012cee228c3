using System.Collections.Concurrent;

namespace ImcEngine;

/// <summary>
/// A named pipe that receives results. Opening a pipe blocks until it has a reader. It is therefore opened before the results are computed,
/// with a time limit, and stays open until it is written. A run whose results nobody would read does not start.
/// </summary>
internal static class OutputPipe
{
    private static readonly ConcurrentDictionary<string, FileStream> Held = new();

    /// <summary>The time to wait for a reader.</summary>
    public static TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Opens the pipe and holds it for <see cref="Take"/>.</summary>
    /// <param name="realPath">An existing pipe.</param>
    /// <exception cref="IOException">No reader came, or the pipe cannot be opened.</exception>
    public static void Hold(string realPath)
    {
        if (!Held.ContainsKey(realPath)) Held[realPath] = Open(realPath);
    }

    /// <summary>Returns the held pipe, or opens it if none is held.</summary>
    /// <inheritdoc cref="Hold"/>
    public static FileStream Take(string realPath) => Held.TryRemove(realPath, out var held) ? held : Open(realPath);

    private static FileStream Open(string realPath)
    {
        var opened = new TaskCompletionSource<FileStream>();
        // A background thread, which ends with the process: a blocked open cannot be cancelled.
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
