namespace ImcEngine.Data;

/// <summary>
/// Which mean and std can be meant. Bytes are divided by 255 before they apply,
/// so that a mean is a brightness and a std at most the whole range:
/// <code>
/// mean 0.5, std 0.5      inputs of -1 .. 1
/// mean 0, std 1          inputs of 0 .. 1
/// mean 0, std 1/255      bytes as they are, 0 .. 255
/// mean 123.7, std 58.4   numbers for bytes, which nothing here divides by 255: refused
/// </code>
/// </summary>
internal static class PreprocessingRules
{
    /// <summary>Magnitude of a mean, and a std, at most.</summary>
    private const float Most = 1;

    /// <summary>Of a std: bytes spread over 16 bits are 1/65535.</summary>
    private const float LeastStd = 1e-5f;

    private const string Why = "pixels are divided by 255 before mean and std apply. "
        + "Divide numbers that were made for bytes by 255 (123.675 is 0.485; 58.395 is 0.229); "
        + "a network that takes bytes 0 .. 255 as they are has mean 0 and std 0.003921569";

    /// <summary>Why these cannot be means, a sentence without its full stop; null where they can.</summary>
    public static string? WhyNoMean(IReadOnlyCollection<float> mean) =>
        mean.All(x => Math.Abs(x) <= Most) ? null : $"a mean lies in -1 to 1, for {Why}";

    /// <summary>The same of positive standard deviations.</summary>
    public static string? WhyNoStd(IReadOnlyCollection<float> std) =>
        std.All(x => x is >= LeastStd and <= Most) ? null : $"a std lies in 0.00001 to 1, for {Why}";
}
