using System.Security.Cryptography;
using ImcEngine.Data;
using ImcEngine.Macro;

namespace ImcEngine.Importer.Comparisons;

/// <summary>The images to evaluate and those to calibrate on.</summary>
public sealed class ComparedData
{
    private readonly ImageSet _all;
    private readonly CalibrationSpec _calibration;

    /// <param name="all">All images of the data source.</param>
    /// <param name="calibration">Chooses the calibration images. If its data is null, they are
    /// the last <c>Count</c> records of <paramref name="all"/>, which are not evaluated.</param>
    /// <param name="count">The number of images to evaluate; null for all.</param>
    /// <param name="most">The most images to evaluate if <paramref name="count"/> is null.</param>
    /// <exception cref="ImcException">There are fewer images than are asked for, or none beside those of the calibration.</exception>
    public ComparedData(ImageSet all, CalibrationSpec calibration, int? count = null, int most = int.MaxValue)
    {
        (_all, _calibration) = (all, calibration);
        if (calibration.Data is null && calibration.Count >= all.Count)
            throw new ImcException($"Calibration takes the last {calibration.Count} of {all.Count} images, which leaves none to evaluate. "
                + "Lower --calibration or give --calibration-data.");
        var evaluable = calibration.Data is null ? all.SplitLast(calibration.Count).Others : all;
        Evaluable = evaluable.Count;
        Evaluated = First(evaluable, count ?? Math.Min(most, evaluable.Count));
    }

    /// <summary>The number of images that could be evaluated.</summary>
    public int Evaluable { get; }

    public ImageSet Evaluated { get; }

    /// <summary>Name of the data source.</summary>
    public string Name => _all.Name;

    /// <summary>SHA-256 of the data source's images and labels, in lower-case hexadecimal.</summary>
    public string Sha256 => _all.Sha256;

    /// <summary>Counts the calibration images that are also evaluated: they make the accuracy too optimistic.</summary>
    internal int CountEvaluatedOf(ImageSet calibrationImages)
    {
        if (_calibration.Data is null) return 0;
        var seen = Enumerable.Range(0, Evaluated.Count).Select(i => HashOf(Evaluated.Image(i))).ToHashSet();
        return Enumerable.Range(0, calibrationImages.Count).Count(i => seen.Contains(HashOf(calibrationImages.Image(i))));
    }

    internal ImageSet CalibrationImages() =>
        _calibration.Data is { } source
            ? UserFiles.Images(source) is var images && images.Count > _calibration.Count ? images.First(_calibration.Count) : images
        : _all.SplitLast(_calibration.Count).Last;

    private static UInt128 HashOf(ReadOnlySpan<byte> image) => BitConverter.ToUInt128(SHA256.HashData(image));

    private static ImageSet First(ImageSet evaluable, int count) => count <= evaluable.Count ? evaluable.First(count)
        : throw new ImcException($"{count} images were asked for; "
            + $"'{evaluable.Name}' has {evaluable.Count} to evaluate (calibration images left out). Ask for 1 to {evaluable.Count}.");
}
