using System.Buffers.Binary;
using System.Security.Cryptography;
using ImcEngine.Data;
using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Cli.Studies;

/// <summary>Images of a study, read once before it runs: keys of results need their hash.</summary>
/// <param name="All">All images in the order in which they are chosen, those that cannot be read too.</param>
/// <param name="Readable">Those that can be read, in the order of their source.</param>
internal sealed record StudyImageSet(ImageSet All, ImageSet Readable)
{
    /// <exception cref="ImcException">Images cannot be read.</exception>
    public static async Task<StudyImageSet[]> ReadAsync(IReadOnlyList<ImagesToRead> sets, ImageReading reading,
        CancellationToken cancellation)
    {
        var readable = await reading.ReadAsync([.. sets.Select(set => set with { Images = set.Images.InSourceOrder() })], cancellation);
        return [.. sets.Zip(readable, (set, read) => set.Images.IsInMemory ? new StudyImageSet(set.Images, set.Images)
            : new(set.Images.With(read.Records), read))];
    }

    /// <summary>Everything about the images that decides a result: their bytes and labels; and unless all of them are taken in the order
    /// of their source, that order and what was left out, since random draws depend on an image's index in its source.</summary>
    public string Identity => IsWhole ? Readable.Sha256 : $"{Readable.Sha256};order={OrderSha256()}";

    private bool IsWhole => Readable.Count == All.Count && Enumerable.Range(0, All.Count).All(image => All.RecordIndex(image) == image);

    /// <summary>Returns the SHA-256 of the images' indices in their order, as int32, the lowest byte first; those of images that cannot be
    /// read are complemented.</summary>
    private string OrderSha256()
    {
        var readable = Enumerable.Range(0, Readable.Count).Select(Readable.RecordIndex).ToHashSet();
        var bytes = new byte[All.Count * sizeof(int)];
        for (int image = 0; image < All.Count; image++)
        {
            int index = All.RecordIndex(image);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(image * sizeof(int)), readable.Contains(index) ? index : ~index);
        }
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
