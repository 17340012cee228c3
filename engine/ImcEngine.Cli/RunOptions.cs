using System.CommandLine;
using ImcEngine.Cost;
using ImcEngine.Importer;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary>The options that make a run specification: a file, a macro in place of the file's, then single fields.</summary>
internal sealed class RunOptions
{
    private readonly Option<string?> _run = new("--run")
    {
        Description = "Run specification, a JSON file (see 'imc spec')",
        HelpName = "FILE",
    };
    private readonly Option<string?> _macro = new("--macro")
    {
        Description = "Macro: a preset (see 'imc macros') or a JSON file that states what differs from preset 'default'",
        HelpName = "NAME|FILE",
    };
    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Change a field of the specification, e.g. macro.adc.bits=5; may be repeated, "
            + "but none may undo another",
        HelpName = "path=value",
    };

    private readonly Option<bool> _exact = new("--exact")
    {
        Description = "Exact sums in every macro layer: adc.kind none and an ideal die, whatever the specification says; "
            + "conversions are counted, not emulated",
    };

    private readonly Option<bool> _thermalNoise = new("--thermal-noise")
    {
        Description = "Take the thermal noise of the columns for macro.die.bitlineNoiseCounts, from macro.technology and macro.cell",
    };

    private readonly Option<bool> _publishedMismatch = new("--published-mismatch")
    {
        Description = "Take the published mismatch of the stated capacitance of a cell for macro.die.cellMismatchRelative",
    };

    private RunOptions()
    {
    }

    /// <summary>Adds the options of a command that runs images, <c>--exact</c> and errors from the technology among them.</summary>
    public static RunOptions AddWithExactTo(Command command)
    {
        var options = AddTo(command);
        foreach (Option option in new Option[] { options._exact, options._thermalNoise, options._publishedMismatch })
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(options._exact) && (result.GetValue(options._thermalNoise) || result.GetValue(options._publishedMismatch)))
                result.AddError("--exact takes an ideal die; leave out --thermal-noise and --published-mismatch, or --exact.");
        });
        return options;
    }

    public static RunOptions AddTo(Command command)
    {
        var options = new RunOptions();
        command.Options.Add(options._run);
        command.Options.Add(options._macro);
        command.Options.Add(options._set);
        return options;
    }

    /// <summary>Whether any of the options was given.</summary>
    public bool IsGiven(ParseResult parse) =>
        new Option[] { _run, _macro, _set, _exact, _thermalNoise, _publishedMismatch }
            .Any(option => parse.GetResult(option) is { Implicit: false });

    /// <summary>The text of <c>--macro</c>; null if it was not given.</summary>
    public string? Macro(ParseResult parse) => parse.GetValue(_macro);

    /// <summary>Returns the run specification, without errors from the technology (<see cref="WithErrorsOfTechnology"/>). The name of a
    /// changed preset says what was changed.</summary>
    /// <exception cref="ImcException">A file cannot be read, or a field cannot be used.</exception>
    public RunSpec Resolve(ParseResult parse)
    {
        var run = parse.GetValue(_run) is { } file ? UserFiles.Run(file) : RunSpecJson.Default;
        if (parse.GetValue(_macro) is { } macro) run = run with { Macro = UserFiles.Macro(macro) };
        run = RunSpecJson.SetAll(_set.Name, run, parse.GetValue(_set) ?? []);
        if (parse.GetValue(_exact)) run = run.WithExactSums();
        return PresetChanges.Marked(run);
    }

    /// <summary>Returns a run with the errors that the options take from its technology. They depend on rows, digits and cells, so this
    /// comes after every change of those.</summary>
    /// <exception cref="SpecException">A macro lacks what an error follows from, or states the error already.</exception>
    public RunSpec WithErrorsOfTechnology(ParseResult parse, RunSpec run)
    {
        if (parse.GetValue(_thermalNoise)) run = run.WithMacros(TechnologyErrors.WithThermalNoise);
        if (parse.GetValue(_publishedMismatch)) run = run.WithMacros(TechnologyErrors.WithPublishedMismatch);
        SpecRules.Check(run);
        return PresetChanges.Marked(run);
    }
}
