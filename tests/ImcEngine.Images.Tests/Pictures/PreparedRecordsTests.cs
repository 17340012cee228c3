using ImcEngine.Data;
using ImcEngine.Images.Pictures;
using static ImcEngine.Images.Tests.Pictures.TestImages;

namespace ImcEngine.Images.Tests.Pictures;

public class PreparedRecordsTests
{
    private static readonly Preparation AsTheyAre = new(ChannelOrder.Rgb, null, null, Interpolation.Bilinear);

    [Fact]
    public void Records_that_have_the_shape_already_are_given_as_they_are()
    {
        var image = Noise(3, 4, 5);
        Assert.Equal(image.Elements, Read(new PreparedRecords(new ListedImages(false, image), image.Shape, AsTheyAre)));
    }

    [Fact]
    public void Channels_are_converted_then_the_image_resized_then_cropped()
    {
        var records = new PreparedRecords(new ListedImages(false, Scene(3, 30, 40)), new ImageShape(1, 12, 12),
            new Preparation(ChannelOrder.Gray, ResizeSpec.ShorterSide(15), new CropSpec(12, 12), Interpolation.Bilinear));
        var gray = ChannelConversion.Convert("", Scene(3, 30, 40), false, ChannelOrder.Gray);
        var resized = Resampling.Resize("", gray, false, (15, 20), Interpolation.Bilinear);
        Assert.Equal(new CropSpec(12, 12).Cut("", resized, false).Elements, Read(records));
    }

    [Fact]
    public void Floats_stay_floats()
    {
        var records = new PreparedRecords(new ListedImages(true, Floats(1, 1, 2, 0.5f, 1.5f)), new ImageShape(3, 1, 1),
            AsTheyAre with { Resize = ResizeSpec.Exactly(1, 1) });
        Assert.True(records.AreFloats);
        byte[] elements = new byte[3 * sizeof(float)];
        records.Read(0, elements);
        Assert.Equal([1f, 1f, 1f], FloatsOf(new(records.Shape, elements)));
    }

    [Fact]
    public void An_image_of_another_shape_is_named_with_the_options_that_help()
    {
        var records = new PreparedRecords(new ListedImages(false, Noise(3, 4, 5)), new ImageShape(1, 8, 8), AsTheyAre);
        string message = Assert.Throws<ImcException>(() => Read(records)).Message;
        Assert.Equal("Image 'image-0' is 3x4x5 (channels x height x width), but the network takes 1x8x8. Give --channels gray and "
            + "--resize 8x8, or a --resize of the shorter side and --crop 8.", message);
    }

    [Fact]
    public void An_error_after_preparing_names_both_shapes()
    {
        var records = new PreparedRecords(new ListedImages(false, Noise(3, 4, 6)), new ImageShape(3, 8, 8),
            AsTheyAre with { Resize = ResizeSpec.ShorterSide(8) });
        string message = Assert.Throws<ImcException>(() => Read(records)).Message;
        Assert.Contains("is 3x4x6, prepared 3x8x12 (channels x height x width), but the network takes 3x8x8", message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("--channels", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, "The crop is 4, and the network takes 8. Give --crop 8.")]
    [InlineData(9, "The crop is 9, and the network takes 8. Give --crop 8.")]
    public void A_crop_of_another_size_is_named(int crop, string message)
    {
        var records = new PreparedRecords(new ListedImages(false, Noise(3, 9, 10)), new ImageShape(3, 8, 8),
            AsTheyAre with { Crop = new(crop, crop) });
        Assert.EndsWith(message, Assert.Throws<ImcException>(() => Read(records)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_crop_of_images_that_are_too_small_needs_a_resize()
    {
        var records = new PreparedRecords(new ListedImages(false, Noise(3, 7, 10)), new ImageShape(3, 8, 8),
            AsTheyAre with { Crop = new(4, 4) });
        Assert.EndsWith("The crop is 4, and the network takes 8. Give --resize 8x8, or a --resize of the shorter side and --crop 8.",
            Assert.Throws<ImcException>(() => Read(records)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_clock_counts_images_and_time()
    {
        var records = new PreparedRecords(new ListedImages(false, Noise(1, 2, 2), Noise(1, 2, 2)), new ImageShape(3, 2, 2), AsTheyAre);
        Parallel.For(0, 100, i => records.Read(i % 2, new byte[12]));
        Assert.Equal(100, records.Clock.Images);
        Assert.True(records.Clock.Seconds > 0);
    }

    private static byte[] Read(PreparedRecords records)
    {
        byte[] elements = new byte[records.Shape.Count];
        records.Read(0, elements);
        return elements;
    }
}
