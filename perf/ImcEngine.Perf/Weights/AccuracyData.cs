using System.Security.Cryptography;
using ImcEngine.Data;

namespace ImcEngine.Perf.Weights;

/// <summary>The evaluated images and those that ADC ranges are calibrated on.</summary>
internal sealed class AccuracyData
{
    /// <param name="data">Test images, as <see cref="DataSource"/> takes them.</param>
    /// <param name="calibrationData">Training images.</param>
    /// <param name="count">The number of images to evaluate; null for all.</param>
    /// <exception cref="ImcException">There is no such data, it is too small, or an image is in both.</exception>
    public AccuracyData(string data, string calibrationData, int? count)
    {
        var all = DataSource.Open(data);
        Evaluated = all.First(count ?? all.Count);
        Calibration = DataSource.Open(calibrationData, Split.Train).First(AccuracyGrid.CalibrationImages);
        RequireDifferent();
    }

    public ImageSet Evaluated { get; }
    public ImageSet Calibration { get; }

    // Ranges chosen on the images they are judged by would flatter the macro.
    private void RequireDifferent()
    {
        var calibration = Hashes(Calibration).ToHashSet();
        int both = Hashes(Evaluated).Count(calibration.Contains);
        if (both > 0)
            throw new ImcException($"{both} of {Evaluated.Count} evaluated images are among the {Calibration.Count} calibration images; "
                + "none may be. Give test images as --data and training images as --calibration-data.");
    }

    private static IEnumerable<string> Hashes(ImageSet images) =>
        Enumerable.Range(0, images.Count).Select(i => Convert.ToHexStringLower(SHA256.HashData(images.Image(i))));
}
