using System.Security.Cryptography;
using ImcEngine.Data;
using ImcEngine.Macro;

namespace ImcEngine.Importer.Comparisons;

/// <summary>The images to evaluate and those to calibrate on.</summary>
public sealed class ComparedData
{
    private readonly ImageSet _all;
    private readonly CalibrationSpec _calibration;
    private readonly Func<string, ImageSet> _open;
    private readonly bool _skipsBroken;
    private ImageSet _chosen;
    private ImageSet? _calibrationImages;
    private bool _isChecked;

    /// <param name="all">All images of the data source.</param>
    /// <param name="calibration">Chooses the calibration images. If its data is null, they are
    /// the last <c>Count</c> records of <paramref name="all"/>, which are not evaluated. Else they are any images that
    /// <see cref="ComparedModel.Images"/> takes, prepared as <paramref name="all"/> are.</param>
    /// <param name="count">The number of images to evaluate; null for all.</param>
    /// <param name="most">The most images to evaluate if <paramref name="count"/> is null.</param>
    /// <exception cref="ImcException">There are fewer images than are asked for, or none beside those of the calibration.</exception>
    public ComparedData(ImageSet all, CalibrationSpec calibration, int? count = null, int most = int.MaxValue)
        : this(all, calibration, count, most, source => UserFiles.ImagesLike(all, source), skipsBroken: false)
    {
    }

    /// <param name="open">Opens the data that the calibration names, as it opened <paramref name="all"/>.</param>
    /// <param name="skipsBroken">Whether images that cannot be read are left out; otherwise they are an error.</param>
    internal ComparedData(ImageSet all, CalibrationSpec calibration, int? count, int most, Func<string, ImageSet> open, bool skipsBroken)
    {
        (_all, _calibration, _open, _skipsBroken) = (all, calibration, open, skipsBroken);
        if (calibration.Data is null && calibration.Count >= all.Count)
            throw new ImcException($"Calibration takes the last {calibration.Count} of {all.Count} images, which leaves none to evaluate. "
                + "Lower --calibration or give --calibration-data.");
        var evaluable = calibration.Data is null ? all.SplitLast(calibration.Count).Others : all;
        Evaluable = evaluable.Count;
        _chosen = First(evaluable, count ?? Math.Min(most, evaluable.Count));
        Evaluated = _chosen.InSourceOrder();
    }

    /// <summary>The number of images that could be evaluated.</summary>
    public int Evaluable { get; }

    /// <summary>The images to evaluate, in the order of their source.</summary>
    public ImageSet Evaluated { get; private set; }

    /// <summary>Name of the data source.</summary>
    public string Name => _all.Name;

    /// <summary>SHA-256 of the evaluated images and their labels, in lower-case hexadecimal.</summary>
    public string Sha256 => Evaluated.Sha256;

    /// <summary>Returns the first of the evaluated images, in the order in which they were chosen: of all classes, where the source is
    /// sorted by class.</summary>
    internal ImageSet Sample(int most) => _chosen.First(Math.Clamp(most, 1, _chosen.Count));

    /// <summary>Counts the calibration images that are also evaluated: they make the accuracy too optimistic.</summary>
    internal int CountEvaluatedOf(ImageSet calibrationImages)
    {
        if (_calibration.Data is null) return 0;
        var seen = Enumerable.Range(0, Evaluated.Count).Select(i => HashOf(Evaluated.Image(i))).ToHashSet();
        return Enumerable.Range(0, calibrationImages.Count).Count(i => seen.Contains(HashOf(calibrationImages.Image(i))));
    }

    internal ImageSet CalibrationImages() => _calibrationImages ??=
        _calibration.Data is { } source
            ? _open(source) is var images && images.Count > _calibration.Count ? images.First(_calibration.Count) : images
        : _all.SplitLast(_calibration.Count).Last.InSourceOrder();

    /// <summary>Reads all images of a run once, before it begins. Broken ones are found then, and small sets stay in memory.</summary>
    /// <param name="threads">Images at once.</param>
    /// <param name="calibrates">Whether the calibration images will be needed.</param>
    /// <exception cref="ImcException">An image is broken, and broken images are not skipped.</exception>
    internal async Task CheckAsync(int threads, bool calibrates, IRunReport report, CancellationToken cancellation)
    {
        bool evaluates = !_isChecked;
        List<ImagesToRead> all = evaluates ? [new(Evaluated)] : [];
        if (calibrates) all.Add(ImagesToRead.ToCalibrate(CalibrationImages()));
        var readable = await new ImageReading(_skipsBroken, threads, report).ReadAsync(all, cancellation);
        if (evaluates) Keep(readable[0]);
        if (calibrates) _calibrationImages = readable[^1];
        _isChecked = true;
    }

    /// <summary>Reads the calibration images once, as <see cref="CheckAsync"/> does all.</summary>
    internal async Task CheckCalibrationAsync(int threads, IRunReport report, CancellationToken cancellation) =>
        _calibrationImages = (await new ImageReading(_skipsBroken, threads, report)
            .ReadAsync([ImagesToRead.ToCalibrate(CalibrationImages())], cancellation))[0];

    /// <summary>Leaves out images that are not among those which were read before.</summary>
    /// <param name="readable">Images of the data source.</param>
    /// <param name="calibration">Images of the source of the calibration images.</param>
    /// <exception cref="ImcException">No image is left.</exception>
    internal void Keep(ImageSet readable, ImageSet calibration)
    {
        Keep(ImageReading.Readable(Evaluated, readable));
        _calibrationImages = ImageReading.Readable(CalibrationImages(), calibration);
    }

    /// <summary>Evaluates these of the chosen images.</summary>
    private void Keep(ImageSet readable) => (Evaluated, _chosen) = (readable, ImageReading.Readable(_chosen, readable));

    private static UInt128 HashOf(ReadOnlySpan<byte> image) => BitConverter.ToUInt128(SHA256.HashData(image));

    private static ImageSet First(ImageSet evaluable, int count) => count <= evaluable.Count ? evaluable.First(count)
        : throw new ImcException($"{count} images were asked for; "
            + $"'{evaluable.Name}' has {evaluable.Count} to evaluate (calibration images left out). Ask for 1 to {evaluable.Count}.");
}
