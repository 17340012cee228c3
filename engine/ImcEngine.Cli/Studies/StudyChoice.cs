using ImcEngine.Data;
using ImcEngine.Evaluation.Studies;

namespace ImcEngine.Cli.Studies;

/// <summary>What the command line says in place of the study's file; null leaves what the file says.</summary>
/// <param name="Data">The images.</param>
/// <param name="CalibrationData">The images that all points calibrate on.</param>
/// <param name="Images">The number of images that are evaluated.</param>
internal sealed record StudyChoice(string? Data, string? CalibrationData, int? Images)
{
    /// <summary>Returns the options that say the same from any folder.</summary>
    public IEnumerable<string> Options =>
    [
        .. Data is null ? new string[0] : ["--data", InFull(Data)],
        .. CalibrationData is null ? new string[0] : ["--calibration-data", InFull(CalibrationData)],
        .. Images is null ? new string[0] : ["--images", $"{Images}"],
    ];

    /// <summary>Returns the study that counts.</summary>
    /// <param name="file">The study's file.</param>
    public StudySpec In(StudySpec study, string file)
    {
        if (Images is { } images) study = study with { Images = images };
        return CalibrationData is { } calibration ? study.CalibratedOn(calibration, file) : study;
    }

    private static string InFull(string source) => source is Shapes10.Name or DataSource.Cifar10 ? source : Path.GetFullPath(source);
}
