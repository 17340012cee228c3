using System.CommandLine;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary>The options that choose dies, and other hardware settings on the same dies.</summary>
internal sealed class DieOptions
{
    private readonly Option<uint?> _die = Choices.Seed("--die", "The die: seed of everything static (default: 0)");
    private readonly Option<int?> _dies =
        Choices.WholeNumber("--dies", "Number of dies to run, with the seeds from --die on (default: 1)", 1, Choices.MostDies);
    private readonly Option<uint?> _seed = Choices.Seed("--seed", "Seed of temporal noise (default: 1)");
    private readonly Option<int?> _repeats =
        Choices.WholeNumber("--repeats", "Runs of each die, each with new temporal noise (default: 1)", 1, Choices.MostRepeats);
    private readonly Option<double?> _yieldAbove =
        Choices.Fraction("--yield-above", "Count the dies whose accuracy exceeds this, e.g. 0.90");
    private readonly Option<string[]> _versus = new("--versus")
    {
        Description = "Another hardware setting to run on the same dies and images: fields to change, "
            + "separated by blanks (put a value with blanks in quotes or braces); may be repeated", HelpName = "\"path=value ...\"",
    };

    private DieOptions()
    {
    }

    public static DieOptions AddTo(Command command)
    {
        var options = new DieOptions();
        foreach (Option option in new Option[] { options._die, options._dies, options._seed, options._repeats, options._yieldAbove,
            options._versus }) command.Options.Add(option);
        return options;
    }

    public double? YieldAbove(ParseResult parse) => parse.GetValue(_yieldAbove);

    /// <summary>Whether several dies, repeats or settings were asked for.</summary>
    public bool AsksForSeveral(ParseResult parse) =>
        new Option[] { _dies, _repeats, _yieldAbove, _versus }.Any(option => parse.GetResult(option) is { Implicit: false });

    /// <exception cref="ImcException">The last seed is beyond 32 bits, or dies and repeats are too many together.</exception>
    public DieChoice Choose(ParseResult parse)
    {
        var choice = new DieChoice(parse.GetValue(_die) ?? 0, parse.GetValue(_dies) ?? 1, parse.GetValue(_repeats) ?? 1,
            parse.GetValue(_seed) ?? 1);
        if ((long)choice.Count * choice.Repeats > Choices.MostRuns)
            throw new ImcException($"--dies {choice.Count} with --repeats {choice.Repeats} are {(long)choice.Count * choice.Repeats} runs "
                + $"of all images; allowed are at most {Choices.MostRuns}. Lower one of the two.");
        return choice.First + (ulong)(choice.Count - 1) <= uint.MaxValue ? choice
            : throw new ImcException($"--dies is {choice.Count} from --die {choice.First} on; seeds end at {uint.MaxValue}. "
                + "Lower one of the two.");
    }

    /// <summary>Returns the setting of the run specification, then one for each <c>--versus</c>.</summary>
    /// <exception cref="ImcException">A field cannot be used, or changes the network itself.</exception>
    public ComparisonSetting[] Settings(ParseResult parse, RunSpec run) =>
        [new(run), .. (parse.GetValue(_versus) ?? []).Select(changes => Changed(run, changes))];

    private static ComparisonSetting Changed(RunSpec run, string changes)
    {
        var assignments = AtBlanks(changes);
        if (assignments.FirstOrDefault(each => each.IndexOf('=', StringComparison.Ordinal) <= 0) is { } odd)
            throw new ImcException($"--versus is '{changes}', in which '{odd}' is not path=value. Blanks separate changes; "
                + "put a value that contains blanks in quotes, e.g. macro.name=\"my chip\".");
        var changed = RunSpecJson.SetAll("--versus", run, assignments);
        changed = PresetChanges.Marked(changed);
        return NetworkSpec.IsSame(changed, run) ? new(changed, string.Join(' ', assignments))
            : throw new ImcException($"--versus is '{changes}', which changes the network or its images (quantization, "
                + "which layers are digital, calibration.data or calibration.count); "
                + "settings of one comparison differ in hardware alone. Run it with a separate command.");
    }

    /// <summary>Splits a text at the blanks that are outside quotes, brackets and braces.</summary>
    private static List<string> AtBlanks(string changes)
    {
        var parts = new List<string>();
        int first = 0, depth = 0;
        bool isQuoted = false;
        for (int i = 0; i <= changes.Length; i++)
        {
            char c = i < changes.Length ? changes[i] : ' ';
            if (c == '"' && (i == 0 || changes[i - 1] != '\\')) isQuoted = !isQuoted;
            else if (!isQuoted && c is '[' or '{') depth++;
            else if (!isQuoted && c is ']' or '}') depth--;
            if (i < changes.Length && (isQuoted || depth > 0 || !char.IsWhiteSpace(c))) continue;
            if (i > first) parts.Add(changes[first..i]);
            first = i + 1;
        }
        return parts;
    }
}
