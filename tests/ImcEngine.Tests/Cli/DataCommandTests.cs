using ImcEngine.Data;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Cli;

public class DataCommandTests
{
    [Fact]
    public async Task Shapes10_is_written_as_the_engine_renders_it()
    {
        using var folder = new TemporaryFolder();
        var run = (await ImcRun.Of("data", "shapes10", "--split", "train", "--count", "7", "--out", folder.Path)).Succeeds();
        Assert.Equal(4, run.Lines.Length);
        Assert.Equal(Shapes10.Render(Split.Train, 7).Sha256, CifarFormat.Read(folder.Path, Split.Train).Sha256);
    }

    [Fact]
    public async Task Another_seed_makes_other_images()
    {
        using var folder = new TemporaryFolder();
        (await ImcRun.Of("data", "shapes10", "--count", "2", "--seed", "3", "--out", folder.Path)).Succeeds();
        Assert.Equal(Shapes10.Render(Split.Test, 2, 3).Sha256, CifarFormat.Read(folder.Path).Sha256);
    }

    [Fact]
    public async Task What_can_be_read_is_listed()
    {
        string listed = (await ImcRun.Of("data")).Succeeds().Output;
        Assert.All(["shapes10", "cifar10", "IDX", ".npy .npz", ".parquet", ".tar .tar.gz .zip"],
            kind => Assert.Contains(kind, listed, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cifar", "--size", "28")]
    [InlineData("idx", "--size", "28")]
    public async Task A_form_that_does_not_hold_the_images_is_refused(string form, params string[] options)
    {
        using var folder = new TemporaryFolder();
        (await ImcRun.Of(["data", "shapes10", "--count", "1", "--form", form, "--out", folder.Path, .. options]))
            .IsBadInput($"form {form}", "3x28x28");
    }

    [Fact]
    public async Task No_images_cannot_be_asked_for() =>
        (await ImcRun.Of("data", "shapes10", "--count", "0", "--out", "x")).IsBadInput("--count is '0'");

    [Fact]
    public async Task A_folder_is_needed() => (await ImcRun.Of("data", "shapes10")).IsBadInput("--out");

    [Fact]
    public async Task A_file_in_the_place_of_the_folder_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["taken"], "");
        (await ImcRun.Of("data", "shapes10", "--count", "1", "--out", folder["taken"])).IsBadInput(folder["taken"]);
    }

    [Fact]
    public async Task A_folder_needs_a_name() =>
        (await ImcRun.Of("data", "shapes10", "--count", "1", "--out", "")).IsBadInput("--out is ''; allowed is a text that is not empty");
}
