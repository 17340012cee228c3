using System.IO.Pipes;
using System.Text;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests;

public class InputFileTests
{
    [Fact]
    public void Text_is_read_through_links_with_or_without_a_byte_order_mark()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], "é", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        File.CreateSymbolicLink(folder["link"], folder["a"]);
        Assert.Equal("é", InputFile.ReadAllText(folder["link"], "text"));
        Assert.Equal([0xEF, 0xBB, 0xBF, 0xC3, 0xA9], InputFile.ReadAllBytes(folder["a"], "file", 5));
    }

    [Fact]
    public void Text_that_is_not_UTF8_is_refused_with_its_place()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], [.. "é\n\uFFFD\nab"u8, 0xE9, .. "c\n"u8]);
        RefusesWith(folder["a"], "is not UTF-8: byte 9, in line 3, is 0xE9");
        File.WriteAllText(folder["b"], "\uFFFD\n");
        Assert.Equal("\uFFFD\n", InputFile.ReadAllText(folder["b"], "text"));
        File.WriteAllText(folder["c"], "é\uFFFD", Encoding.Unicode);
        Assert.Equal("é\uFFFD", InputFile.ReadAllText(folder["c"], "text"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\0b")]
    public void A_path_that_can_name_nothing_is_refused(string path) => RefusesWith(path, "The path of the table");

    [Fact]
    public void Missing_files_folders_and_empty_files_are_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["empty"], "");
        RefusesWith(folder["none"], "There is no table");
        RefusesWith(folder.Path, "is a folder");
        RefusesWith(folder["empty"], "is empty or not a regular file");
    }

    [Fact]
    public void A_file_beyond_the_limit_is_refused_before_it_is_read()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], "12345");
        var error = Assert.Throws<ImcException>(() => InputFile.ReadAllBytes(folder["a"], "table", 4));
        Assert.Contains("has 5 bytes; allowed are at most 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Devices_and_pipes_are_refused_without_being_opened()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var folder = new TemporaryFolder();
        folder.MakePipe("pipe");
        RefusesWith("/dev/zero", "not a regular file");
        RefusesWith(folder["pipe"], "not a regular file");
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        RefusesWith($"/proc/self/fd/{pipe.SafePipeHandle.DangerousGetHandle()}", "not a regular file");
    }

    private static void RefusesWith(string path, string part) =>
        Assert.Contains(part, Assert.Throws<ImcException>(() => InputFile.ReadAllText(path, "table")).Message, StringComparison.Ordinal);
}
