using System.CommandLine;
using System.Globalization;
using ImcEngine.Data;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Cli;

/// <summary>The options that state how image bytes become the network's input.</summary>
internal sealed class PreprocessingOptions
{
    private readonly Option<string?> _mean = new("--mean") { HelpName = "r,g,b" };
    private readonly Option<string?> _std = new("--std") { HelpName = "r,g,b" };
    private readonly Option<string?> _scale = new("--scale") { HelpName = "S" };

    private readonly Option<string?> _channels = new("--channels")
    {
        Description = "Preprocessing: channels that the network takes, rgb, bgr or gray (default: "
            + "the model's, else rgb, or gray of one channel)",
        HelpName = "rgb|bgr|gray",
    };

    private PreprocessingOptions()
    {
    }

    /// <param name="usual">The default that the help names.</param>
    public static PreprocessingOptions AddTo(Command command, string usual)
    {
        var options = new PreprocessingOptions();
        options._mean.Description = $"Preprocessing: mean of each channel, such as R, G, B, or one number for all (default: {usual})";
        options._std.Description = $"Preprocessing: standard deviation of each channel, or one for all (default: {usual})";
        options._scale.Description = "Preprocessing: what bytes are divided by before mean and std apply (default: the model's, else 255)";
        command.Options.Add(options._mean);
        command.Options.Add(options._std);
        command.Options.Add(options._scale);
        command.Options.Add(options._channels);
        return options;
    }

    /// <param name="own">The model's own preprocessing.</param>
    /// <exception cref="ImcException">An option cannot be used, as in the other overload.</exception>
    public SourcedPreprocessing Resolve(ParseResult parse, SourcedPreprocessing own) => new(
        Resolve(parse, own.Preprocessing), parse.GetValue(_mean) is null ? own.Mean : PreprocessingSource.Option,
        parse.GetValue(_std) is null ? own.Std : PreprocessingSource.Option,
        parse.GetValue(_channels) is null ? own.Layout : PreprocessingSource.Option)
    {
        Channels = parse.GetValue(_channels) is { } given ? Channels(given) : own.Channels,
        Scale = parse.GetValue(_scale) is null ? own.Scale : PreprocessingSource.Option,
    };

    /// <exception cref="ImcException">An option is not one number or one for each channel, a standard deviation is not positive,
    /// or the numbers are for pixels of another scale.</exception>
    public Preprocessing Resolve(ParseResult parse, Preprocessing usual)
    {
        float scale = parse.GetValue(_scale) is { } given ? Scale(given) : usual.Scale;
        return new(parse.GetValue(_mean) is { } mean ? Mean(mean, usual.Mean, scale) : usual.Mean,
            parse.GetValue(_std) is { } std ? Std(std, usual.Std, scale) : usual.Std, scale);
    }

    private static string Channels(string text) =>
        Array.Find(ModelMetadata.Layouts, known => known.Equals(text, StringComparison.OrdinalIgnoreCase))
        ?? throw new ImcException($"--channels is '{text}'; write rgb, bgr or gray.");

    private static float Scale(string text)
    {
        float scale = float.TryParse(text, CultureInfo.InvariantCulture, out float number) ? number : float.NaN;
        return PreprocessingRules.WhyNoScale(scale) is { } why ? throw new ImcException($"--scale is '{text}'; {why}.") : scale;
    }

    private static float[] Mean(string text, float[] usual, float scale)
    {
        var mean = PerChannel(text, usual.Length) ?? throw Refusal("--mean", text, Allowed(usual, "number"), usual);
        return PreprocessingRules.WhyNoMean(mean, scale) is { } why ? throw new ImcException($"--mean is '{text}'; {why}.") : mean;
    }

    private static float[] Std(string text, float[] usual, float scale)
    {
        var std = PerChannel(text, usual.Length) is { } given && given.All(each => each > 0) ? given
            : throw Refusal("--std", text, Allowed(usual, "positive number"), usual);
        return PreprocessingRules.WhyNoStd(std, scale) is { } why ? throw new ImcException($"--std is '{text}'; {why}.") : std;
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

    private static ImcException Refusal(string option, string found, string allowed, float[] example) =>
        new($"{option} is '{found}'; write {allowed}, e.g. {string.Join(',', example)}.");
}
