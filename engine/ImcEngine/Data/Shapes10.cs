using System.Collections.Immutable;

namespace ImcEngine.Data;

/// <summary>
/// <c>shapes10</c>: a procedural data set of ten classes, 32x32 RGB or of another size, rendered from a seed. Seven classes are outlines of
/// a plain object; three are textures of an object of any outline. Colour, pose, scale, background, clutter, occluder and noise are random
/// and independent of the class. Image i of a split has label i mod 10 and depends only on (seed, split, i).
/// Every CPU renders the same bytes.
/// </summary>
public static class Shapes10
{
    public const string Name = "shapes10";
    public const ulong DefaultSeed = 10;
    public const int DefaultTestCount = 2000, DefaultTrainCount = 50_000;

    /// <summary>The number of classes that are outlines; they come first, then the textures.</summary>
    internal const int OutlineClasses = 7;

    private const uint SceneStream = 0, NoiseStream = 1;
    private const int MostSupersampledSide = 64, MostSide = 4096;
    private const float LeastNoise = 0.02f, MostNoise = 0.22f;

    public static ImmutableArray<string> ClassNames { get; } = ["disc", "square", "triangle", "star", "cross", "ring", "crescent",
        "stripes", "checks", "dots"];

    /// <summary>Renders the first <paramref name="count"/> images of a split, while the caller goes on; the first image that is read waits
    /// for all.</summary>
    /// <exception cref="ImcException">The count is not positive or too large for one set.</exception>
    public static ImageSet Render(Split split, int count, ulong seed = DefaultSeed)
    {
        if (count <= 0 || count > CifarFormat.MaxImages)
            throw new ImcException($"{count} images of {Name} were requested; request 1 to {CifarFormat.MaxImages}.");
        var pixels = new byte[count * CifarFormat.ImageBytes];
        var rendered = Task.Run(() => Parallel.For(0, count, i =>
            RenderImage(split, i, seed, CifarFormat.Shape, pixels.AsSpan(i * CifarFormat.ImageBytes, CifarFormat.ImageBytes))));
        return new(NameOf(split, seed), ClassNames, new ByteRecords(CifarFormat.Shape, pixels, rendered), Labels(count));
    }

    /// <summary>Returns the same scenes in another size, each rendered whenever it is read.</summary>
    /// <param name="split">The split.</param>
    /// <param name="count">The number of images.</param>
    /// <param name="shape">1 or 3 channels, and at most 4096 pixels a side.</param>
    /// <param name="seed">The seed.</param>
    /// <exception cref="ImcException">The count is not positive, or there is no such shape.</exception>
    internal static ImageSet Draw(Split split, int count, ImageShape shape, ulong seed = DefaultSeed)
    {
        if (count <= 0) throw new ImcException($"{count} images of {Name} were requested; at least 1 is needed.");
        if (shape.Channels is not (1 or 3) || shape.Height is < 1 or > MostSide || shape.Width is < 1 or > MostSide)
            throw new ImcException($"Images of {shape} were requested of {Name}; "
                + $"1 or 3 channels and sides of 1 to {MostSide} are allowed.");
        return new(NameOf(split, seed), ClassNames, new ShapeRecords(split, count, shape, seed),
            Labels(count));
    }

    /// <summary>Writes the first <paramref name="count"/> images of a split in CIFAR-10's binary format: <c>test_batch.bin</c>, or
    /// <c>data_batch_1.bin</c> .. <c>_5.bin</c> for training.</summary>
    /// <returns>The files written.</returns>
    /// <exception cref="ImcException">The count is not positive or too large for one set.</exception>
    public static IReadOnlyList<string> Write(Split split, int count, string folder, ulong seed = DefaultSeed) =>
        CifarFormat.Write(Render(split, count, seed), split, folder);

    private static int[] Labels(int count) => [.. Enumerable.Range(0, count).Select(LabelOf)];

    private static int LabelOf(int image) => image % ClassNames.Length;

    private static string NameOf(Split split, ulong seed) =>
        $"{Name}:{(split == Split.Test ? "test" : "train")}{(seed == DefaultSeed ? "" : $":{seed}")}";

    /// <param name="shape">The shape, of 1 or 3 channels. The scene is stretched to it; gray is what
    /// <c>--channels gray</c> makes of the colours' bytes.</param>
    /// <param name="image">Receives the bytes, <c>[channel, y, x]</c>.</param>
    internal static void RenderImage(Split split, int index, ulong seed, ImageShape shape, Span<byte> image)
    {
        var draws = new ShapeDraws(seed, split, (uint)index, SceneStream);
        var scene = new ShapeScene(LabelOf(index), ref draws);
        float noise = draws.Next(LeastNoise, MostNoise);
        draws = new(seed, split, (uint)index, NoiseStream);
        int plane = shape.Height * shape.Width, points = Math.Max(shape.Height, shape.Width) <= MostSupersampledSide ? 2 : 1;
        float scaleX = (float)ShapeScene.Size / shape.Width, scaleY = (float)ShapeScene.Size / shape.Height;
        for (int y = 0; y < shape.Height; y++)
            for (int x = 0; x < shape.Width; x++)
            {
                var colour = PixelColour(scene, x, y, points, scaleX, scaleY);
                int at = y * shape.Width + x;
                byte red = ToByte(colour.R + noise * Triangular(ref draws)), green = ToByte(colour.G + noise * Triangular(ref draws)),
                    blue = ToByte(colour.B + noise * Triangular(ref draws));
                if (shape.Channels == 1) image[at] = (byte)((19_595 * red + 38_470 * green + 7_471 * blue + (1 << 15)) >> 16);
                else (image[at], image[at + plane], image[at + 2 * plane]) = (red, green, blue);
            }
    }

    /// <summary>Returns the mean colour over a grid of points in the pixel.</summary>
    private static Rgb PixelColour(ShapeScene scene, int x, int y, int points, float scaleX, float scaleY)
    {
        var sum = default(Rgb);
        for (int i = 0; i < points; i++)
            for (int j = 0; j < points; j++)
                sum = sum.Plus(scene.At((x + (j + 0.5f) / points) * scaleX, (y + (i + 0.5f) / points) * scaleY));
        return sum.Times(1f / (points * points));
    }

    /// <summary>Returns a triangularly distributed number in -1 .. 1: the sum of two uniform numbers from one draw of 32 bits.</summary>
    private static float Triangular(ref ShapeDraws draws)
    {
        uint bits = draws.NextBits();
        return ((int)(bits >> 16) + (int)(bits & 0xFFFF) - 0xFFFF) * (1f / 0xFFFF);
    }

    private static byte ToByte(float intensity) =>
        intensity <= 0 ? (byte)0 : intensity >= 1 ? (byte)255 : (byte)(int)(intensity * 255 + 0.5f);
}
