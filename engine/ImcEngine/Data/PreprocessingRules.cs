using System.Globalization;

namespace ImcEngine.Data;

/// <summary>
/// Which mean, std and scale are plausible. Bytes are divided by the scale before mean and std apply. So a mean is a brightness and a std
/// is at most the whole range, which is 255 / scale:
/// <code>
/// scale 255   mean 0.5, std 0.5      inputs of -1 .. 1
/// scale 255   mean 0, std 1          inputs of 0 .. 1
/// scale 255   mean 0, std 1/255      bytes as they are, 0 .. 255
/// scale 255   mean 123.7, std 58.4   meant for bytes that are not divided by 255: refused
/// scale 1     mean 0, std 1          bytes as they are, 0 .. 255
/// scale 1     mean 123.7, std 58.4   inputs of about -2 .. 2
/// </code>
/// </summary>
internal static class PreprocessingRules
{
    /// <summary>The smallest and the largest scale.</summary>
    public const float LeastScale = 1e-3f, MostScale = 65_536;

    /// <summary>The smallest std relative to the whole range; bytes scaled to 16 bits have 1/65535.</summary>
    private const float LeastStdRelative = 1e-5f;

    private const string Hint = ". Divide numbers that are meant for bytes by 255 (123.675 becomes 0.485; 58.395 becomes 0.229), or take "
        + "scale 1; a network that takes bytes 0 .. 255 unscaled has scale 1, mean 0 and std 1";

    /// <summary>Returns why these means are refused, as a sentence without its full stop; null if they are allowed.</summary>
    public static string? WhyNoMean(IReadOnlyCollection<float> mean, float scale = Preprocessing.UsualScale) =>
        mean.All(x => Math.Abs(x) <= Range(scale)) ? null
            : $"a mean must be from -{Text(Range(scale))} to {Text(Range(scale))}, because {Why(scale)}";

    /// <summary>Returns why these positive standard deviations are refused; null if they are allowed.</summary>
    public static string? WhyNoStd(IReadOnlyCollection<float> std, float scale = Preprocessing.UsualScale) =>
        std.All(x => x >= LeastStdRelative * Range(scale) && x <= Range(scale)) ? null
            : $"a std must be from {Text(LeastStdRelative * Range(scale))} to {Text(Range(scale))}, because {Why(scale)}";

    /// <summary>Returns why this scale is refused; null if it is allowed.</summary>
    public static string? WhyNoScale(float scale) => scale is >= LeastScale and <= MostScale ? null
        : $"a scale must be from {Text(LeastScale)} to {Text(MostScale)}: pixels are divided by it";

    private static float Range(float scale) => Preprocessing.UsualScale / scale;

    private static string Why(float scale) =>
        $"pixels are divided by {Text(scale)} before mean and std apply{(scale == Preprocessing.UsualScale ? Hint : "")}";

    private static string Text(float number) => ((decimal)number).ToString(CultureInfo.InvariantCulture);
}
