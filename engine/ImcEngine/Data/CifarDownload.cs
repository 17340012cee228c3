using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace ImcEngine.Data;

/// <summary>How far a download is.</summary>
/// <param name="ReceivedBytes">The bytes received, including those of an earlier, interrupted download.</param>
/// <param name="TotalBytes">The size of the archive; null if the server does not state it.</param>
internal readonly record struct DownloadProgress(long ReceivedBytes, long? TotalBytes);

/// <summary>
/// Downloads CIFAR-10's official archive into the cache. The bytes go to a <c>.part</c> file, from which an interrupted download resumes
/// (HTTP Range, guarded by If-Range). The file gets its final name only after its MD5 has been verified.
/// </summary>
internal static class CifarDownload
{
    public const string ArchiveName = "cifar-10-binary.tar.gz";

    /// <summary>The address on CIFAR-10's own page, which also publishes the MD5.</summary>
    public static Uri OfficialAddress { get; } = new($"https://www.cs.toronto.edu/~kriz/{ArchiveName}");

    public const string OfficialMd5 = "c32a1d4ab5d03f1284b67883e8d87530";

    /// <summary>The maximum size of a download, six times the official archive, so that a server cannot fill the disk.</summary>
    private const long MostBytes = 1L << 30;

    private const long MostVersionBytes = 1 << 16;

    /// <summary>The time without data after which a connection is abandoned.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(60);

    /// <returns>The archive's path. If the archive is already in the cache, nothing is downloaded.</returns>
    /// <exception cref="ImcException">There is no network, the server refuses, the download is interrupted, or the checksum is
    /// wrong.</exception>
    public static Task<string> FetchAsync(string? cacheFolder = null, IProgress<DownloadProgress>? progress = null,
        CancellationToken cancellation = default) =>
        FetchAsync(OfficialAddress, OfficialMd5, cacheFolder ?? DataCache.Folder, progress, cancellation);

    internal static async Task<string> FetchAsync(Uri address, string md5, string cacheFolder, IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        string archive = Path.Combine(cacheFolder, ArchiveName), part = archive + ".part";
        if (File.Exists(archive)) return archive;
        RequireCache(cacheFolder, archive, part);
        try
        {
            using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
            await ReceiveAsync(client, address, part, progress, cancellation);
            await RequireChecksumAsync(part, md5, address, cancellation);
            File.Move(part, archive, overwrite: true);
            File.Delete(VersionFile(part));
            return archive;
        }
        catch (HttpRequestException e) when (e.StatusCode is null && e.HttpRequestError is not HttpRequestError.ResponseEnded)
        {
            throw new ImcException($"CIFAR-10 cannot be downloaded: {address.Host} cannot be reached ({e.Message}). "
                + $"Bring {ArchiveName} from {address} by other means and give its path to --data.", e);
        }
        catch (HttpRequestException e) when (e.StatusCode is { } status)
        {
            throw new ImcException($"CIFAR-10 cannot be downloaded: {address.Host} answers {(int)status}. Try again later, or bring "
                + $"{ArchiveName} by other means and give its path to --data.", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException)
        {
            throw new ImcException($"The download of CIFAR-10 was interrupted ({e.Message}); "
                + $"run the command again to resume from '{part}'.",
                e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw UnusableCache(cacheFolder, e);
        }
    }

    private static void RequireCache(string cacheFolder, string archive, string part)
    {
        try
        {
            Directory.CreateDirectory(cacheFolder);
            if (Directory.Exists(archive)) throw new IOException($"'{archive}' is a folder");
            if (File.Exists(part) && !FileKind.IsRegular(RealPath.Resolve(part))) throw new IOException($"'{part}' is not a regular file");
            AtomicFile.RequireWritable(part);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImcException)
        {
            throw UnusableCache(cacheFolder, e);
        }
    }

    private static ImcException UnusableCache(string cacheFolder, Exception cause) =>
        new($"The folder for downloads '{cacheFolder}' cannot be used ({cause.Message}); set {DataCache.Variable} to a writable "
            + "folder.", cause);

    private static async Task ReceiveAsync(HttpClient client, Uri address, string part, IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        long have = File.Exists(part) ? new FileInfo(part).Length : 0;
        using var response = await RequestAsync(client, address, have, part, cancellation);
        var range = response.Content.Headers.ContentRange;
        if (have > 0 && response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && range?.Length == have) return;
        bool goesOn = response.StatusCode == HttpStatusCode.PartialContent;
        if (have > 0 && (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable || goesOn && !GoesOnFrom(have, response, part)))
        {
            // A partial file that does not match the server's version could never be completed.
            Drop(part);
            await ReceiveAsync(client, address, part, progress, cancellation);
            return;
        }
        // HttpClient does not follow a redirect from https to http and returns the redirect itself.
        if ((int)response.StatusCode is >= 300 and < 400)
            throw NotFollowed(address, $"{(int)response.StatusCode} to '{response.Headers.Location}'", null);
        response.EnsureSuccessStatusCode();
        if (!goesOn) have = 0;
        else if (have == 0 && range?.From is not 0)
            throw new IOException($"the server sent bytes from {range?.From} on, but all were requested");
        long? total = goesOn ? range!.Length ?? have + response.Content.Headers.ContentLength : response.Content.Headers.ContentLength;
        if (total > MostBytes) throw TooLong(part, total.Value);
        RememberVersion(part, response.Headers.ETag);
        await using var file = new FileStream(part, have > 0 ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.None);
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        await CopyAsync(body, file, have, total, progress, cancellation);
    }

    private static bool GoesOnFrom(long have, HttpResponseMessage response, string part) =>
        response.Content.Headers.ContentRange is { Unit: "bytes", From: { } from } range
        && from == have && (range.Length is not { } total || total > have)
        && (RememberedVersion(part) is not { } remembered
            || response.Headers.ETag is not { IsWeak: false } sent || sent.Tag == remembered.Tag);

    private static async Task<HttpResponseMessage> RequestAsync(HttpClient client, Uri address, long have, string part,
        CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (have > 0)
        {
            request.Headers.Range = new(have, null);
            if (RememberedVersion(part) is { } version) request.Headers.IfRange = new(version);
        }
        try
        {
            return await Limited(
                SilenceLimit, limit => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit), cancellation);
        }
        // HttpClient throws these for addresses that it does not support: a redirect to 'file:', an invalid proxy address.
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw NotFollowed(address, e.Message.ReplaceLineEndings(" "), e);
        }
    }

    private static ImcException NotFollowed(Uri address, string why, Exception? cause) =>
        new($"CIFAR-10 cannot be downloaded: {address.Host} or a proxy leads to an address that is not supported ({why}). Bring "
            + $"{ArchiveName} by other means and give its path to --data.", cause);

    private static async Task CopyAsync(Stream body, FileStream file, long received, long? total, IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        var buffer = new byte[1 << 16];
        progress?.Report(new(received, total));
        while (true)
        {
            int count = await Limited(SilenceLimit, limit => body.ReadAsync(buffer, limit).AsTask(), cancellation);
            if (count == 0) break;
            await file.WriteAsync(buffer.AsMemory(0, count), cancellation);
            received += count;
            if (received > MostBytes) throw TooLong(file.Name, received);
            progress?.Report(new(received, total));
        }
        if (total is { } all && received < all) throw new IOException($"only {received} of {all} bytes were received");
    }

    private static ImcException TooLong(string part, long bytes)
    {
        Drop(part);
        return new($"The server sends {bytes} bytes or more; the official archive of CIFAR-10 has fewer than {MostBytes}. Bring "
            + $"{ArchiveName} by other means and give its path to --data.");
    }

    private static async Task<T> Limited<T>(TimeSpan limit, Func<CancellationToken, Task<T>> act, CancellationToken cancellation)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        source.CancelAfter(limit);
        try
        {
            return await act(source.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing was received for {limit.TotalSeconds} s", e);
        }
    }

    private static async Task RequireChecksumAsync(string part, string md5, Uri address, CancellationToken cancellation)
    {
        string found;
        await using (var file = File.OpenRead(part)) found = Convert.ToHexStringLower(await MD5.HashDataAsync(file, cancellation));
        if (found == md5) return;
        Drop(part);
        throw new ImcException($"The file from {address} has MD5 {found}; the official archive has {md5}. It was deleted; "
            + "run the command again.");
    }

    /// <summary>Stores the server's ETag of the version in <paramref name="part"/> beside it, so that a resumed download never mixes two
    /// versions.</summary>
    private static void RememberVersion(string part, EntityTagHeaderValue? version)
    {
        if (version is { IsWeak: false }) File.WriteAllText(VersionFile(part), version.Tag);
        else File.Delete(VersionFile(part));
    }

    /// <summary>Returns the stored ETag; null if the server sent none or the stored text is not a valid one.</summary>
    private static EntityTagHeaderValue? RememberedVersion(string part) =>
        new FileInfo(VersionFile(part)) is { Exists: true, Length: > 0 and < MostVersionBytes } file
        && EntityTagHeaderValue.TryParse(File.ReadAllText(file.FullName), out var version) ? version : null;

    private static void Drop(string part)
    {
        File.Delete(part);
        File.Delete(VersionFile(part));
    }

    private static string VersionFile(string part) => part + ".etag";
}
