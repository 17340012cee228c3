using ImcEngine.Data;

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

    private static string InFull(string source) => source is Shapes10.Name or DataSource.Cifar10 ? source : Path.GetFullPath(source);
}
