using ImcEngine.Data;

namespace ImcEngine.Images.Pictures.Webp;

/// <summary>
/// Decodes lossless WebP pictures (RFC 9649, section 3):
/// <code>
/// 2F  width - 1[14]  height - 1[14]  transparency[1]  version 0[3]  {1 transform}...  0  image
/// transform   0[2] predictor, 1 colours: squares of 2^(2 + [3]) pixels, and an image of what holds for each
///             2 green was subtracted     3 colours of a table: count - 1[8], and an image of the table
/// </code>
/// ImageSharp reads them too, but allocates gigabytes for groups of codes that a short file only states.
/// </summary>
internal static class LosslessPicture
{
    private const byte Signature = 0x2F;
    private const int SideBits = 14, SignatureAndSizeBytes = 5, Kinds = 4;

    private enum Kind
    {
        Predictor,
        Colours,
        SubtractGreen,
        Table,
    }

    /// <param name="Width">Pixels of a row behind the transform.</param>
    /// <param name="Bits">Of predictor and colours, log2 of a square's side; of a table, log2 of the pixels in one.</param>
    private sealed record Transform(Kind Kind, int Width, int Bits, uint[] Image);

    /// <param name="data">The contents of the picture's chunk.</param>
    /// <returns><c>[channel, y, x]</c>: R, G, B</returns>
    /// <exception cref="InvalidDataException">The data are damaged, or not of this size.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> data, ImageShape shape)
    {
        if (data.Length < SignatureAndSizeBytes || data[0] != Signature)
            throw new InvalidDataException("it does not begin as a lossless WebP picture");
        var bits = new LosslessBits(data[1..]);
        int width = bits.Read(SideBits) + 1, height = bits.Read(SideBits) + 1;
        // Whether there is transparency is only a hint.
        if (bits.Read(1 + 3) > 1) throw new InvalidDataException("it is of a version of WebP that is not known");
        if ((height, width) != (shape.Height, shape.Width))
            throw new InvalidDataException($"its header states {shape.Width} x {shape.Height} pixels, but {width} x {height} were there");
        var transforms = ReadTransforms(ref bits, ref width, height);
        uint[] pixels = LosslessImage.Decode(ref bits, width, height, hasGroups: true);
        foreach (var transform in transforms) pixels = Undo(transform, pixels, height);
        return Planes(pixels);
    }

    /// <returns>The transforms, the last one first.</returns>
    private static Stack<Transform> ReadTransforms(ref LosslessBits bits, ref int width, int height)
    {
        var transforms = new Stack<Transform>();
        while (bits.Read(1) == 1)
        {
            var kind = (Kind)bits.Read(2);
            bits.RequirePresent();
            if (transforms.Count == Kinds || transforms.Any(known => known.Kind == kind))
                throw new InvalidDataException($"its data are damaged: it has the transform {kind} twice");
            transforms.Push(ReadTransform(ref bits, kind, width, height));
            if (kind == Kind.Table) width = LosslessImage.Squares(width, transforms.Peek().Bits);
        }
        return transforms;
    }

    private static Transform ReadTransform(ref LosslessBits bits, Kind kind, int width, int height)
    {
        if (kind == Kind.SubtractGreen) return new(kind, width, 0, []);
        if (kind == Kind.Table)
        {
            int colours = bits.Read(8) + 1;
            uint[] table = LosslessImage.Decode(ref bits, colours, 1, hasGroups: false);
            for (int i = 1; i < colours; i++) table[i] = LosslessPixels.Add(table[i], table[i - 1]);
            return new(kind, width, colours <= 2 ? 3 : colours <= 4 ? 2 : colours <= 16 ? 1 : 0, table);
        }
        int side = bits.Read(3) + 2;
        return new(kind, width, side, LosslessImage.Decode(ref bits, LosslessImage.Squares(width, side),
            LosslessImage.Squares(height, side), hasGroups: false));
    }

    private static uint[] Undo(Transform transform, uint[] pixels, int height)
    {
        var (kind, width, bits, image) = transform;
        switch (kind)
        {
            case Kind.Predictor:
                LosslessPixels.AddPredictions(pixels, width, bits, image);
                return pixels;
            case Kind.Colours:
                LosslessPixels.AddColours(pixels, width, bits, image);
                return pixels;
            case Kind.SubtractGreen:
                LosslessPixels.AddGreen(pixels);
                return pixels;
            default:
                return LosslessPixels.LookUp(pixels, width, height, bits, image);
        }
    }

    private static byte[] Planes(uint[] pixels)
    {
        var planes = new byte[3 * pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            planes[i] = (byte)(pixels[i] >> 16);
            planes[pixels.Length + i] = (byte)(pixels[i] >> 8);
            planes[(2 * pixels.Length) + i] = (byte)pixels[i];
        }
        return planes;
    }
}
