using System.Globalization;
using ImcEngine.Data;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Cli;

/// <summary>What a user states about preprocessing, as written; null keeps what the network states.</summary>
/// <param name="Mean">One number, or one for each channel with commas between them; <paramref name="Std"/> alike.</param>
/// <param name="Prefix">What stands before the names in messages: <c>--</c> of options, nothing of a file's fields.</param>
internal sealed record PreprocessingChoice(string? Mean, string? Std, string? Scale, string? Channels, string Prefix = "--")
{
    /// <summary>Returns the choice as text for the keys of stored results; empty if nothing is chosen.</summary>
    public string Text => string.Concat(new[] { ("mean", Mean), ("std", Std), ("scale", Scale), ("channels", Channels) }
        .Where(each => each.Item2 is not null).Select(each => $";{each.Item1}={each.Item2}"));

    /// <param name="own">The model's own preprocessing.</param>
    /// <exception cref="ImcException">A part cannot be used, as in the other overload.</exception>
    public SourcedPreprocessing Resolve(SourcedPreprocessing own)
    {
        var used = Resolve(own.Preprocessing);
        return new(used, Mean is null ? own.Mean : PreprocessingSource.Option, Std is null ? own.Std : PreprocessingSource.Option,
            Channels is null ? own.Layout : PreprocessingSource.Option)
        {
            Channels = Channels is null ? own.Channels : KnownChannels(Channels),
            Scale = Scale is null ? own.Scale : PreprocessingSource.Option,
            ScalesAgain = own.Mean == PreprocessingSource.Graph && !IsSame(used, own.Preprocessing),
        };
    }

    /// <exception cref="ImcException">A part is not one number or one for each channel, a standard deviation is not positive,
    /// or the numbers are for pixels of another scale.</exception>
    public Preprocessing Resolve(Preprocessing usual)
    {
        float scale = Scale is null ? usual.Scale : ScaleOf(Scale);
        return new(Mean is null ? usual.Mean : MeanOf(Mean, usual.Mean, scale), Std is null ? usual.Std : StdOf(Std, usual.Std, scale),
            scale);
    }

    private static bool IsSame(Preprocessing a, Preprocessing b) =>
        a.Scale == b.Scale && a.Mean.AsSpan().SequenceEqual(b.Mean) && a.Std.AsSpan().SequenceEqual(b.Std);

    private string KnownChannels(string text) =>
        Array.Find(ModelMetadata.Layouts, known => known.Equals(text, StringComparison.OrdinalIgnoreCase))
        ?? throw new ImcException($"{Prefix}channels is '{text}'; write rgb, bgr or gray.");

    private float ScaleOf(string text)
    {
        float scale = float.TryParse(text, CultureInfo.InvariantCulture, out float number) ? number : float.NaN;
        return PreprocessingRules.WhyNoScale(scale) is { } why ? throw new ImcException($"{Prefix}scale is '{text}'; {why}.") : scale;
    }

    private float[] MeanOf(string text, float[] usual, float scale)
    {
        var mean = PerChannel(text, usual.Length) ?? throw Refusal("mean", text, Allowed(usual, "number"), usual);
        return PreprocessingRules.WhyNoMean(mean, scale) is { } why ? throw new ImcException($"{Prefix}mean is '{text}'; {why}.") : mean;
    }

    private float[] StdOf(string text, float[] usual, float scale)
    {
        var std = PerChannel(text, usual.Length) is { } given && given.All(each => each > 0) ? given
            : throw Refusal("std", text, Allowed(usual, "positive number"), usual);
        return PreprocessingRules.WhyNoStd(std, scale) is { } why ? throw new ImcException($"{Prefix}std is '{text}'; {why}.") : std;
    }

    private static string Allowed(float[] usual, string number) =>
        usual.Length == 1 ? $"one {number}" : $"{usual.Length} {number}s, or one for all channels";

    private static float[]? PerChannel(string text, int channels)
    {
        float[] numbers =
            [.. text.Split(',').Select(part => float.TryParse(part, CultureInfo.InvariantCulture, out float number) ? number : float.NaN)];
        if (numbers.Length == 1) numbers = [.. Enumerable.Repeat(numbers[0], channels)];
        return numbers.Length == channels && numbers.All(float.IsFinite) ? numbers : null;
    }

    private ImcException Refusal(string name, string found, string allowed, float[] example) =>
        new($"{Prefix}{name} is '{found}'; write {allowed}, e.g. {string.Join(',', example)}.");
}
