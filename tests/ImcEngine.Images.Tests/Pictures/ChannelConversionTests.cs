using ImcEngine.Images.Pictures;
using ImcEngine.Images.Sources;
using static ImcEngine.Images.Tests.Pictures.TestImages;

namespace ImcEngine.Images.Tests.Pictures;

public class ChannelConversionTests
{
    [Theory]
    [InlineData(nameof(ChannelOrder.Rgb))]
    [InlineData(nameof(ChannelOrder.Bgr))]
    public void Gray_is_repeated(string order) =>
        Assert.Equal([7, 9, 7, 9, 7, 9], Converted(Bytes(1, 1, 2, 7, 9), Enum.Parse<ChannelOrder>(order)).Elements);

    [Fact]
    public void Bgr_reverses_the_channels() =>
    Assert.Equal([5, 6, 3, 4, 1, 2], Converted(Bytes(3, 2, 1, 1, 2, 3, 4, 5, 6), ChannelOrder.Bgr).Elements);

    [Fact]
    public void Wanted_channels_stay()
    {
        var (gray, colours) = (Noise(1, 2, 3), Noise(3, 2, 3));
        Assert.Same(gray.Elements, Converted(gray, ChannelOrder.Gray).Elements);
        Assert.Same(colours.Elements, Converted(colours, ChannelOrder.Rgb).Elements);
    }

    /// <summary>Red 255 is 76.245, green 149.685, blue 29.07 by the weights 0.299, 0.587 and 0.114.</summary>
    [Fact]
    public void Brightness_weighs_the_colours() =>
        Assert.Equal([76, 150, 29, 255, 0],
            Converted(Bytes(3, 1, 5, 255, 0, 0, 255, 0, 0, 255, 0, 255, 0, 0, 0, 255, 255, 0), ChannelOrder.Gray).Elements);

    [Fact]
    public void Brightness_of_equal_channels_is_their_own()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        Assert.Equal(all, Converted(Bytes(3, 1, 256, [.. all, .. all, .. all]), ChannelOrder.Gray).Elements);
    }

    [Fact]
    public void Floats_get_the_same_weights()
    {
        var gray = ChannelConversion.Convert("", Floats(3, 1, 2, 1, 0.25f, 0, 0.25f, 0, 0.25f), true, ChannelOrder.Gray);
        Assert.Equal([19_595 / 65_536f, 0.25f], FloatsOf(gray));
    }

    [Fact]
    public void Bgr_of_floats_moves_whole_floats() =>
        Assert.Equal([3f, 2f, 1f], FloatsOf(ChannelConversion.Convert("", Floats(3, 1, 1, 1, 2, 3), true, ChannelOrder.Bgr)));

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Other_numbers_of_channels_are_refused(int channels)
    {
        string message =
            Assert.Throws<ImcException>(() => ChannelConversion.Convert("x.npy", Noise(channels, 1, 1), false, ChannelOrder.Rgb)).Message;
        Assert.Contains($"'x.npy' has {channels} channels; 1 (gray) or 3", message, StringComparison.Ordinal);
    }

    private static RawImage Converted(RawImage image, ChannelOrder order) => ChannelConversion.Convert("image", image, false, order);
}
