using System.Buffers.Binary;
using ImcEngine.Images.Pictures;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using static ImcEngine.Images.Tests.Pictures.PictureDecoderTests;
using static ImcEngine.Images.Tests.Pictures.TestImages;

namespace ImcEngine.Images.Tests.Pictures;

public class DamagedPictureTests
{
    public static TheoryData<string> Kinds() => [.. Files.Keys];

    private static Dictionary<string, byte[]> Files { get; } = new()
    {
        ["png"] = Encoded(stream => PictureEncoder.WritePng(Noise(3, 7, 9), stream)),
        ["gray png"] = Encoded(stream => PictureEncoder.WritePng(Noise(1, 7, 9), stream)),
        ["interlaced png"] = Encoded(Noise(3, 7, 9), new PngEncoder { InterlaceMethod = PngInterlaceMode.Adam7 }),
        ["palette png"] = Encoded(Noise(3, 7, 9), new PngEncoder { ColorType = PngColorType.Palette }),
        ["jpeg"] = Encoded(stream => PictureEncoder.WriteJpeg(Noise(3, 17, 19), 90, stream)),
        ["gray jpeg"] = Encoded(stream => PictureEncoder.WriteJpeg(Noise(1, 17, 19), 90, stream)),
        ["progressive jpeg"] = SamplePictures.ProgressiveJpeg,
        ["cmyk jpeg"] = SamplePictures.CmykJpeg,
        ["bmp"] = Encoded(Noise(3, 7, 9), new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel24 }),
        ["palette bmp"] = Encoded(Noise(3, 7, 9), new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel8 }),
        ["webp"] = SamplePictures.Webp,
        ["lossless webp"] = Encoded(Noise(3, 7, 9), new WebpEncoder { FileFormat = WebpFileFormatType.Lossless }),
        ["pgm"] = [.. "P5 7 9 255\n"u8, .. Noise(1, 9, 7).Elements],
        ["text ppm"] = "P3 2 2 255\n10 20 30 40 50 60 70 80 90 100 110 120"u8.ToArray(),
    };

    /// <summary>The last digits of a text may be missing unnoticed: 12 is a number, too.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_cut_file_is_refused_or_gives_the_whole_picture(string kind)
    {
        byte[] file = Files[kind], whole = PictureDecoder.Decode(file, "whole").Elements;
        int last = kind == "text ppm" ? file.Length - 3 : file.Length - 1;
        for (int bytes = 0; bytes <= last; bytes++)
        {
            byte[] cut = file[..bytes];
            try
            {
                Assert.Equal(whole, PictureDecoder.Decode(cut, "cut").Elements);
            }
            catch (ImcException refusal)
            {
                Assert.StartsWith("Picture 'cut' cannot be decoded: ", refusal.Message, StringComparison.Ordinal);
            }
        }
        Assert.Throws<ImcException>(() => PictureDecoder.Decode(file[..(file.Length / 2)], "half"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Bytes_behind_the_picture_do_no_harm(string kind) =>
        Assert.Equal(PictureDecoder.Decode(Files[kind], "whole").Elements,
            PictureDecoder.Decode([.. Files[kind], 10, 0, 255], "more").Elements);

    [Fact]
    public void Png_with_too_few_compressed_bytes_is_refused()
    {
        byte[] file = Files["png"];
        int data = file.AsSpan().IndexOf("IDAT"u8), length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(data - 4)), kept = length / 2;
        byte[] chunk = [.. file[data..(data + 4 + kept)]], size = new byte[4], crc = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(size, kept);
        BinaryPrimitives.WriteUInt32BigEndian(crc, Checksum(chunk));
        Assert.Contains("bytes where its header states 196",
            Refusal([.. file[..(data - 4)], .. size, .. chunk, .. crc, .. file[(data + 8 + length)..]]),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Narrow_interlaced_png_is_refused(int width) =>
    Assert.Contains($"it is interlaced and {width} pixels wide, below 5; save it",
        Refusal(Encoded(Noise(3, 6, width), new PngEncoder { InterlaceMethod = PngInterlaceMode.Adam7 })), StringComparison.Ordinal);

    [Fact]
    public void Png_with_a_wrong_checksum_is_refused()
    {
        byte[] file = [.. Files["png"]];
        file[file.AsSpan().IndexOf("IDAT"u8) + 20] ^= 1;
        Assert.Contains("CRC", Refusal(file), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Only the scans before the last one are there, and an end-of-image marker.</summary>
    [Fact]
    public void Progressive_jpeg_that_lacks_a_scan_is_refused()
    {
        byte[] file = SamplePictures.ProgressiveJpeg;
        int lastScan = file.AsSpan().LastIndexOf([(byte)0xFF, (byte)0xDA]);
        Assert.Contains("it lacks a scan that finishes its picture", Refusal([.. file[..lastScan], 0xFF, 0xD9]), StringComparison.Ordinal);
    }

    [Fact]
    public void Jpeg_with_less_than_a_bit_for_each_block_is_refused()
    {
        byte[] file = [.. Files["gray jpeg"]];
        int frame = file.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 5), 8000);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 7), 8000);
        Assert.Contains("bytes of data are no 1000000 blocks", Refusal(file), StringComparison.Ordinal);
    }

    /// <summary>RLE8: three pixels of colour 1, the end of the line, and the end of the picture.</summary>
    [Fact]
    public void Compressed_bmp_is_read_and_refused_where_it_is_too_small()
    {
        byte[] file =
        [
            .. "BM"u8, 68, 0, 0, 0, 0, 0, 0, 0, 62, 0, 0, 0,
            40, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 0, 0, 30, 20, 10, 0,
            3, 1, 0, 0, 0, 1,
        ];
        Assert.Equal([10, 10, 10, 20, 20, 20, 30, 30, 30], PictureDecoder.Decode(file, "x.bmp").Elements);
        Assert.Contains("the file is cut: its pixels end at byte 68 of 67", Refusal(file[..^1]), StringComparison.Ordinal);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), 1000);
        Assert.Contains("6 bytes of compressed pixels are no 3 x 1000", Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Jpeg_without_its_end_is_refused() =>
        Assert.Contains("the file is cut: it ends before its end-of-image marker", Refusal(Files["jpeg"][..^2]), StringComparison.Ordinal);

    [Fact]
    public void Animated_webp_is_refused() => Assert.Contains("animations are not read", Refusal(Convert.FromBase64String(
        """
        UklGRogAAABXRUJQVlA4WAoAAAACAAAAAwAAAwAAQU5JTQYAAAAAAAAAAABBTk1GKgAAAAAAAAAAAAMAAAMAAAAAAAJWUDhMEQAAAC8DwAAAB1CFIleh/4GI6H8AAEFO
        TUYqAAAAAAAAAAAAAwAAAwAAAAAAAFZQOEwRAAAALwPAAAAHUIUqFLn/gYjofwAA
        """)), StringComparison.Ordinal);

    [Fact]
    public void Headers_that_state_huge_sizes_are_refused_before_anything_is_allocated()
    {
        byte[] png = [.. Files["png"]], jpeg = [.. Files["jpeg"]], bmp = [.. Files["bmp"]];
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 50_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 50_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Checksum(png.AsSpan(12, 17)));
        int frame = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        jpeg.AsSpan(frame + 5, 4).Fill(0xFF);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(18), 50_000);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(22), 50_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("Image 'x' is 50000 x 50000 pixels; 1 to 65535 a side and at most 67108864 in all are allowed.", Refusal(png));
        Assert.Equal("Image 'x' is 65535 x 65535 pixels; 1 to 65535 a side and at most 67108864 in all are allowed.", Refusal(jpeg));
        Assert.Equal("Image 'x' is 50000 x 50000 pixels; 1 to 65535 a side and at most 67108864 in all are allowed.", Refusal(bmp));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void Files_that_are_no_pictures_are_refused()
    {
        Assert.Equal("Picture 'x' cannot be decoded: it is none of PNG, JPEG, BMP, WebP, PBM, PGM and PPM.",
            Refusal("GIF89a, or some text"u8.ToArray()));
        Assert.Equal("Picture 'x' cannot be decoded: it is none of PNG, JPEG, BMP, WebP, PBM, PGM and PPM.", Refusal([]));
        Assert.Equal("Picture 'x' cannot be decoded: it is none of PNG, JPEG, BMP, WebP, PBM, PGM and PPM.",
            Assert.Throws<ImcException>(() => PictureDecoder.Identify([], "x")).Message);
    }

    private static string Refusal(byte[] file) => Assert.Throws<ImcException>(() => PictureDecoder.Decode(file, "x")).Message;

    /// <summary>The CRC of PNG chunks: polynomial EDB88320, bits reflected, begun with and ended by ones.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte each in bytes)
        {
            crc ^= each;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB8_8320);
        }
        return ~crc;
    }
}
