using System.CommandLine;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary>The options that choose the images to calibrate on.</summary>
internal sealed class CalibrationOptions
{
    private readonly Option<int?> _count =
        Choices.WholeNumber("--calibration", "Images to calibrate on (default: the specification's, 128)", 1, Choices.MostImages);
    private readonly Option<string?> _data = new("--calibration-data")
    {
        Description = "Calibrate on the first images of this data (default: the last images of --data, which 'compare' does not evaluate)",
        HelpName = "PATH",
    };

    private CalibrationOptions()
    {
    }

    public static CalibrationOptions AddTo(Command command)
    {
        var options = new CalibrationOptions();
        command.Options.Add(options._count);
        command.Options.Add(options._data);
        return options;
    }

    /// <summary>Returns the specification with its calibration fields replaced by the options that were given.</summary>
    public RunSpec Applied(ParseResult parse, RunSpec run) => run with
    {
        Calibration = run.Calibration with { Count = parse.GetValue(_count) ?? run.Calibration.Count,
            Data = parse.GetValue(_data) ?? run.Calibration.Data },
    };
}
