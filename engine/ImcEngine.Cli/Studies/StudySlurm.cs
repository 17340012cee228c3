using ImcEngine.Cli.Cluster;

namespace ImcEngine.Cli.Studies;

/// <summary>A study as a job array: each task runs one shard into the study's own folder, then the last job writes the tables.</summary>
internal static class StudySlurm
{
    /// <summary>The folder of scripts in that of the results.</summary>
    public const string Part = "slurm";

    /// <summary>Returns bash for the threads of a job.</summary>
    /// <param name="threads">Their number; null: as many as Slurm gives the job.</param>
    public static string ThreadsOf(int? threads) => threads is { } number ? $"{number}" : $"\"{SlurmArray.Threads}\"";

    /// <param name="file">The study.</param>
    /// <param name="name">Its name.</param>
    /// <param name="folder">The folder of results. All tasks store points in it, so that points of earlier runs count however the work is
    /// shared out.</param>
    /// <param name="passed">Further options of the tasks, with full paths.</param>
    /// <param name="threads">The threads of a task; null: as many as Slurm gives it.</param>
    public static SlurmArray Create(string file, string name, string folder, int tasks, IReadOnlyList<string> passed, int? threads,
        IReadOnlyList<string> sbatch)
    {
        string target = Path.GetFullPath(folder), study = BashText.Line([.. OwnProgram.Words, "study"]);
        string task = $"{study} {BashText.Line([Path.GetFullPath(file), "--out", target, .. passed])} "
            + $"--shard \"{SlurmArray.TaskNumber}/{tasks}\" --threads {ThreadsOf(threads)}";
        return new($"imc-{name}", Path.Combine(target, Part), tasks, task,
            $"{study} {BashText.Line(["--merge", target, "--out", target])}", sbatch);
    }
}
