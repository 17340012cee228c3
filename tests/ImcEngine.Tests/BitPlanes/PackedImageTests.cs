using System.Numerics;
using ImcEngine.BitPlanes;

namespace ImcEngine.Tests.BitPlanes;

public class PackedImageTests
{
    /// <summary>Channels of a group around the word length, so that bits fall on word ends and into ragged last words.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(63, 2)]
    [InlineData(64, 1)]
    [InlineData(65, 3)]
    [InlineData(130, 2)]
    public void One_code_sets_its_bits_at_its_place_and_no_other(int groupChannels, int convGroups)
    {
        const int Pixels = 3;
        var format = new OperandFormat(3, Encoding.Unipolar);
        var image = new PackedImage();
        for (int channel = 0; channel < groupChannels * convGroups; channel++)
        {
            var codes = new short[groupChannels * convGroups * Pixels];
            codes[channel * Pixels + 1] = 0b101;
            image.Pack(codes, groupChannels * convGroups, Pixels, convGroups, format, withDrivenPlane: false);
            Assert.Equal((3, (groupChannels + 63) / 64), (image.Planes, image.WordsPerPixel));
            int within = channel % groupChannels;
            for (int plane = 0; plane < 3; plane += 2)
                Assert.Equal(1UL << within % 64, image.Plane(channel / groupChannels, plane)[1 * image.WordsPerPixel + within / 64]);
            Assert.Equal(2, SetBits(image, convGroups));
        }
    }

    [Theory]
    [InlineData(Encoding.Unipolar, 4)]
    [InlineData(Encoding.TwosComplement, 4)]
    [InlineData(Encoding.Bipolar, 4)]
    public void Planes_with_their_weights_give_the_code_back(Encoding encoding, int bits)
    {
        var format = new OperandFormat(bits, encoding);
        short[] codes = [.. Enumerable.Range(-16, 33).Where(format.Holds).Select(code => (short)code)];
        var image = new PackedImage();
        image.Pack(codes, codes.Length, 1, 1, format, withDrivenPlane: false);
        for (int channel = 0; channel < codes.Length; channel++)
        {
            int code = 0;
            for (int plane = 0; plane < bits; plane++)
            {
                int bit = (int)(image.Plane(0, plane)[channel / 64] >> channel % 64 & 1);
                code += format.PlaneWeight(plane) * (encoding == Encoding.Bipolar ? 2 * bit - 1 : bit);
            }
            Assert.Equal(codes[channel], code);
        }
    }

    [Fact]
    public void The_driven_plane_marks_every_code_but_zero_and_zero_sets_no_digit()
    {
        var image = new PackedImage();
        image.Pack([1, -1, 0], 3, 1, 1, new(1, Encoding.Bipolar), withDrivenPlane: true);
        Assert.Equal(2, image.Planes);
        Assert.Equal(0b001UL, image.Plane(0, 0)[0]);
        Assert.Equal(0b011UL, image.Plane(0, 1)[0]);
    }

    [Fact]
    public void Nothing_of_a_larger_image_before_remains()
    {
        var image = new PackedImage();
        var format = new OperandFormat(2, Encoding.Unipolar);
        image.Pack([.. Enumerable.Repeat((short)3, 100)], 100, 1, 1, format, false);
        image.Pack(new short[70], 70, 1, 1, format, false);
        Assert.Equal(0, SetBits(image, 1));
    }

    private static int SetBits(PackedImage image, int convGroups)
    {
        int set = 0;
        for (int group = 0; group < convGroups; group++)
            for (int plane = 0; plane < image.Planes; plane++)
                foreach (ulong word in image.Plane(group, plane)) set += BitOperations.PopCount(word);
        return set;
    }
}
