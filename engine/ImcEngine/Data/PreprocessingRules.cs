namespace ImcEngine.Data;

/// <summary>
/// Which mean and std are plausible. Bytes are divided by 255 before mean and std apply, so a mean is a brightness and a std is at most the
/// whole range:
/// <code>
/// mean 0.5, std 0.5      inputs of -1 .. 1
/// mean 0, std 1          inputs of 0 .. 1
/// mean 0, std 1/255      bytes as they are, 0 .. 255
/// mean 123.7, std 58.4   meant for bytes that are not divided by 255: refused
/// </code>
/// </summary>
internal static class PreprocessingRules
{
    /// <summary>The largest magnitude of a mean, and the largest std.</summary>
    private const float Most = 1;

    /// <summary>The smallest std; bytes scaled to 16 bits have 1/65535.</summary>
    private const float LeastStd = 1e-5f;

    private const string Why = "pixels are divided by 255 before mean and std apply. "
        + "Divide numbers that are meant for bytes by 255 (123.675 becomes 0.485; 58.395 becomes 0.229); "
        + "a network that takes bytes 0 .. 255 unscaled has mean 0 and std 0.003921569";

    /// <summary>Returns why these means are refused, as a sentence without its full stop; null if they are allowed.</summary>
    public static string? WhyNoMean(IReadOnlyCollection<float> mean) =>
        mean.All(x => Math.Abs(x) <= Most) ? null : $"a mean must be from -1 to 1, because {Why}";

    /// <summary>Returns why these positive standard deviations are refused; null if they are allowed.</summary>
    public static string? WhyNoStd(IReadOnlyCollection<float> std) =>
        std.All(x => x is >= LeastStd and <= Most) ? null : $"a std must be from 0.00001 to 1, because {Why}";
}
