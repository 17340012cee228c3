using System.Numerics;
using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Tests.Kernels;

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
        var format = new OperandFormat(3, OperandEncoding.Unipolar);
        var image = new PackedImage();
        for (int channel = 0; channel < groupChannels * convGroups; channel++)
        {
            var codes = new short[groupChannels * convGroups * Pixels];
            codes[channel * Pixels + 1] = 0b101;
            image.Pack(codes, new(groupChannels * convGroups, Pixels, format, IsThreeValued: false), convGroups);
            Assert.Equal((3, (groupChannels + 63) / 64), (image.Planes, image.WordsPerPixel));
            int within = channel % groupChannels;
            for (int plane = 0; plane < 3; plane += 2)
                Assert.Equal(1UL << within % 64, image.Plane(channel / groupChannels, plane)[1 * image.WordsPerPixel + within / 64]);
            Assert.Equal(2, SetBits(image, convGroups));
        }
    }

    [Theory]
    [InlineData(OperandEncoding.Unipolar, 4)]
    [InlineData(OperandEncoding.TwosComplement, 4)]
    [InlineData(OperandEncoding.Bipolar, 4)]
    public void Planes_with_their_weights_give_the_code_back(OperandEncoding encoding, int bits)
    {
        var format = new OperandFormat(bits, encoding);
        short[] codes = [.. Enumerable.Range(-16, 33).Where(format.Holds).Select(code => (short)code)];
        var image = new PackedImage();
        image.Pack(codes, new(codes.Length, 1, format, IsThreeValued: false), 1);
        for (int channel = 0; channel < codes.Length; channel++)
        {
            int code = 0;
            for (int plane = 0; plane < bits; plane++)
            {
                int bit = (int)(image.Plane(0, plane)[channel / 64] >> channel % 64 & 1);
                code += format.PlaneWeight(plane) * (encoding == OperandEncoding.Bipolar ? 2 * bit - 1 : bit);
            }
            Assert.Equal(codes[channel], code);
        }
    }

    /// <summary>Kernels read an image through raw pointers.</summary>
    [Fact]
    public unsafe void An_image_stays_where_it_is_when_the_collector_moves_arrays()
    {
        var before = new List<byte[]>();
        for (int i = 0; i < 50; i++) before.Add(new byte[1000]);
        var image = new PackedImage();
        image.Pack(new short[100], new(100, 1, new(2, OperandEncoding.Unipolar), IsThreeValued: false), 1);
        nint address = (nint)image.Pointer(0, 1);
        before.Clear();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        Assert.Equal(address, (nint)image.Pointer(0, 1));
    }

    [Fact]
    public void The_driven_plane_marks_every_code_but_zero_and_zero_sets_no_digit()
    {
        var image = new PackedImage();
        image.Pack([1, -1, 0], new(3, 1, new(1, OperandEncoding.Bipolar), IsThreeValued: true), 1);
        Assert.Equal(2, image.Planes);
        Assert.Equal(0b001UL, image.Plane(0, 0)[0]);
        Assert.Equal(0b011UL, image.Plane(0, 1)[0]);
    }

    [Fact]
    public void Nothing_of_a_larger_image_before_remains()
    {
        var image = new PackedImage();
        var format = new OperandFormat(2, OperandEncoding.Unipolar);
        image.Pack([.. Enumerable.Repeat((short)3, 100)], new(100, 1, format, false), 1);
        image.Pack(new short[70], new(70, 1, format, false), 1);
        Assert.Equal(0, SetBits(image, 1));
    }

    /// <summary>Channels and pixels around the sides of the squares that are turned, and more squares than are turned at once.</summary>
    [Theory]
    [InlineData(1, 1, 1, "unipolar:1", false)]
    [InlineData(64, 64, 1, "unipolar:2", false)]
    [InlineData(65, 63, 2, "bipolar:3", false)]
    [InlineData(130, 65, 1, "twos-complement:4", false)]
    [InlineData(70, 200, 3, "bipolar:1", true)]
    [InlineData(320, 16, 1, "unipolar:1", false)]
    public unsafe void Bits_with_pixels_side_by_side_are_packed_as_codes_are(int groupChannels, int pixels, int convGroups, string text,
        bool isThreeValued)
    {
        var format = OperandFormat.Parse(text);
        var layout = new PixelBits(groupChannels * convGroups, pixels, format, isThreeValued);
        short[] codes = KernelLayers.Codes(new CaseRandom(21, (uint)pixels), format, layout.Channels * pixels, 60);
        for (int i = 0; isThreeValued && i < codes.Length; i += 3) codes[i] = 0;
        PackedImage ofCodes = new(), ofBits = new();
        var bits = new ulong[layout.Length];
        ofBits.Pack(new short[2 * codes.Length], layout with { Pixels = 2 * pixels }, convGroups); // what was there before is gone
        ofCodes.Pack(codes, layout, convGroups);
        fixed (ulong* words = bits)
        {
            layout.Pack(codes, words);
            ofBits.Pack(words, layout, convGroups);
        }
        Assert.Equal((ofCodes.Planes, ofCodes.WordsPerPixel), (ofBits.Planes, ofBits.WordsPerPixel));
        for (int convGroup = 0; convGroup < convGroups; convGroup++)
            for (int plane = 0; plane < ofCodes.Planes; plane++)
                Assert.Equal(ofCodes.Plane(convGroup, plane), ofBits.Plane(convGroup, plane));
        Assert.NotEqual(0, SetBits(ofBits, convGroups));
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
