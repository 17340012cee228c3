using System.CommandLine;
using System.CommandLine.Parsing;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary>Options that were given and cannot act, each named in a line.</summary>
internal static class IdleOptions
{
    /// <summary>Options that have no effect on any of the runs.</summary>
    /// <param name="dies">How many run.</param>
    /// <param name="hasRanges">Whether any ADC's range is calibrated.</param>
    /// <param name="quantizes">Whether a float network is quantized on the calibration images.</param>
    public static IEnumerable<string> Of(ParseResult parse, IReadOnlyList<RunSpec> runs, int dies, bool hasRanges, bool quantizes)
    {
        var given = parse.CommandResult.Children.OfType<OptionResult>().Where(option => !option.Implicit)
            .Select(option => option.Option.Name).ToHashSet();
        if (given.Contains("--die") && OfDie("--die", runs) is { } die) yield return die;
        if (given.Contains("--seed") && OfSeed("--seed", runs) is { } seed) yield return seed;
        if (given.Contains("--yield-above") && dies == 1)
            yield return "--yield-above judges one die, which says little of others: give --dies.";
        if (given.Contains("--calibration-file") && !hasRanges)
            yield return "--calibration-file has no effect: no ADC has a calibrated range.";
        bool isIdle = !quantizes && (!hasRanges || given.Contains("--calibration-file"));
        if (isIdle && given.Contains("--calibration"))
            yield return "--calibration calibrates nothing here: it only leaves its images out of the evaluation.";
        if (isIdle && given.Contains("--calibration-data"))
            yield return "--calibration-data calibrates nothing here: no range is looked for and the network is quantized already.";
    }

    /// <param name="name">Of what chooses the die.</param>
    /// <param name="runs">Those that it is chosen for.</param>
    /// <returns>Null where it acts on one of them.</returns>
    public static string? OfDie(string name, IEnumerable<RunSpec> runs) =>
        runs.Any(run => run.Macro.Die.HasStaticErrors) ? null : $"{name} has no effect: nothing static is on, so all dies are equal.";

    /// <summary>As <see cref="OfDie"/>, of the seed of temporal noise.</summary>
    public static string? OfSeed(string name, IEnumerable<RunSpec> runs) =>
        runs.Any(run => run.HasTemporalNoise) ? null : $"{name} has no effect: no noise is on.";
}
