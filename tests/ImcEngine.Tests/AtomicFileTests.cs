using ImcEngine.Tests.Evaluation.Data;

namespace ImcEngine.Tests;

public class AtomicFileTests
{
    [Fact]
    public void A_writer_that_fails_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["a"], "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder["a"], stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(folder["a"]));
        Assert.Equal([folder["a"]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Text_is_written_without_a_byte_order_mark_over_what_was_there()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["a"], "a longer old text");
        AtomicFile.Write(folder["a"], "é");
        Assert.Equal([0xC3, 0xA9], File.ReadAllBytes(folder["a"]));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_named()
    {
        using var folder = new TemporaryFolder();
        var e = Assert.Throws<ImcException>(() => AtomicFile.Write(folder["no/a"], ""));
        Assert.StartsWith($"'{folder["no/a"]}' cannot be written: ", e.Message, StringComparison.Ordinal);
    }
}
