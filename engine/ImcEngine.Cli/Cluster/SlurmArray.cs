using System.Globalization;

namespace ImcEngine.Cli.Cluster;

/// <summary>
/// Work on a Slurm cluster: an array of tasks, and a job that runs once after all of them:
/// <code>
/// FOLDER/task.sh    a task of the array, which may be killed and run again at any moment
/// FOLDER/last.sh    the job after them
/// FOLDER/logs/      what they print: NAME-ARRAY_TASK.log, NAME-last-JOB.log
/// </code>
/// The last job waits until every task has ended for good, well or not (<c>afterany</c>), and says itself what is missing. With
/// <c>afterok</c> a failed task would leave it in the queue for ever, and nothing would be said. A task that is requeued has not ended.
/// </summary>
/// <param name="Name">The name of the jobs: letters, digits, '-', '_' and '.'.</param>
/// <param name="Folder">The folder of the scripts, a full path.</param>
/// <param name="Tasks">The number of tasks.</param>
/// <param name="TaskCommand">A line of bash; <see cref="TaskNumber"/> and <see cref="Threads"/> in it are those of the task.</param>
/// <param name="LastCommand">A line of bash.</param>
/// <param name="Options">Options of <c>sbatch</c> for all jobs, a word each.</param>
internal sealed record SlurmArray(string Name, string Folder, int Tasks, string TaskCommand, string LastCommand,
    IReadOnlyList<string> Options)
{
    /// <summary>Bash for the number of a task, from 1 to <see cref="Tasks"/>, and for the CPUs that a job was given.</summary>
    public const string TaskNumber = "${SLURM_ARRAY_TASK_ID}", Threads = "${SLURM_CPUS_PER_TASK:-${SLURM_CPUS_ON_NODE:-1}}";

    private const string Sbatch = "sbatch";
    private const StringSplitOptions Blanks = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    private string TaskFile => Path.Combine(Folder, "task.sh");
    private string LastFile => Path.Combine(Folder, "last.sh");

    /// <summary>The folder of what the jobs print.</summary>
    public string Logs => Path.Combine(Folder, "logs");

    /// <summary>Returns the scripts and the commands that submit them, as text to read.</summary>
    public string Description => string.Join('\n',
        [
            $"# {TaskFile}", Script(TaskCommand), $"# {LastFile}", Script(LastCommand),
            $"{Sbatch} {BashText.Line(ArrayArguments)}", $"{Sbatch} {BashText.Line(LastArguments("ARRAY"))}",
        ]);

    /// <summary>Writes the scripts and submits both jobs.</summary>
    /// <returns>The numbers of the array and of the last job.</returns>
    /// <exception cref="ImcException">The scripts cannot be written, or Slurm does not take the jobs.</exception>
    public (string Array, string Last) Submit()
    {
        OutputFolder.Make(Logs);
        AtomicFile.Write(TaskFile, Script(TaskCommand));
        AtomicFile.Write(LastFile, Script(LastCommand));
        string array = NumberOf(Run(ArrayArguments, ""));
        return (array, NumberOf(Run(LastArguments(array),
            $" Array {array} was submitted without the job that follows it: end it with 'scancel {array}' and submit again.")));
    }

    private string[] ArrayArguments =>
        [.. Arguments(Name, "%x-%A_%a.log"), "--requeue", $"--array=1-{Tasks}", "--parsable", TaskFile];

    /// <summary>Whether the last job runs images, so that it takes as many CPUs as a task; else it takes one.</summary>
    public bool LastTakesAllCpus { get; init; }

    private string[] LastArguments(string array) =>
    [
        .. Arguments($"{Name}-last", "%x-%j.log"), "--requeue", .. LastTakesAllCpus ? [] : new[] { "--ntasks=1", "--cpus-per-task=1" },
        $"--dependency=afterany:{array}", "--parsable", LastFile,
    ];

    /// <summary>The user's options follow the usual ones and replace them.</summary>
    private IEnumerable<string> Arguments(string name, string log) =>
        [$"--job-name={name}", $"--chdir={Folder}", "--open-mode=append", $"--output={LogFile(log)}", .. Options];

    /// <summary>Returns the name of a log: Slurm replaces '%A' and the like in the whole path, and nothing at all in a path that has a
    /// backslash.</summary>
    private string LogFile(string pattern) => Logs.Contains('\\', StringComparison.Ordinal)
        ? throw new ImcException($"'{Folder}' has a backslash, which Slurm does not take in names of logs; name another folder with --out.")
        : Path.Combine(Logs.Replace("%", "%%", StringComparison.Ordinal), pattern);

    private static string Script(string command) => $"#!/bin/bash\nset -euo pipefail\nexec {command}\n";

    /// <summary>Returns the number of a job from <c>sbatch --parsable</c>: <c>NUMBER</c> or <c>NUMBER;CLUSTER</c>.</summary>
    private static string NumberOf(string answer) => answer.Trim().Split(';')[0] is { Length: > 0 } number && number.All(char.IsAsciiDigit)
        ? number : throw new ImcException($"'{Sbatch} --parsable' answered '{answer.Trim()}', not the number of a job.");

    private static string Run(string[] arguments, string consequence)
    {
        var answer = ChildProgram.Run(Sbatch, arguments,
            $"Is Slurm installed on this machine? --dry-run prints the scripts without it.{consequence}");
        return answer.ExitCode == 0 ? answer.Output
            : throw new ImcException(string.Create(CultureInfo.InvariantCulture,
                $"{Sbatch} ended with {answer.ExitCode}: {string.Join("; ", answer.Error.Split('\n', Blanks))}.{consequence}"));
    }
}
