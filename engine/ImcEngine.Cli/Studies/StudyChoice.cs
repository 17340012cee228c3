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

    /// <summary>Returns a point as it then runs. The images that it calibrates on are named by their file alone, and known by their hash, so
    /// that its key does not depend on the machine.</summary>
    public StudyPoint Of(StudyPoint point) => CalibrationData is null ? point
        : point with { Run = point.Run with { Calibration = point.Run.Calibration with { Data = NameOf(CalibrationData) } } };

    /// <summary>Returns what a point calibrates on, as it can be opened; null: it is as in the study's file.</summary>
    /// <param name="source">As the point names it.</param>
    public string? Opened(string source) => CalibrationData is { } path && source == NameOf(path) ? path : null;

    private static string NameOf(string path) => IsName(path) ? path : Path.GetFileName(Path.TrimEndingDirectorySeparator(path));

    private static string InFull(string source) => IsName(source) ? source : Path.GetFullPath(source);

    private static bool IsName(string source) => source is Shapes10.Name or DataSource.Cifar10;
}
