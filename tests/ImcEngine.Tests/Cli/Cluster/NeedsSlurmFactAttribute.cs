namespace ImcEngine.Tests.Cli.Cluster;

/// <summary>A fact that starts a Slurm cluster of this machine alone; shown as skipped where Slurm or Munge is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsSlurmFactAttribute : FactAttribute
{
    public NeedsSlurmFactAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "Slurm is looked for on Linux alone.";
        else if (SlurmCluster.Programs.FirstOrDefault(program => SlurmCluster.Find(program) is null) is { } missing)
            Skip = $"'{missing}' is not installed; Debian has it in the packages slurm-wlm and munge.";
    }
}
