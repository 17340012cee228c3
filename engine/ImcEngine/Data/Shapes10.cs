using System.Collections.Immutable;

namespace ImcEngine.Data;

/// <summary>
/// <c>shapes10</c>: a procedural data set of ten classes, 32x32 RGB, rendered from a seed. Seven classes are outlines of a plain object;
/// three are textures of an object of any outline. Colour, pose, scale, background, clutter, occluder and noise are random and independent
/// of the class. Image i of a split has label i mod 10 and depends only on (seed, split, i). Every CPU renders the same bytes.
/// </summary>
public static class Shapes10
{
    public const string Name = "shapes10";
    public const ulong DefaultSeed = 10;
    public const int DefaultTestCount = 2000, DefaultTrainCount = 50_000;

    /// <summary>The number of classes that are outlines; they come first, then the textures.</summary>
    internal const int OutlineClasses = 7;

    private const uint SceneStream = 0, NoiseStream = 1;
    private const int SubPixels = 2;
    private const float LeastNoise = 0.02f, MostNoise = 0.22f;

    public static ImmutableArray<string> ClassNames { get; } = ["disc", "square", "triangle", "star", "cross", "ring", "crescent",
        "stripes", "checks", "dots"];

    /// <summary>Renders the first <paramref name="count"/> images of a split.</summary>
    /// <exception cref="ImcException">The count is not positive or too large for one set.</exception>
    public static ImageSet Render(Split split, int count, ulong seed = DefaultSeed)
    {
        if (count <= 0 || count > CifarFormat.MaxImages)
            throw new ImcException($"{count} images of {Name} were requested; request 1 to {CifarFormat.MaxImages}.");
        var pixels = new byte[count * CifarFormat.ImageBytes];
        var labels = new byte[count];
        Parallel.For(0, count, i =>
        {
            labels[i] = (byte)(i % ClassNames.Length);
            RenderImage(split, i, labels[i], seed, pixels.AsSpan(i * CifarFormat.ImageBytes, CifarFormat.ImageBytes));
        });
        return new(seed == DefaultSeed ? $"{Name}:{NameOf(split)}" : $"{Name}:{NameOf(split)}:{seed}", ClassNames, pixels, labels);
    }

    /// <summary>Writes the first <paramref name="count"/> images of a split in CIFAR-10's binary format: <c>test_batch.bin</c>, or
    /// <c>data_batch_1.bin</c> .. <c>_5.bin</c> for training.</summary>
    /// <returns>The files written.</returns>
    /// <exception cref="ImcException">The count is not positive or too large for one set.</exception>
    public static IReadOnlyList<string> Write(Split split, int count, string folder, ulong seed = DefaultSeed) =>
        CifarFormat.Write(Render(split, count, seed), split, folder);

    private static string NameOf(Split split) => split == Split.Test ? "test" : "train";

    /// <param name="image">Receives the bytes, <c>[3, 32, 32]</c>.</param>
    private static void RenderImage(Split split, int index, int label, ulong seed, Span<byte> image)
    {
        var draws = new ShapeDraws(seed, split, (uint)index, SceneStream);
        var scene = new ShapeScene(label, ref draws);
        float noise = draws.Next(LeastNoise, MostNoise);
        draws = new(seed, split, (uint)index, NoiseStream);
        const int Plane = ShapeScene.Size * ShapeScene.Size;
        for (int y = 0; y < ShapeScene.Size; y++)
            for (int x = 0; x < ShapeScene.Size; x++)
            {
                var colour = PixelColour(scene, x, y);
                int at = y * ShapeScene.Size + x;
                image[at] = ToByte(colour.R + noise * Triangular(ref draws));
                image[at + Plane] = ToByte(colour.G + noise * Triangular(ref draws));
                image[at + 2 * Plane] = ToByte(colour.B + noise * Triangular(ref draws));
            }
    }

    /// <summary>Returns the mean colour over a grid of points in the pixel.</summary>
    private static Rgb PixelColour(ShapeScene scene, int x, int y)
    {
        var sum = default(Rgb);
        for (int i = 0; i < SubPixels; i++)
            for (int j = 0; j < SubPixels; j++)
                sum = sum.Plus(scene.At(x + (j + 0.5f) / SubPixels, y + (i + 0.5f) / SubPixels));
        return sum.Times(1f / (SubPixels * SubPixels));
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
