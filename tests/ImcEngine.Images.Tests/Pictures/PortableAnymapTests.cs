using System.Text;
using ImcEngine.Data;
using ImcEngine.Images.Pictures;

namespace ImcEngine.Images.Tests.Pictures;

public class PortableAnymapTests
{
    [Theory]
    [InlineData("P1 3 2\n101\n0 1 0", new byte[] { 0, 255, 0, 255, 0, 255 })]
    [InlineData("P1#c\n3 # width\n#\n2 1 0 1 0 1 0", new byte[] { 0, 255, 0, 255, 0, 255 })]
    [InlineData("P2 3 2 255\n0 1 2 253\t254\r\n255", new byte[] { 0, 1, 2, 253, 254, 255 })]
    [InlineData("P2 3 2 4 0 1 2 3 4 4", new byte[] { 0, 64, 128, 191, 255, 255 })]
    [InlineData("P2 3 2 65535 0 128 129 257 65407 65535", new byte[] { 0, 0, 1, 1, 255, 255 })]
    [InlineData("P5 3 2 255\nabcdef", new byte[] { 97, 98, 99, 100, 101, 102 })]
    [InlineData("P5 3 2 127\n\u0000\u0001\u007f@@@", new byte[] { 0, 2, 255, 129, 129, 129 })]
    public void Gray_samples_are_scaled_to_255(string file, byte[] pixels)
    {
        var image = PictureDecoder.Decode(Encoding.Latin1.GetBytes(file), "x.pgm");
        Assert.Equal(new ImageShape(1, 2, 3), image.Shape);
        Assert.Equal(pixels, image.Elements);
    }

    [Theory]
    [InlineData("P3 2 1 255 1 2 3 4 5 6", new byte[] { 1, 4, 2, 5, 3, 6 })]
    [InlineData("P6 2 1 255\nABCDEF", new byte[] { 65, 68, 66, 69, 67, 70 })]
    [InlineData("P6 2 1 256\n\u0001\u0000\u0000\u0080\u0000\u0001\u0000\u0000\u0000\u0001\u0000\u0002",
        new byte[] { 255, 0, 128, 1, 1, 2 })]
    public void Colours_become_planes(string file, byte[] pixels)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(file);
        Assert.Equal(new ImageShape(3, 1, 2), PictureDecoder.Identify(bytes, "x.ppm"));
        Assert.Equal(pixels, PictureDecoder.Decode(bytes, "x.ppm").Elements);
    }

    [Fact]
    public void Packed_bits_are_padded_at_the_end_of_lines()
    {
        byte[] file = [.. "P4 9 2\n"u8, 0b1000_0000, 0b1000_0000, 0b0000_0001, 0b0111_1111];
        Assert.Equal([0, 255, 255, 255, 255, 255, 255, 255, 0, 255, 255, 255, 255, 255, 255, 255, 0, 255],
            PictureDecoder.Decode(file, "x.pbm").Elements);
    }

    [Theory]
    [InlineData("P5 3 2 255\nabcde", "the file is cut: 7 bytes of samples are needed, and 6 are there")]
    [InlineData("P6 2 1 255\nABCDE", "the file is cut: 7 bytes of samples are needed, and 6 are there")]
    [InlineData("P5 3 2 256\nabcdefabcde", "the file is cut: 13 bytes of samples are needed, and 12 are there")]
    [InlineData("P4 9 2\nabc", "the file is cut: 5 bytes of samples are needed, and 4 are there")]
    [InlineData("P1 3 2\n10 01 0", "the file is cut: a sample is missing")]
    [InlineData("P2 3 2 255\n100 101 102 103 104", "the file is cut: a number is missing")]
    [InlineData("P2 3 2 100\n0 0 0 0 0 101", "a sample is 101, above the stated maximum 100")]
    [InlineData("P1 1 1 2", "a sample is neither 0 nor 1")]
    [InlineData("P5 3 2 0\nabcdef", "its largest sample is 0; 1 to 65535 are allowed")]
    [InlineData("P5 3 2 65536\nabcdef", "its largest sample is 65536; 1 to 65535 are allowed")]
    [InlineData("P5 3 x 255\nabcdef", "a number is not one")]
    [InlineData("P5 3", "the file is cut: a number is missing")]
    [InlineData("P5 # never ends", "the file is cut: a number is missing")]
    public void Damaged_files_are_refused_with_the_reason(string file, string reason) =>
        Assert.Equal($"Picture 'x.pnm' cannot be decoded: {reason}.",
            Assert.Throws<ImcException>(() => PictureDecoder.Decode(Encoding.Latin1.GetBytes(file), "x.pnm")).Message);

    [Theory]
    [InlineData("P5 0 2 255\n")]
    [InlineData("P5 2 0 255\n")]
    [InlineData("P6 65536 1 255\n")]
    [InlineData("P6 60000 60000 255\n")]
    [InlineData("P6 2147483647 2147483647 255\n")]
    public void Sizes_beyond_the_limits_are_refused(string file) =>
        Assert.Contains("at most 67108864 in all are allowed",
            Assert.Throws<ImcException>(() => PictureDecoder.Decode(Encoding.Latin1.GetBytes(file), "x.pnm")).Message,
            StringComparison.Ordinal);
}
