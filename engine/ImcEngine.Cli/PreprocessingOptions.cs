using System.CommandLine;
using System.Globalization;
using ImcEngine.Data;
using ImcEngine.Importer.Lowering;

namespace ImcEngine.Cli;

/// <summary>The options that state how image bytes become the network's input.</summary>
internal sealed class PreprocessingOptions
{
    private readonly Option<string?> _mean = new("--mean") { HelpName = "r,g,b" };
    private readonly Option<string?> _std = new("--std") { HelpName = "r,g,b" };

    private PreprocessingOptions()
    {
    }

    /// <param name="usual">The default that the help names.</param>
    public static PreprocessingOptions AddTo(Command command, string usual)
    {
        var options = new PreprocessingOptions();
        options._mean.Description = $"Preprocessing: mean of R, G, B (default: {usual})";
        options._std.Description = $"Preprocessing: standard deviation of R, G, B (default: {usual})";
        command.Options.Add(options._mean);
        command.Options.Add(options._std);
        return options;
    }

    /// <param name="own">The model's own preprocessing.</param>
    /// <exception cref="ImcException">An option cannot be used, as in the other overload.</exception>
    public SourcedPreprocessing Resolve(ParseResult parse, SourcedPreprocessing own) => new(
        Resolve(parse, own.Preprocessing), parse.GetValue(_mean) is null ? own.Mean : PreprocessingSource.Option,
        parse.GetValue(_std) is null ? own.Std : PreprocessingSource.Option, own.Layout);

    /// <exception cref="ImcException">An option is not three numbers, a standard deviation is not positive,
    /// or the numbers are for pixels that are not divided by 255.</exception>
    public Preprocessing Resolve(ParseResult parse, Preprocessing usual) => new(
        parse.GetValue(_mean) is { } mean ? Mean(mean, usual.Mean) : usual.Mean,
        parse.GetValue(_std) is { } std ? Std(std, usual.Std) : usual.Std);

    private static float[] Mean(string text, float[] usual)
    {
        var mean = Colours(text) ?? throw Refusal("--mean", text, "three numbers", usual);
        return PreprocessingRules.WhyNoMean(mean) is { } why ? throw new ImcException($"--mean is '{text}'; {why}.") : mean;
    }

    private static float[] Std(string text, float[] usual)
    {
        var std = Colours(text) is { } given && given.All(each => each > 0) ? given
            : throw Refusal("--std", text, "three positive numbers", usual);
        return PreprocessingRules.WhyNoStd(std) is { } why ? throw new ImcException($"--std is '{text}'; {why}.") : std;
    }

    private static float[]? Colours(string text)
    {
        float[] numbers =
            [.. text.Split(',').Select(part => float.TryParse(part, CultureInfo.InvariantCulture, out float number) ? number : float.NaN)];
        return numbers.Length == 3 && numbers.All(float.IsFinite) ? numbers : null;
    }

    private static ImcException Refusal(string option, string found, string allowed, float[] example) =>
        new($"{option} is '{found}'; write {allowed}, e.g. {string.Join(',', example)}.");
}
