using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImcEngine.Data;

namespace ImcEngine.Evaluation.Caching;

/// <summary>
/// Keeps results of earlier runs in a folder, one file each. Several processes may use a folder at once: a file appears whole or not at
/// all.
/// <code>
/// KEY.result     "imc result 1\n", the key's text, "\n", the result, SHA-256 of all that is before
/// </code>
/// A file that is damaged, that has another key, or that is a link or no regular file is no result. Nothing depends on the cache but time,
/// so a folder that cannot be read or written is no error. Where the files take more than the limit, those that were not used for the
/// longest time are removed.
/// </summary>
/// <param name="folder">The folder; made where it does not exist.</param>
/// <param name="mostBytes">The most bytes that the files take together.</param>
public sealed class ResultCache(string folder, long mostBytes = ResultCache.UsualMegabytes * ResultCache.Megabyte)
{
    /// <summary>The environment variable with the limit in megabytes; 0 for no cache.</summary>
    public const string LimitVariable = "IMC_CACHE_LIMIT";

    private const long UsualMegabytes = 1024, Megabyte = 1 << 20, LeastResults = 4;
    private const string Extension = ".result", Magic = "imc result 1\n";
    private static readonly TimeSpan LongestWrite = TimeSpan.FromHours(1);

    /// <summary>Returns the user's cache: a folder beside downloaded data. Null where the user wants none, or has no folder.</summary>
    /// <exception cref="ImcException">The limit is not a number of megabytes.</exception>
    public static ResultCache? OfUser()
    {
        string? text = Environment.GetEnvironmentVariable(LimitVariable);
        long megabytes = UsualMegabytes;
        if (!string.IsNullOrWhiteSpace(text) && (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out megabytes)
            || megabytes > long.MaxValue / Megabyte))
            throw new ImcException($"{LimitVariable} is '{text}'; allowed is a number of megabytes, 0 for no cache.");
        return megabytes > 0 && DataCache.FolderIfAny is { } data ? new(Path.Combine(data, "results"), megabytes * Megabyte) : null;
    }

    /// <summary>Why a result could not be kept; null where none failed.</summary>
    internal string? Problem { get; private set; }

    /// <summary>Returns the kept result; null if there is none.</summary>
    internal byte[]? Find(ResultKey key)
    {
        string path = PathOf(key);
        try
        {
            // Pipes and devices have the length 0.
            if (new FileInfo(path) is not { Exists: true, LinkTarget: null, Length: var length } || length == 0 || length > mostBytes)
                return null;
            byte[] bytes = File.ReadAllBytes(path);
            if (ResultIn(bytes, key) is not { } result) return null;
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return result;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps a result, if the folder can be written and the result is not so large that it would displace most others.</summary>
    internal void Keep(ResultKey key, ReadOnlySpan<byte> result)
    {
        if (result.Length > mostBytes / LeastResults) return;
        byte[] bytes = [.. HeadOf(key), .. result];
        string part = Path.Combine(folder, $"{key.Sha256}.{Guid.NewGuid():N}.part");
        try
        {
            Directory.CreateDirectory(folder);
            using (var file = new FileStream(part, FileMode.CreateNew))
            {
                file.Write(bytes);
                file.Write(SHA256.HashData(bytes));
            }
            File.Move(part, PathOf(key), overwrite: true);
            Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Problem = e.Message;
            TryDelete(part);
        }
    }

    private static byte[] HeadOf(ResultKey key) => Encoding.UTF8.GetBytes($"{Magic}{key}\n");

    private static byte[]? ResultIn(byte[] bytes, ResultKey key)
    {
        byte[] head = HeadOf(key);
        int end = bytes.Length - SHA256.HashSizeInBytes;
        return end >= head.Length && bytes.AsSpan().StartsWith(head)
            && SHA256.HashData(bytes.AsSpan(0, end)).AsSpan().SequenceEqual(bytes.AsSpan(end)) ? bytes[head.Length..end] : null;
    }

    private string PathOf(ResultKey key) => Path.Combine(folder, key.Sha256 + Extension);

    /// <summary>Removes what exceeds the limit, and what a process that died left.</summary>
    private void Trim()
    {
        var files = new DirectoryInfo(folder).GetFiles();
        foreach (var part in files.Where(file => file.Extension == ".part" && DateTime.UtcNow - file.LastWriteTimeUtc > LongestWrite))
            TryDelete(part.FullName);
        long total = 0;
        foreach (var file in files.Where(file => file.Extension == Extension).OrderByDescending(file => file.LastWriteTimeUtc))
            if ((total += file.Length) > mostBytes) TryDelete(file.FullName);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process has it open; it is removed next time.
        }
    }
}
