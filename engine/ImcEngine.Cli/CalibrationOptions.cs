using System.CommandLine;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary>The options of calibration: its images, the design of converters, digital corrections.</summary>
internal sealed class CalibrationOptions
{
    private readonly Option<int?> _count =
        Choices.WholeNumber("--calibration", "Images to calibrate on (default: the specification's, 128)", 1, Choices.MostImages);
    private readonly Option<string?> _data = new("--calibration-data")
    {
        Description = "Calibrate on the first images of this data (default: the last images of --data, which 'compare' does not evaluate)",
        HelpName = "PATH",
    };

    private readonly Option<ConverterDesign?> _design = Choices.Word(
        "--design", "How calibrated ADCs are made of the partial sums (default: the specification's, mse)", SpecWords.Designs);

    private readonly Option<DigitalCorrection?> _correct = Choices.Word(
        "--correct", "Fit scale and offset of every output channel to the digital network (default: the specification's, none)",
        SpecWords.Corrections);

    private readonly Option<CorrectionScope?> _correctPer = Choices.Word(
        "--correct-per", "With --correct: fit on the ideal die for all dies, or on each die (default: the specification's, idealDie)",
        SpecWords.CorrectionScopes);

    private CalibrationOptions()
    {
    }

    public static CalibrationOptions AddTo(Command command)
    {
        var options = AddImagesTo(command);
        command.Options.Add(options._design);
        command.Options.Add(options._correct);
        command.Options.Add(options._correctPer);
        return options;
    }

    /// <summary>Adds only the options that choose the images.</summary>
    public static CalibrationOptions AddImagesTo(Command command)
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
            Data = parse.GetValue(_data) ?? run.Calibration.Data, Design = parse.GetValue(_design) ?? run.Calibration.Design,
            Correct = parse.GetValue(_correct) ?? run.Calibration.Correct,
            CorrectPer = parse.GetValue(_correctPer) ?? run.Calibration.CorrectPer },
    };
}
