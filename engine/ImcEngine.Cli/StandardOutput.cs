using System.Text;

namespace ImcEngine.Cli;

/// <summary>The process's standard output. If it cannot be written (a full disk), that is reported as a user's error.</summary>
internal sealed class StandardOutput : TextWriter
{
    private readonly TextWriter _console = Console.Out;

    public override Encoding Encoding => _console.Encoding;

    public override void Write(char value) => Attempt(() => _console.Write(value));

    public override void Write(string? value) => Attempt(() => _console.Write(value));

    public override void Write(char[] buffer, int index, int count) => Attempt(() => _console.Write(buffer, index, count));

    public override void WriteLine(string? value) => Attempt(() => _console.WriteLine(value));

    /// <summary>Writes a document as UTF-8, whatever the terminal's encoding.</summary>
    public void WriteUtf8(string text) => Attempt(() =>
    {
        using var stream = Console.OpenStandardOutput();
        stream.Write(Encoding.UTF8.GetBytes(text));
    });

    private static void Attempt(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"Standard output cannot be written: {e.Message}", e);
        }
    }
}
