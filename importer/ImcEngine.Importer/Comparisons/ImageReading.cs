using ImcEngine.Data;

namespace ImcEngine.Importer.Comparisons;

/// <summary>Images of a run, which are read before it begins.</summary>
/// <param name="Images">The images.</param>
/// <param name="What">What they are called in messages.</param>
internal readonly record struct ImagesToRead(ImageSet Images, string What = "images")
{
    public static ImagesToRead ToCalibrate(ImageSet images) => new(images, "calibration images");
}

/// <summary>Reads images once before a run, so that broken ones are named before anything is computed.</summary>
/// <param name="skipsBroken">Whether images that cannot be read are left out; otherwise they are an error.</param>
/// <param name="skipOption">What a user writes to leave them out, for the error.</param>
internal sealed class ImageReading(bool skipsBroken, int threads, IRunReport report, string skipOption = "--skip-broken")
{
    /// <summary>The most broken images that are named.</summary>
    private const int MostNamed = 10;

    /// <summary>Reads all images of a run, and reports how fast; those in memory are not read again.</summary>
    /// <param name="all">All images of the run, so that broken ones are counted together.</param>
    /// <returns>The images that can be read, in the same order.</returns>
    /// <exception cref="ImcException">No image can be read, or one cannot and broken images are not left out.</exception>
    public async Task<ImageSet[]> ReadAsync(IReadOnlyList<ImagesToRead> all, CancellationToken cancellation)
    {
        var read = new List<(ImagesToRead Part, ImageCheck Check)>();
        var readable = new ImageSet[all.Count];
        for (int i = 0; i < all.Count; i++)
        {
            var part = all[i];
            readable[i] = part.Images;
            if (part.Images.IsInMemory) continue;
            var check = await report.WithCountAsync($"Reading the {part.What}", "images", part.Images.Count,
                progress => ImageCheck.Run(part.Images, threads, progress, cancellation));
            read.Add((part, check));
            readable[i] = check.Images;
        }
        if (read.Count == 0) return readable;
        RequireReadable([.. read.Where(each => each.Check.Broken.Count > 0)]);
        int count = read.Sum(each => each.Part.Images.Count);
        report.Line($"{count} images were read and checked before the run, {count / read.Sum(each => each.Check.Seconds):F0} a second on "
            + $"{threads} threads.");
        return readable;
    }

    /// <summary>Names broken images, or refuses them.</summary>
    private void RequireReadable(IReadOnlyList<(ImagesToRead Part, ImageCheck Check)> broken)
    {
        if (broken.Count == 0) return;
        string[] reasons = [.. broken.SelectMany(each => each.Check.Broken)];
        string found = string.Join(" and ", broken.Select(each =>
            $"{each.Check.Broken.Count} of {each.Part.Images.Count} {each.Part.What} of '{each.Part.Images.Name}'"))
            + $" cannot be read{(broken.Count > 1 ? $" ({reasons.Length} in all)" : "")}";
        string[] named = [.. reasons.Take(MostNamed)];
        string? more = reasons.Length > MostNamed ? $"and {reasons.Length - MostNamed} more" : null;
        if (!skipsBroken)
            throw new ImcException($"{found}: {string.Join(' ', named)}{(more is null ? "" : $" ... {more}.")} Mend or remove them, or "
                + $"leave them out with {skipOption}.");
        report.Line($"{found} and are left out:");
        foreach (string why in named) report.Line($"  {why}");
        if (more is not null) report.Line($"  {more}");
        foreach (var (part, check) in broken)
            if (check.Images.Count == 0)
                throw new ImcException($"None of the {part.Images.Count} {part.What} of '{part.Images.Name}' can be read: "
                    + check.Broken[0]);
    }

    /// <summary>Returns those of the chosen images that are among the readable ones of the same source, with their elements.</summary>
    /// <exception cref="ImcException">None of them is.</exception>
    public static ImageSet Readable(ImageSet chosen, ImageSet readable)
    {
        var indices = Enumerable.Range(0, readable.Count).Select(readable.RecordIndex).ToHashSet();
        int[] kept = [.. Enumerable.Range(0, chosen.Count).Where(image => indices.Contains(chosen.RecordIndex(image)))];
        return kept.Length > 0 ? chosen.With(readable.Records).Chosen(kept)
            : throw new ImcException($"None of the {chosen.Count} images that were chosen of '{chosen.Name}' can be read.");
    }
}
