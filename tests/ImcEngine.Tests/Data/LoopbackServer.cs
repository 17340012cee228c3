using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ImcEngine.Tests.Data;

/// <summary>Serves one file over HTTP/1.1 on the loopback address, one request a connection,
/// and can misbehave as real servers do.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    public LoopbackServer(byte[] content)
    {
        Content = content;
        _listener.Start();
        _serving = ServeAsync();
    }

    public byte[] Content { get; set; }
    public string Version { get; set; } = "\"1\"";
    public string? RefusalStatus { get; set; }
    public bool KnowsRanges { get; set; } = true;

    /// <summary>The connection closes after so many bytes of a body.</summary>
    public int BreakAfter { get; set; } = int.MaxValue;

    /// <summary>
    /// Answers a request in the server's place: of its Range header, or null, makes status line, header lines and body; null leaves it to
    /// the server.
    /// </summary>
    public Func<string?, (string Head, byte[] Body)?>? Misbehaves { get; set; }

    /// <summary>The Range header of each request, or "whole".</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/archive");

    public void Dispose()
    {
        _listener.Dispose();
        _serving.Wait();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream());
            }
            catch (IOException)
            {
                // The client hung up.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        var headers = await ReadHeadersAsync(stream);
        string? range = headers.GetValueOrDefault("range");
        Requests.Enqueue(range ?? "whole");
        if (Misbehaves?.Invoke(range) is { } answer)
        {
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {answer.Head}\r\nConnection: close\r\n\r\n"));
            await stream.WriteAsync(answer.Body);
            return;
        }
        bool sameVersion = headers.GetValueOrDefault("if-range", Version) == Version;
        int from = range is not null && KnowsRanges && sameVersion ? int.Parse(range["bytes=".Length..^1]) : 0;
        string status = RefusalStatus
            ?? (from >= Content.Length ? "416 Range Not Satisfiable" : from > 0 ? "206 Partial Content" : "200 OK");
        var body = RefusalStatus is null && from < Content.Length ? Content.AsMemory(from) : default;
        string contentRange = status[0] == '4' ? $"Content-Range: bytes */{Content.Length}\r\n"
            : from > 0 ? $"Content-Range: bytes {from}-{Content.Length - 1}/{Content.Length}\r\n" : "";
        string head = $"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\n{contentRange}ETag: {Version}\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(head));
        await stream.WriteAsync(body[..Math.Min(body.Length, BreakAfter)]);
    }

    private static async Task<Dictionary<string, string>> ReadHeadersAsync(NetworkStream stream)
    {
        var reader = new StreamReader(stream, leaveOpen: true);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        await reader.ReadLineAsync();
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            int colon = line.IndexOf(':');
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }
        return headers;
    }
}
