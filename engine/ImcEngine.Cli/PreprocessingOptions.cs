using System.CommandLine;
using ImcEngine.Data;
using ImcEngine.Importer.Lowering;

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
    /// <exception cref="ImcException">An option cannot be used.</exception>
    public SourcedPreprocessing Resolve(ParseResult parse, SourcedPreprocessing own) => Given(parse).Resolve(own);

    /// <exception cref="ImcException">An option cannot be used.</exception>
    public Preprocessing Resolve(ParseResult parse, Preprocessing usual) => Given(parse).Resolve(usual);

    private PreprocessingChoice Given(ParseResult parse) =>
        new(parse.GetValue(_mean), parse.GetValue(_std), parse.GetValue(_scale), parse.GetValue(_channels));
}
