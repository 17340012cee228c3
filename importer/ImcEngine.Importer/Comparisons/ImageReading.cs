using ImcEngine.Data;

namespace ImcEngine.Importer.Comparisons;

/// <summary>Reads images once before a run, so that broken ones are named before anything is computed.</summary>
/// <param name="skipsBroken">Whether images that cannot be read are left out; otherwise they are an error.</param>
/// <param name="skipOption">What a user writes to leave them out, for the error.</param>
internal sealed class ImageReading(bool skipsBroken, int threads, IRunReport report, string skipOption = "--skip-broken")
{
    /// <summary>The most broken images that are named.</summary>
    private const int MostNamed = 10;

    /// <param name="title">What the progress is called.</param>
    /// <param name="what">What the images are called in messages.</param>
    /// <exception cref="ImcException">No image can be read, or one cannot and broken images are not left out.</exception>
    public async Task<ImageCheck> CheckAsync(string title, ImageSet images, CancellationToken cancellation,
        string what = "images")
    {
        var check = await report.WithCountAsync(title, "images", images.Count,
            progress => ImageCheck.Run(images, threads, progress, cancellation, what));
        if (check.Broken.Count == 0) return check;
        if (!skipsBroken)
            throw new ImcException($"{check.Broken.Count} of {images.Count} {what} of '{images.Name}' cannot be read. "
                + $"{check.Broken[0]} Mend or remove them, or leave them out with {skipOption}.");
        report.Line($"{check.Broken.Count} of {images.Count} {what} of '{images.Name}' cannot be read and are left out:");
        foreach (string why in check.Broken.Take(MostNamed)) report.Line($"  {why}");
        if (check.Broken.Count > MostNamed) report.Line($"  and {check.Broken.Count - MostNamed} more");
        return check;
    }

    /// <summary>Reads the images that will be evaluated, and reports how fast they were read.</summary>
    /// <exception cref="ImcException">As <see cref="CheckAsync"/>.</exception>
    public async Task<ImageSet> EvaluableAsync(ImageSet images, CancellationToken cancellation)
    {
        if (images.IsInMemory) return images;
        var check = await CheckAsync("Reading the images", images, cancellation);
        report.Line($"{images.Count} images were read and checked before the run, {images.Count / check.Seconds:F0} a second on "
            + $"{threads} threads.");
        return check.Images;
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
