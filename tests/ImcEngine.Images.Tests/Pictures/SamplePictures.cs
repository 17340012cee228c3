using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Tests.Pictures;

/// <summary>Small picture files of kinds that the encoder does not write.</summary>
internal static class SamplePictures
{
    /// <summary>What the files hold: R = 40 + 7 x, G = 230 - 8 y, B = 60 + 3 x + 4 y, 26 x 21 pixels.</summary>
    public static RawImage Colours { get; } = TestImages.Bytes(3, 21, 26,
    [
        .. from channel in new[] { 0, 1, 2 }
           from y in Enumerable.Range(0, 21)
           from x in Enumerable.Range(0, 26)
           select (byte)(channel switch { 0 => 40 + (7 * x), 1 => 230 - (8 * y), _ => 60 + (3 * x) + (4 * y) }),
    ]);

    /// <summary>A progressive JPEG file of <see cref="Colours"/>.</summary>
    public static byte[] ProgressiveJpeg { get; } = Convert.FromBase64String(
        """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/
        2wBDAQMDAwQDBAgEBAgQCwkLEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBD/wgARCAAVABoDAREAAhEBAxEB/8QA
        FQABAQAAAAAAAAAAAAAAAAAABQf/xAAYAQEBAQEBAAAAAAAAAAAAAAAGAgMFB//aAAwDAQACEAMQAAABaH+YNaI2rRI314aoBtWjZ0RpV14gk8/atG1ojSrr
        /wD/xAAZEAADAQEBAAAAAAAAAAAAAAAAAwQCFBP/2gAIAQEAAQUCVSKpFUnSKpFUiqTpFN0KboU3R66P/8QAGBEBAQEBAQAAAAAAAAAAAAAABAABAxT/2gAI
        AQMBAT8BKaKaKa80U0U0U1hovLIvLIvLLOWX/8QAGBEAAwEBAAAAAAAAAAAAAAAAAAEEAhT/2gAIAQIBAT8BUIoRQnCKEUIoThFPkU+RT5OfJ//EABYQAQEB
        AAAAAAAAAAAAAAAAADEAIP/aAAgBAQAGPwJmZmZnP//EABkQAAIDAQAAAAAAAAAAAAAAAAAhARAxEf/aAAgBAQABPyG9tBZjOmhQuLC5HM//2gAMAwEAAgAD
        AAAAEEHSpr4f/8QAGBEBAQEBAQAAAAAAAAAAAAAAACExARH/2gAIAQMBAT8QwjGMI5GMIwjCI8iNGjePj//EABcRAQEBAQAAAAAAAAAAAAAAAABhcSD/2gAI
        AQIBAT8Qgggwgggxy2//xAAeEAABBAIDAQAAAAAAAAAAAAAAITFBwVGhARHxYf/aAAgBAQABPxBmwzYZsI8KbJ6h6gzYRfJObJ7ZKbOkWMn/2Q==
        """);

    /// <summary>A baseline JPEG file of <see cref="Colours"/> whose colour differences have half the resolution.</summary>
    public static byte[] HalvedJpeg { get; } = Convert.FromBase64String(
        """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/
        2wBDAQMDAwQDBAgEBAgQCwkLEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBD/wAARCAAVABoDASIAAhEBAxEB/8QA
        FwABAQEBAAAAAAAAAAAAAAAABgAIB//EACIQAAECBgIDAQAAAAAAAAAAAAAFoQEEBiEjMQIiMkFREv/EABcBAAMBAAAAAAAAAAAAAAAAAAQGCAf/xAAjEQAB
        AgUDBQAAAAAAAAAAAAAAAwYBAgQhMgURMRMiI1Ji/9oADAMBAAIRAxEAPwBok1PrI40San1kczik1P45HGiTU/jkcVU2P8mSNdt42NHJNT6yOI+NT2hkjr6c
        BSan1kcScan6wy+g2RjWxKA0VteDgxCkK811u40SFeZ63ciKHTpUfWAvtdBPtsNElXmut3EfFXmvzC/r6RBklKjtjAoDRUE+hwf/2Q==
        """);

    /// <summary>A progressive JPEG file of gray: 50 + 7 x.</summary>
    public static byte[] ProgressiveGrayJpeg { get; } = Convert.FromBase64String(
        """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/
        wgALCAAVABoBAREA/8QAFgABAQEAAAAAAAAAAAAAAAAABwYI/9oACAEBAAAAATdLS7LG6Wl2WN0tLsv/xAAXEAEBAQEAAAAAAAAAAAAAAAAABQEx/9oACAEB
        AAEFAp6ens5PT09nJ6ens5//xAAWEAEBAQAAAAAAAAAAAAAAAAABABD/2gAIAQEABj8CIjCIwiM//8QAGBAAAwEBAAAAAAAAAAAAAAAAIDFxABD/2gAIAQEA
        AT8h6AiAAiAAib//2gAIAQEAAAAQzM//xAAWEAEBAQAAAAAAAAAAAAAAAAAAwaH/2gAIAQEAAT8QgggzkEEGcgggzn//2Q==
        """);

    /// <summary>An Adobe CMYK file: C, M, Y are <see cref="Colours"/>, stored inverted as usual, and K is 200.</summary>
    public static byte[] CmykJpeg { get; } = Convert.FromBase64String(
        """
        /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgICAgIDAgICAwMDAwQGBAQEBAQIBgYFBgkICgoJCAkJCgwPDAoLDgsJCQ0RDQ4PEBAREAoMEhMSEBMPEBAQ/8AA
        FAgAFQAaBEMRAE0RAFkRAEsRAP/EABgAAQEBAQEAAAAAAAAAAAAAAAAHCAYJ/8QAKhAAAQEDCgcBAAAAAAAAAAAAAKEFB0MBAgYXIiMyUWSBAwQWITNBchL/
        2gAOBEMATQBZAEsAAD8Ays7+HsbFrJ1CkLYlG8N2hsA0q7+HsKydQpQGJRvDdoDSrv4ewrJ1ClAYlG8N2gLLwvFM+ZBWTqFOrm0bsyXfrIHjg7+HsZVrJ1Ck
        pYlG8N2gNKu/h7CsnUKUBiUbw3aA0q7+HsKydQpQGJRvDdoCy8LxTPmQVk6hTq5tG7Ml36yB44O/h7GZOrGlmpImIyeWs9kBpV38PYdWNLNSgMRk8tZ7IDSr
        v4ew6saWalAYjJ5az2QFl4XimfMg6saWanVzWTy35k7esgf/2Q==
        """);

    /// <summary>An Adobe YCCK file of 16 x 16 equal pixels: Y 120, Cb 128, Cr 180, K 200.</summary>
    public static byte[] YcckJpeg { get; } = Convert.FromBase64String(
        """
        /9j/7gAOQWRvYmUAZAAAAAAC/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYICwwLCgwJCgoK/8AA
        FAgAEAAQBEMRAE0RAFkRAEsRAP/EABcAAQADAAAAAAAAAAAAAAAAAAAGCAn/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oADgRDAE0AWQBLAAA/AI+LoNIAAAAH
        /9k=
        """);

    /// <summary>A lossy WebP file of <see cref="Colours"/>.</summary>
    public static byte[] Webp { get; } = Convert.FromBase64String(
        """
        UklGRrYAAABXRUJQVlA4IKoAAACwBgCdASoaABUAPhUIg0EhBv9VAAQAUS0AE6Zcbgb0D8APw55+mIFod/wBlgX36ReeNhJKY0K0ceCdWd/6AAD+8+z5cwi3
        VaKjDyzaPmf/Z36z//3++NEFEOQvf//cT8+E0e/UK/ryt8vHafHtLdN08Q20DnHWxA7Zqvf6K3h8mE8bV8zJojWpGIvrvct6yvjwZeuxQKysFWiVRux5NPbw
        xGrECAtUQHiAAA==
        """);
}
