using ImcEngine.Images.Pictures;
using ImcEngine.Images.Pictures.Webp;
using static ImcEngine.Images.Tests.Pictures.TestImages;

namespace ImcEngine.Images.Tests.Pictures;

/// <summary>Lossless WebP files written by Pillow 9.4 (libwebp 1.2) of 26 x 21 pixels that a formula gives.</summary>
public sealed class LosslessPictureTests
{
    private const int Height = 21, Width = 26;

    /// <summary>R = 40 + 7 x, G = 230 - 8 y, B = 60 + 3 x + 4 y.</summary>
    private const string Colours =
        """
        UklGRkQAAABXRUJQVlA4TDgAAAAvGQAFAAGASNrffIKI/qc4EBIQ/q81QrKgENH/CZBcgEjbZv6FTsMkHB+JBVO8L5VmIybAk33cAA==
        """;

    /// <summary>R = x x + 3 y, G = 5 x y, B = 7 x + y y, modulo 256.</summary>
    private const string Curves =
        """
        UklGRsIBAABXRUJQVlA4TLUBAAAvGQAFAAGAIAb8RyuI6H+KAwVt2zDhT7tvYxAD3/9kQsQHUmxtO7btLDt8tp2Yvt+2bdu2kt2MyPyN4I9/+qf1PO+HGTiQJMm0
        s/miv23bhgNJkkw7mo/9vm0bMQEhRZKknFSTetJM2kk36SfDZJxMk3myTNbJNtknx+ScXJN78kzeyTf5JynEzCfVLCTNDDTUVEhSAVO8BMqT3lRawXoKAOopJINK
        DWALKO0DeEAhGVXoYiko1gM8AOXJRAgBoItVAEAVOAQADIFbAEhmJQ0sBQD62AwAjIOXALWAIlmUlA5zCABD4CVAD+LxtwWLZFVoZQsAhjkOAHFrD2iH9gVgPwqS
        DSr2cQigjk2AAou5B0eMgh8g2RXWA1SxGaCO7RqgyQ4fQRv4CrpAcigUqYFNcEEPpwDm8ggA70FyKtCgnkNwBYAezgNs5AMY4Q6oAsmlwAMAhrgFmjgFgB9gNe/B
        BE9BcitMdxd/wE5+gx0kD6CBS6CPB2Ccl2AxH8FGfoD9TFIF/tIB/pO8MMV27oG5fAC7mKSea2Bc/Q5sIvlUGOIlANp4VLC2WvGHKq6B+Xz3x2n+AQA=
        """;

    /// <summary>One of four colours, number (x / 3 + 3 (y / 2)) mod 4.</summary>
    private const string FourColours =
        """
        UklGRlAAAABXRUJQVlA4TEMAAAAvGQAFAAa0bdtm7xk5q///kbH21lESCBAW/A+5IhAglJjw36b/RNM2kVVjZ5zUy7CjY/ra0BjTODR2NA4NIA6ND/1RAA==
        """;

    /// <summary>Colour i = (x y + x) mod 40 is 37 i, 91 i, 151 i, modulo 256.</summary>
    private const string FortyColours =
        """
        UklGRpYBAABXRUJQVlA4TIkBAAAvGQAFAD+hNJKk6NSLJ4zzePIXFwb+10sOhiFb6fQRwvgaEUWRUhRhhPBORmvbkL5EMtEf/A2lkeZfIYAACEDDQRHrNwYM0o9B
        +o1cT/ZkcfJkpRNwcQInrcoXmHOA6zsYwEEkSYo0y3QM/8t7fP49PjqI6L/Ctk0Y9ipwByxi8DXZ9Zw6e7NTPkuDNzPFHoQnOlkmCzbRUZURD69YGMhsz7LFS7W8
        ErXu2BNP7sgreG0ljjTz7x9AnU7cq/WXA0BsiYoLzbDLwSdpKHrFws42uopZTmr0XelzRW58oUWfoGXMP87BXC5esykvqaEjOWMrOnyEXfaQsPq1Dp1p/elG3ajF
        TqiWV5jxQ9xxBRu5xtlL+v0DuF1l+9DFMU18Nqve0I5b0uQaGBVS+ZIJRtrwFIN1r1g4VY3X1P9yAGTW8cc5eKKO1qaSbbr8Fs48uwGP7KF7KJzlREkUOEhklXbe
        vGKhCU9+ojt3aqa7q+NgFlyVUa6A/7CbmHxPLn2kh23ZKsdS4cUMsQYA
        """;

    /// <summary>A lossy file of <see cref="SamplePictures.Colours"/> with transparency.</summary>
    private const string Transparent =
        """
        UklGRtQAAABXRUJQVlA4WAoAAAAQAAAAGQAAFAAAQUxQSBYAAAABmQpE9D9ApG2zwfk3fXwUMQHJ7LoBVlA4IJgAAABQBQCdASoaABUAPi0ShkKhoQ3+qgAMAWJa
        ACdMoR5n41+HMszHZ+kXfgaMbnk/siTtmNQA/uGe0u22QAFF3wyrt0V0uf/U+4ljYuqrZrMD/8H+mEc9B2UyoL3wMfYzf9eP8Y50OMenW32mjmf/HdXD/A/w5p7n
        RW7r8Lu1ReWfojeeZLzUc0KfH7FHclFlcoZHZyBo7sAAAA==
        """;

    private static readonly (byte R, byte G, byte B)[] Four = [(200, 10, 30), (0, 90, 255), (255, 255, 0), (17, 34, 51)];

    [Theory]
    [InlineData(Colours)]
    [InlineData(Curves)]
    [InlineData(FourColours)]
    [InlineData(FortyColours)]
    public void Every_byte_is_that_of_the_picture(string file)
    {
        Func<int, int, (int R, int G, int B)> pixel = file switch
        {
            Colours => (x, y) => (40 + (7 * x), 230 - (8 * y), 60 + (3 * x) + (4 * y)),
            Curves => (x, y) => ((x * x) + (3 * y), 5 * x * y, (7 * x) + (y * y)),
            FourColours => (x, y) => Four[((x / 3) + (y / 2 * 3)) % Four.Length],
            _ => (x, y) => (37 * (((x * y) + x) % 40), 91 * (((x * y) + x) % 40), 151 * (((x * y) + x) % 40)),
        };
        var pixels = Enumerable.Range(0, Height * Width).Select(i => pixel(i % Width, i / Width)).ToList();
        RequireEqual(Bytes(3, Height, Width, [.. pixels.Select(p => (byte)p.R), .. pixels.Select(p => (byte)p.G),
            .. pixels.Select(p => (byte)p.B)]), PictureDecoder.Decode(Convert.FromBase64String(file), "x.webp"));
    }

    [Fact]
    public void Transparency_is_dropped() =>
        RequireNear(SamplePictures.Colours, PictureDecoder.Decode(Convert.FromBase64String(Transparent), "x.webp"), 25);

    /// <summary>65,536 groups of codes would take gigabytes; the file has none of them.</summary>
    [Fact]
    public void Groups_that_are_only_stated_take_no_memory()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Assert.Throws<ImcException>(() => PictureDecoder.Decode(WithStatedGroups(), "x.webp"));
        Assert.Contains("x.webp", refused.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    /// <summary>A picture of 1 x 1 pixels whose only square names group 65,535: five codes of one symbol each, red and green 255.</summary>
    private static byte[] WithStatedGroups()
    {
        var bits = new List<bool>();
        void Write(int value, int count) => bits.AddRange(Enumerable.Range(0, count).Select(bit => ((value >> bit) & 1) != 0));
        void WriteCode(int symbol)
        {
            Write(0b101, 3);
            Write(symbol, 8);
        }
        Write(0x2F, 8);
        Write(0, 14 + 14 + 1 + 3);
        Write(0, 1 + 1);
        Write(1, 1);
        Write(0, 3 + 1);
        foreach (int symbol in new[] { 255, 255, 0, 0, 0 }) WriteCode(symbol);
        byte[] data = [.. bits.Chunk(8).Select(eight => (byte)eight.Select((bit, i) => bit ? 1 << i : 0).Sum())];
        return WebpFile.Of([.. "VP8L"u8, .. BitConverter.GetBytes(data.Length), .. data]);
    }
}
