using ImcEngine.Cli.Cluster;
using ImcEngine.Cli.Studies;

namespace ImcEngine.Cli.Optimization;

/// <summary>An optimization as a job array: each task runs a share of the candidates on the images that choose, then the last job takes
/// what they stored, confirms, and writes the choice.</summary>
internal static class OptimizationSlurm
{
    /// <param name="file">The optimization.</param>
    /// <param name="name">Its name.</param>
    /// <param name="folder">The folder of results, which all jobs share.</param>
    /// <param name="passed">Further options of all jobs, with full paths.</param>
    /// <param name="ofLast">Further options of the last job.</param>
    /// <param name="threads">The threads of a job; null: as many as Slurm gives it.</param>
    public static SlurmArray Create(string file, string name, string folder, int tasks, IReadOnlyList<string> passed,
        IReadOnlyList<string> ofLast, int? threads, IReadOnlyList<string> sbatch)
    {
        string target = Path.GetFullPath(folder);
        string command = BashText.Line([.. OwnProgram.Words, "optimize", Path.GetFullPath(file), "--out", target, .. passed])
            + $" --threads {StudySlurm.ThreadsOf(threads)}";
        return new($"imc-{name}", Path.Combine(target, StudySlurm.Part), tasks, $"{command} --shard \"{SlurmArray.TaskNumber}/{tasks}\"",
            $"{command} {BashText.Line(ofLast)}".TrimEnd(), sbatch) { LastTakesAllCpus = true };
    }
}
