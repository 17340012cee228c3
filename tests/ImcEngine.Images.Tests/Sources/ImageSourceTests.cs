using ImcEngine.Images.Arrays;
using ImcEngine.Images.Pictures;
using ImcEngine.Images.Sources.Labels;
using ImcEngine.Images.Tests.Arrays;

namespace ImcEngine.Images.Tests.Sources;

public sealed class ImageSourceTests : IDisposable
{
    private readonly SourceFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Options_that_a_source_does_not_use_are_named()
    {
        string folder = _files.Make("folder", SourceFolder.Pictures("a/1.ppm", "b/2.ppm"));
        var options = new ImageOptions { Layout = ArrayLayout.Nhwc, IsCoarse = true, Labels = new(null, null, default(OutputOrder)) };
        Assert.Equal(["The layout has no effect: only arrays have one.", "Coarse classes have no effect: only CIFAR-100 has them.",
            "What the network's outputs are has no effect: that is said of a class order alone."],
            ImageSource.Look(folder, options).Notes.TakeLast(3));
    }

    [Fact]
    public void Options_that_a_source_uses_are_not()
    {
        string array = _files.Bytes("x.npy", ArrayFiles.Npy("|u1", "2, 4, 4, 3", new byte[96]));
        Assert.DoesNotContain(ImageSource.Look(array, new() { Layout = ArrayLayout.Nhwc }).Notes,
            note => note.Contains("no effect", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "3x1x1")]
    [InlineData("40x30", "3x30x40")]
    [InlineData("8", "3x8x8")]
    public void The_shape_of_pictures_is_that_of_the_first(string? resize, string expected)
    {
        string folder = _files.Make("folder", SourceFolder.Pictures("a/1.ppm", "b/2.ppm"));
        var options = new ImageOptions { Resize = resize is null ? null : ResizeSpec.Parse("--resize", resize) };
        Assert.Equal(expected, $"{ImageSource.Look(folder, options).Shape}");
    }

    [Fact]
    public void A_broken_first_picture_gives_no_shape()
    {
        string folder = _files.Make("folder", ("a/1.png", "text"u8.ToArray()), ("b/2.ppm", SourceFolder.Picture(1)));
        Assert.Null(ImageSource.Look(folder, new()).Shape);
    }

    [Fact]
    public void A_folder_without_pictures_says_so()
    {
        string folder = _files.Make("folder", ("note.txt", "text"u8.ToArray()));
        ArrayFiles.Refuses("holds no pictures or arrays with a known extension", () => ImageSource.Look(folder, new()));
    }
}
