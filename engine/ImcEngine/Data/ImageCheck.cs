using System.Diagnostics;
using System.Security.Cryptography;

namespace ImcEngine.Data;

/// <summary>
/// Images that were all read once before a run. A broken one is thus found before anything is computed, and the hash of the images is
/// known. They stay in memory if they are small enough together.
/// </summary>
/// <param name="Images">The images that can be read.</param>
/// <param name="Broken">For each image that cannot, why; the message names it.</param>
/// <param name="Seconds">The time of the check.</param>
/// <param name="DecodingSeconds">The part of that time that decoding took, of all threads together.</param>
internal sealed record ImageCheck(ImageSet Images, IReadOnlyList<string> Broken, double Seconds, double DecodingSeconds)
{
    /// <summary>The most bytes of images that are kept in memory.</summary>
    public const long MostKeptBytes = 1L << 28;

    /// <summary>The images that are read at once, and hashed in order.</summary>
    private const int Chunk = 64;

    /// <param name="images">The images to read.</param>
    /// <param name="threads">The number of images at once; does not change the result.</param>
    /// <param name="progress">Receives the number of images that were read.</param>
    /// <param name="cancellation">Stops the check.</param>
    /// <exception cref="ImcException">An image does not have the shape of the set.</exception>
    public static ImageCheck Run(ImageSet images, int threads, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        long start = Stopwatch.GetTimestamp();
        double decodingBefore = images.DecodingSeconds;
        bool keeps = (long)images.Count * images.ElementBytes <= MostKeptBytes;
        var kept = new byte[]?[keeps ? images.Records.Count : 0];
        var buffers = new byte[]?[Math.Min(Chunk, images.Count)];
        var why = new string?[buffers.Length];
        var good = new List<int>();
        var broken = new List<string>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int first = 0; first < images.Count; first += buffers.Length)
        {
            int count = Math.Min(buffers.Length, images.Count - first);
            Workers.For(count, threads, cancellation, i => why[i] = Read(images, first + i, buffers[i] ??= new byte[images.ElementBytes]));
            for (int i = 0; i < count; i++)
            {
                if (why[i] is { } reason)
                {
                    broken.Add(reason);
                    continue;
                }
                good.Add(first + i);
                images.AppendTo(hash, first + i, buffers[i]!);
                if (!keeps) continue;
                kept[images.RecordIndex(first + i)] = buffers[i];
                buffers[i] = null;
            }
            progress?.Invoke(first + count);
        }
        string sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        return new(images.Checked(good, keeps ? new LoadedRecords(images.Records, kept) : images.Records, sha256), broken,
            Stopwatch.GetElapsedTime(start).TotalSeconds, images.DecodingSeconds - decodingBefore);
    }

    /// <summary>Reads an image; returns why it cannot be read, or null.</summary>
    private static string? Read(ImageSet images, int image, byte[] elements)
    {
        try
        {
            images.Records.Read(images.RecordIndex(image), elements);
            return null;
        }
        catch (BrokenImageException broken)
        {
            return broken.Message;
        }
    }
}
