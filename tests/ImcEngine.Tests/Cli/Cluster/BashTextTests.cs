using System.Diagnostics;
using ImcEngine.Cli.Cluster;

namespace ImcEngine.Tests.Cli.Cluster;

public class BashTextTests
{
    [Theory]
    [InlineData("plain-1.json", "plain-1.json")]
    [InlineData("--set=a,b", "--set=a,b")]
    [InlineData("", "''")]
    [InlineData("a b", "'a b'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("~/x", "'~/x'")]
    public void Words_are_quoted_where_bash_would_read_more_into_them(string word, string quoted) =>
        Assert.Equal(quoted, BashText.Quote(word));

    [Theory]
    [InlineData("a  b\tc")]
    [InlineData("$HOME `id` \\ \"x\" 'y' !! # ; & | > < ( ) { } [a] * ?")]
    [InlineData("two\nlines")]
    [InlineData("ümläut 漢字")]
    public async Task Bash_reads_a_quoted_word_as_it_was(string word)
    {
        if (OperatingSystem.IsWindows()) return;
        var start = new ProcessStartInfo("bash", ["-c", $"printf %s {BashText.Quote(word)}"]) { RedirectStandardOutput = true };
        using var bash = Process.Start(start)!;
        Assert.Equal(word, await bash.StandardOutput.ReadToEndAsync());
    }
}
