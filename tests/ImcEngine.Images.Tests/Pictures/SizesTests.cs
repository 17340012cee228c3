using ImcEngine.Images.Pictures;
using static ImcEngine.Images.Tests.Pictures.TestImages;

namespace ImcEngine.Images.Tests.Pictures;

public class SizesTests
{
    [Theory]
    [InlineData(375, 500, 256, 256, 341)]
    [InlineData(500, 375, 256, 341, 256)]
    [InlineData(28, 28, 32, 32, 32)]
    [InlineData(3, 2, 3, 4, 3)]
    [InlineData(65535, 1, 2, 131070, 2)]
    public void The_longer_side_is_rounded_down(int height, int width, int shorter, long resizedHeight, long resizedWidth) =>
        Assert.Equal((resizedHeight, resizedWidth), ResizeSpec.ShorterSide(shorter).SizeFor(height, width));

    [Fact]
    public void Both_sides_can_be_given() => Assert.Equal((4, 9), ResizeSpec.Exactly(4, 9).SizeFor(100, 3));

    [Fact]
    public void Sizes_are_written_as_options_take_them() =>
        Assert.Equal(["256", "320x240", "224", "3x2"],
            [$"{ResizeSpec.ShorterSide(256)}", $"{ResizeSpec.Exactly(240, 320)}", $"{new CropSpec(224, 224)}", $"{new CropSpec(2, 3)}"]);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65_536)]
    public void Sides_that_no_picture_has_are_refused(int side)
    {
        Assert.Throws<ImcException>(() => ResizeSpec.ShorterSide(side));
        Assert.Throws<ImcException>(() => ResizeSpec.Exactly(side, 1));
        Assert.Throws<ImcException>(() => ResizeSpec.Exactly(1, side));
        Assert.Throws<ImcException>(() => new CropSpec(side, 1));
        Assert.Throws<ImcException>(() => new CropSpec(1, side));
    }

    /// <summary>Python's <c>round</c> gives 0, 0, 1, 2, 2, 2, 3, 4, 4 for 0 / 2, 1 / 2, ... 8 / 2.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(6, 3)]
    [InlineData(7, 4)]
    [InlineData(8, 4)]
    public void A_crop_begins_at_half_of_what_is_spare_rounded_to_even(int spare, int first)
    {
        byte[] line = [.. Enumerable.Range(0, spare + 1).Select(i => (byte)i)];
        Assert.Equal([(byte)first], new CropSpec(1, 1).Cut("", Bytes(1, 1, line.Length, line), false).Elements);
        Assert.Equal([(byte)first], new CropSpec(1, 1).Cut("", Bytes(1, line.Length, 1, line), false).Elements);
    }

    [Fact]
    public void A_crop_takes_the_same_part_of_each_channel()
    {
        var image = Bytes(2, 3, 4, [.. Enumerable.Range(0, 24).Select(i => (byte)i)]);
        var cut = new CropSpec(1, 2).Cut("", image, false);
        Assert.Equal([5, 6, 17, 18], cut.Elements);
        Assert.Equal("2x1x2", cut.Shape.ToString());
        Assert.Equal([5f, 6f, 17f, 18f], FloatsOf(new CropSpec(1, 2).Cut("", ToFloats(image), true)));
    }

    [Fact]
    public void A_crop_larger_than_the_image_is_refused()
    {
        string message = Assert.Throws<ImcException>(() => new CropSpec(5, 4).Cut("cat.png", Noise(1, 4, 4), false)).Message;
        Assert.Contains("'cat.png' has 4 x 4 pixels where the crop takes 4x5", message, StringComparison.Ordinal);
    }
}
