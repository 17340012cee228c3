using ImcEngine.Data;

namespace ImcEngine.Tests.Data;

public sealed class ImagePixelsTests
{
    [Fact]
    public void Each_byte_is_normalized_by_its_channel_one_rounded_operation_at_a_time()
    {
        var image = Shapes10.Render(Split.Test, 1).Image(0);
        var normalized = new float[CifarFormat.ImageBytes];
        ImagePixels.Normalize(image, Preprocessing.Cifar10, normalized);
        for (int i = 0; i < normalized.Length; i++)
        {
            float fraction = image[i] / 255f, centred = fraction - Preprocessing.Cifar10.Mean[i / 1024];
            Assert.Equal(centred / Preprocessing.Cifar10.Std[i / 1024], normalized[i]);
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ImagePixels.Normalize(new byte[10], Preprocessing.Cifar10, new float[10]));
        Assert.Throws<ArgumentException>(() => ImagePixels.Normalize(new byte[12], Preprocessing.Cifar10, new float[11]));
    }
}
