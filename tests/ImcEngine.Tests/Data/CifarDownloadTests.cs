using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ImcEngine.Data;

namespace ImcEngine.Tests.Data;

public sealed class CifarDownloadTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();
    private readonly byte[] _content = Bytes(300_000, seed: 1);
    private readonly LoopbackServer _server;
    private readonly List<DownloadProgress> _progress = [];

    public CifarDownloadTests() => _server = new(_content);

    private string Archive => _cache[CifarDownload.ArchiveName];
    private string Part => Archive + ".part";

    public void Dispose()
    {
        _server.Dispose();
        _cache.Dispose();
    }

    [Fact]
    public async Task A_download_arrives_whole_and_leaves_nothing_else_behind()
    {
        Assert.Equal(Archive, await FetchAsync());
        Assert.Equal(_content, File.ReadAllBytes(Archive));
        Assert.Equal([Archive], Directory.GetFiles(_cache.Path));
    }

    [Fact]
    public async Task Progress_grows_to_the_total()
    {
        await FetchAsync();
        Assert.Equal(0, _progress[0].ReceivedBytes);
        Assert.Equal(new(_content.Length, _content.Length), _progress[^1]);
        Assert.Equal(_progress.OrderBy(p => p.ReceivedBytes), _progress);
    }

    [Fact]
    public async Task An_archive_that_is_there_is_not_downloaded_again()
    {
        await FetchAsync();
        await FetchAsync();
        Assert.Equal(["whole"], _server.Requests);
    }

    [Fact]
    public async Task A_broken_download_says_so_and_the_next_one_goes_on_from_there()
    {
        _server.BreakAfter = 100_000;
        await RefusedAsync("was interrupted", "to resume from");
        Assert.False(File.Exists(Archive));
        Assert.Equal(100_000, new FileInfo(Part).Length);

        _server.BreakAfter = int.MaxValue;
        _progress.Clear();
        await FetchAsync();
        Assert.Equal(["whole", "bytes=100000-"], _server.Requests);
        Assert.Equal(new(100_000, _content.Length), _progress[0]);
        Assert.Equal(_content, File.ReadAllBytes(Archive));
        Assert.Equal([Archive], Directory.GetFiles(_cache.Path));
    }

    [Fact]
    public async Task A_download_starts_anew_when_the_server_has_another_version()
    {
        _server.BreakAfter = 100_000;
        await RefusedAsync("was interrupted");
        _server.BreakAfter = int.MaxValue;
        _server.Version = "\"2\"";
        _server.Content = Bytes(250_000, seed: 2);
        await FetchAsync();
        Assert.Equal(_server.Content, File.ReadAllBytes(Archive));
    }

    [Fact]
    public async Task A_download_starts_anew_when_the_server_knows_no_ranges()
    {
        File.WriteAllBytes(Part, _content[..1000]);
        _server.KnowsRanges = false;
        await FetchAsync();
        Assert.Equal(_content, File.ReadAllBytes(Archive));
    }

    [Fact]
    public async Task A_part_that_is_already_whole_only_needs_its_checksum()
    {
        File.WriteAllBytes(Part, _content);
        await FetchAsync();
        Assert.Equal(["bytes=300000-"], _server.Requests);
        Assert.Equal(_content, File.ReadAllBytes(Archive));
    }

    [Fact]
    public async Task A_part_longer_than_the_archive_is_dropped()
    {
        File.WriteAllBytes(Part, Bytes(400_000, seed: 3));
        await FetchAsync();
        Assert.Equal(["bytes=400000-", "whole"], _server.Requests);
        Assert.Equal(_content, File.ReadAllBytes(Archive));
    }

    [Theory]
    [InlineData("206 Partial Content\r\nContent-Range: bytes 0-9/300000\r\nContent-Length: 10", 10)]
    [InlineData("206 Partial Content\r\nContent-Range: bytes 1001-1010/300000\r\nContent-Length: 10", 10)]
    [InlineData("206 Partial Content\r\nContent-Range: items 1000-1009/300000\r\nContent-Length: 10", 10)]
    [InlineData("206 Partial Content\r\nContent-Range: bytes 1000-1009/1000\r\nContent-Length: 10", 10)]
    [InlineData("206 Partial Content\r\nContent-Range: nonsense\r\nContent-Length: 10", 10)]
    [InlineData("206 Partial Content\r\nContent-Length: 10", 10)]
    [InlineData("206 Partial Content\r\nContent-Range: bytes 1000-1009/300000\r\nContent-Length: 10\r\nETag: \"other\"", 10)]
    [InlineData("416 Range Not Satisfiable\r\nContent-Length: 0", 0)]
    [InlineData("416 Range Not Satisfiable\r\nContent-Range: bytes */5\r\nContent-Length: 0", 0)]
    public async Task A_wrong_answer_to_a_range_starts_the_download_anew(string head, int bytes)
    {
        File.WriteAllBytes(Part, Bytes(1000, seed: 4));
        File.WriteAllText(Part + ".etag", "\"1\"");
        _server.Misbehaves = range => range is null ? null : (head, new byte[bytes]);
        await FetchAsync();
        Assert.Equal(["bytes=1000-", "whole"], _server.Requests);
        Assert.Equal(_content, File.ReadAllBytes(Archive));
    }

    [Fact]
    public async Task A_range_that_is_sent_in_pieces_is_gathered_in_as_many_runs()
    {
        File.WriteAllBytes(Part, _content[..1000]);
        _server.Misbehaves = range => range != "bytes=1000-" ? null
            : ("206 Partial Content\r\nContent-Range: bytes 1000-1999/300000\r\nContent-Length: 1000", _content[1000..2000]);
        await RefusedAsync("only 2000 of 300000 bytes were received");
        await FetchAsync();
        Assert.Equal(["bytes=1000-", "bytes=2000-"], _server.Requests);
        Assert.Equal(_content, File.ReadAllBytes(Archive));
    }

    [Fact]
    public async Task A_part_that_no_longer_fits_the_archive_blocks_nothing()
    {
        File.WriteAllBytes(Part, Bytes(1000, seed: 5));
        await RefusedAsync("has MD5", "run the command again");
        await FetchAsync();
        Assert.Equal(_content, File.ReadAllBytes(Archive));
    }

    [Fact]
    public async Task A_damaged_note_of_the_version_blocks_nothing()
    {
        File.WriteAllBytes(Part, _content[..1000]);
        File.WriteAllText(Part + ".etag", "");
        await FetchAsync();
        Assert.Equal(["bytes=1000-"], _server.Requests);
    }

    [Theory]
    [InlineData("302 Found\r\nLocation: file:///etc/hostname", "is not supported")]
    [InlineData("302 Found\r\nLocation: nonsense://a/b", "is not supported")]
    [InlineData("302 Found\r\nLocation: /archive", "302 to '/archive'")]
    [InlineData("302 Found", "is not supported (302 to '')")]
    [InlineData("500 Internal Server Error", "answers 500. Try again later")]
    [InlineData("503 Service Unavailable", "answers 503. Try again later")]
    [InlineData("200 OK\r\nContent-Length: 5000000000", "sends 5000000000 bytes or more")]
    [InlineData("206 Partial Content\r\nContent-Range: bytes 5-9/300000\r\nContent-Length: 5", "bytes from 5 on, but all were requested")]
    [InlineData("204 No Content", "has MD5")]
    [InlineData("nonsense", "cannot be")]
    public async Task Answers_that_bring_nothing_are_told_in_one_line_and_leave_no_part(string head, string message)
    {
        _server.Misbehaves = _ => (head, []);
        await RefusedAsync(message);
        Assert.Empty(Directory.GetFiles(_cache.Path));
    }

    [Theory]
    [InlineData("a/b", "a")]
    [InlineData("cache", "cache/cifar-10-binary.tar.gz.part/folder")]
    [InlineData("cache", "cache/cifar-10-binary.tar.gz/folder")]
    public async Task A_cache_that_cannot_be_used_is_told_with_the_variable_that_names_another(string cache, string taken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_cache[taken])!);
        File.WriteAllText(_cache[taken], "");
        await RefusesCacheAsync(_cache[cache]);
    }

    [Fact]
    public async Task A_cache_where_nothing_may_be_written_or_a_pipe_lies_is_told_too()
    {
        if (!OperatingSystem.IsLinux()) return;
        await RefusesCacheAsync("/proc/imc/cache");
        await RefusesCacheAsync(_cache[new string('x', 300)]);
        _cache.MakePipe(CifarDownload.ArchiveName + ".part");
        await RefusesCacheAsync(_cache.Path);
    }

    [Fact]
    public async Task A_wrong_checksum_is_refused_and_nothing_is_kept()
    {
        string official = Md5();
        _server.Content[200_000] ^= 1;
        var refused = await Assert.ThrowsAsync<ImcException>(() => FetchAsync(official));
        Assert.Contains(official, refused.Message);
        Assert.Contains(Md5(), refused.Message);
        Assert.Empty(Directory.GetFiles(_cache.Path));
    }

    [Fact]
    public async Task A_refusal_names_the_status()
    {
        _server.RefusalStatus = "404 Not Found";
        await RefusedAsync("answers 404", "--data");
    }

    [Fact]
    public async Task Without_a_network_one_line_says_what_to_do()
    {
        using var unused = new TcpListener(IPAddress.Loopback, 0);
        unused.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)unused.LocalEndpoint).Port}/");
        unused.Stop();
        var refused = await Assert.ThrowsAsync<ImcException>(() => CifarDownload.FetchAsync(address, Md5(), _cache.Path, null, default));
        Assert.Contains("cannot be reached", refused.Message);
        Assert.Contains("give its path to --data", refused.Message);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public async Task A_cancelled_download_is_cancelled_not_refused()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => CifarDownload.FetchAsync(_server.Address, Md5(), _cache.Path, null, source.Token));
    }

    [Fact]
    public void The_address_is_the_official_one()
    {
        Assert.Equal("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", CifarDownload.OfficialAddress.AbsoluteUri);
        Assert.Equal("c32a1d4ab5d03f1284b67883e8d87530", CifarDownload.OfficialMd5);
    }

    private static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private string Md5() => Convert.ToHexStringLower(MD5.HashData(_server.Content));

    private Task<string> FetchAsync() => FetchAsync(Md5());

    private Task<string> FetchAsync(string md5) =>
        CifarDownload.FetchAsync(_server.Address, md5, _cache.Path, new Recorder(_progress), default);

    private async Task RefusesCacheAsync(string folder)
    {
        var refused = await Assert.ThrowsAsync<ImcException>(() => CifarDownload.FetchAsync(_server.Address, Md5(), folder, null, default));
        Assert.StartsWith($"The folder for downloads '{folder}' cannot be used (", refused.Message, StringComparison.Ordinal);
        Assert.Contains("set IMC_CACHE to", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    private async Task RefusedAsync(params string[] parts)
    {
        var refused = await Assert.ThrowsAsync<ImcException>(FetchAsync);
        Assert.All(parts, part => Assert.Contains(part, refused.Message));
        Assert.DoesNotContain('\n', refused.Message);
    }

    private sealed class Recorder(List<DownloadProgress> reports) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => reports.Add(value);
    }
}
