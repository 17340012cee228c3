using System.CommandLine;
using System.CommandLine.Parsing;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Cli;

/// <summary>Names options that were given but have no effect, a line each.</summary>
internal static class IdleOptions
{
    /// <summary>Returns a line for each option that has no effect on any of the runs.</summary>
    /// <param name="dies">The number of dies that run.</param>
    /// <param name="hasRanges">Whether any ADC's range is calibrated.</param>
    /// <param name="quantizes">Whether a float network is quantized on the calibration images.</param>
    public static IEnumerable<string> Find(ParseResult parse, IReadOnlyList<RunSpec> runs, int dies, bool hasRanges, bool quantizes)
    {
        var given = parse.CommandResult.Children.OfType<OptionResult>().Where(option => !option.Implicit)
            .Select(option => option.Option.Name).ToHashSet();
        if (given.Contains("--die") && OfDie("--die", runs) is { } die) yield return die;
        if (given.Contains("--seed") && OfSeed("--seed", runs) is { } seed) yield return seed;
        if (given.Contains("--yield-above") && dies == 1)
            yield return "--yield-above judges a single die, which says little about others: give --dies.";
        if (given.Contains("--calibration-file") && !hasRanges)
            yield return "--calibration-file has no effect: no ADC has a calibrated range.";
        if (given.Contains("--design") && !runs.Any(run => run.Macros.Any(macro => LayerAdcs.NeedsCalibration(macro.Adc))))
            yield return "--design has no effect: no ADC has a calibrated range.";
        if (given.Contains("--correct-per") && runs.All(run => run.Calibration.Correct == DigitalCorrection.None))
            yield return "--correct-per has no effect: nothing is corrected (--correct).";
        bool trims = runs.Any(run => run.Calibration.TrimsDies);
        bool isIdle = !quantizes && !trims && (!hasRanges || given.Contains("--calibration-file"));
        if (isIdle && given.Contains("--calibration"))
            yield return "--calibration calibrates nothing here: it only leaves its images out of the evaluation.";
        if (isIdle && given.Contains("--calibration-data"))
            yield return "--calibration-data calibrates nothing here: no ADC range must be found, and the network is already quantized.";
    }

    /// <param name="name">Name of the option or field that chooses the die.</param>
    /// <param name="runs">The runs that it is chosen for.</param>
    /// <returns>A line that says so if it affects none of them, else null.</returns>
    public static string? OfDie(string name, IEnumerable<RunSpec> runs) =>
        runs.Any(run => run.HasStaticErrors) ? null : $"{name} has no effect: no static error is on, so all dies are equal.";

    /// <summary>As <see cref="OfDie"/>, for the seed of temporal noise.</summary>
    public static string? OfSeed(string name, IEnumerable<RunSpec> runs) =>
        runs.Any(run => run.HasTemporalNoise) ? null : $"{name} has no effect: no temporal noise is on.";
}
