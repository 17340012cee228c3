using System.CommandLine;

namespace ImcEngine.Cli.Cluster;

/// <summary>The options that submit a command's work to Slurm instead of doing it here.</summary>
internal sealed class SlurmOptions
{
    private const int UsualTasks = 64;

    private readonly Option<bool> _slurm = new("--slurm")
    {
        Description = "Submit the work to Slurm as a job array, and a job after it that brings the results together",
    };
    private readonly Option<int?> _tasks =
        Choices.WholeNumber("--tasks", $"With --slurm: tasks of the array (default: one a point, at most {UsualTasks})", 1,
            Choices.MostShards);
    private readonly Option<string[]> _options = new("--slurm-option")
    {
        Description = "With --slurm: an option of sbatch for all jobs, e.g. --slurm-option=--partition=short; may be repeated",
        HelpName = "OPTION",
    };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "With --slurm: print the scripts and submit nothing" };

    private SlurmOptions()
    {
    }

    public static SlurmOptions AddTo(Command command)
    {
        var options = new SlurmOptions();
        Option[] ofSlurm = [options._tasks, options._options, options._dryRun];
        foreach (var option in ofSlurm.Prepend(options._slurm)) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(options._slurm)) return;
            foreach (var option in ofSlurm)
                if (result.GetResult(option) is { Implicit: false }) result.AddError($"{option.Name} goes with --slurm.");
        });
        options._options.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                // What is blank or holds NUL is refused for every option alike.
                if (!token.Value.StartsWith('-') && token.Value.Trim().Length > 0 && !token.Value.Contains('\0', StringComparison.Ordinal))
                    result.AddError($"--slurm-option is '{token.Value}'; allowed is one option of sbatch with its value, "
                        + "e.g. --slurm-option=--partition=short.");
        });
        return options;
    }

    /// <summary>The option that asks for Slurm.</summary>
    public Option<bool> Slurm => _slurm;

    public bool Asked(ParseResult parse) => parse.GetValue(_slurm);

    public bool IsDryRun(ParseResult parse) => parse.GetValue(_dryRun);

    /// <summary>Returns the number of tasks for so many parts of work: never more than there are parts.</summary>
    public int Tasks(ParseResult parse, int parts) => Math.Min(parse.GetValue(_tasks) ?? UsualTasks, parts);

    /// <summary>Returns the user's options of sbatch, after one that asks for the CPUs of a task.</summary>
    /// <param name="threads">The threads of a task; null: as many as Slurm gives it.</param>
    public IReadOnlyList<string> OfSbatch(ParseResult parse, int? threads) =>
        [.. threads is { } cpus ? new[] { $"--cpus-per-task={cpus}" } : [], .. parse.GetValue(_options) ?? []];
}
