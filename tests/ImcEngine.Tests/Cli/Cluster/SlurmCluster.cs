using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Cli.Cluster;

/// <summary>
/// A Slurm cluster of one node, this machine: <c>munged</c>, <c>slurmctld</c> and <c>slurmd</c> of this user with a configuration, keys
/// and ports of their own, which end with it. No cgroups, no accounting, and nothing of a cluster that this machine may belong to.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class SlurmCluster : IDisposable
{
    private const string Munged = "munged", Controller = "slurmctld", Node = "slurmd";

    /// <summary>The programs that must be installed.</summary>
    public static readonly string[] Programs = [Munged, Controller, Node, "sbatch", "sinfo", "squeue", "scontrol", "scancel"];

    private const UnixFileMode OpenToAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const int KeyBytes = 128, Daemons = 3;

    private static readonly TimeSpan ToEndJobs = TimeSpan.FromSeconds(10), Between = TimeSpan.FromMilliseconds(50);

    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _daemons = [];

    private SlurmCluster()
    {
    }

    public string Configuration => _folder["slurm.conf"];

    /// <summary>Returns where a program is; null if it is not installed. Daemons are often outside of a user's PATH.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/usr/local/sbin")
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Starts the daemons and waits until the node takes jobs.</summary>
    public static async Task<SlurmCluster> StartAsync(CancellationToken limit)
    {
        var cluster = new SlurmCluster();
        try
        {
            await cluster.StartDaemonsAsync(limit);
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Runs a program that finds this cluster, to its end.</summary>
    public async Task<(int ExitCode, string Output, string Error)> RunAsync(string program, IEnumerable<string> arguments,
        CancellationToken limit)
    {
        using var process = Start(program, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit), process.StandardError.ReadToEndAsync(limit));
        try
        {
            await process.WaitForExitAsync(limit);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Runs a client of Slurm, which must succeed; returns what it prints.</summary>
    public async Task<string> AskAsync(string program, string[] arguments, CancellationToken limit)
    {
        var (code, output, error) = await RunAsync(program, arguments, limit);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}: {error}");
        return output.Trim();
    }

    /// <summary>What the daemons wrote, for messages of failed tests.</summary>
    public string Logs => string.Join('\n', new[] { "munged.log", "slurmctld.log", "slurmd.log" }.Select(name => _folder[name])
        .Where(File.Exists).Select(file => $"== {file}\n{File.ReadAllText(file)}"));

    /// <summary>Ends the jobs, which do not end with their daemon, and the daemons, the last first.</summary>
    public void Dispose()
    {
        if (_daemons.Count == Daemons) EndJobsAsync().GetAwaiter().GetResult();
        foreach (var daemon in _daemons.AsEnumerable().Reverse())
        {
            if (!daemon.HasExited) daemon.Kill(entireProcessTree: true);
            daemon.WaitForExit();
            daemon.Dispose();
        }
        _folder.Dispose();
    }

    private async Task StartDaemonsAsync(CancellationToken limit)
    {
        File.SetUnixFileMode(_folder[""], OpenToAll);
        File.WriteAllBytes(_folder["munge.key"], RandomNumberGenerator.GetBytes(KeyBytes));
        File.SetUnixFileMode(_folder["munge.key"], UnixFileMode.UserRead);
        foreach (string part in new[] { "state", "spool" }) Directory.CreateDirectory(_folder[part]);
        File.WriteAllText(Configuration, ConfigurationText());
        StartDaemon(Munged, "--foreground", $"--key-file={_folder["munge.key"]}", $"--socket={_folder["munge.socket"]}",
            $"--pid-file={_folder["munged.pid"]}", $"--log-file={_folder["munged.log"]}", $"--seed-file={_folder["munged.seed"]}",
            "--num-threads=10");
        await WaitAsync(() => Task.FromResult(File.Exists(_folder["munge.socket"])), "munged has no socket", limit);
        StartDaemon(Controller, "-D", "-f", Configuration);
        StartDaemon(Node, "-D", "-f", Configuration);
        await WaitAsync(async () => (await RunAsync("sinfo", ["--noheader", "--format=%T"], limit)).Output.Trim() == "idle",
            "the node takes no jobs", limit);
    }

    private async Task EndJobsAsync()
    {
        using var limit = new CancellationTokenSource(ToEndJobs);
        try
        {
            await RunAsync("scancel", ["--user", Environment.UserName], limit.Token);
            while ((await RunAsync("squeue", ["--noheader"], limit.Token)).Output.Length > 0) await Task.Delay(Between, limit.Token);
        }
        catch (OperationCanceledException)
        {
            // The daemons end either way; jobs that outlive them end with their work, which takes seconds.
        }
    }

    private string ConfigurationText()
    {
        string host = Dns.GetHostName().Split('.')[0];
        var (controllerPort, nodePort) = FreePorts();
        return $"""
            ClusterName=imc
            SlurmctldHost={host}(127.0.0.1)
            SlurmUser={Environment.UserName}
            SlurmdUser={Environment.UserName}
            SlurmctldPort={controllerPort}
            SlurmdPort={nodePort}
            AuthType=auth/munge
            CredType=cred/munge
            AuthInfo=socket={_folder["munge.socket"]},cred_expire=5
            StateSaveLocation={_folder["state"]}
            SlurmdSpoolDir={_folder["spool"]}
            SlurmctldPidFile={_folder["slurmctld.pid"]}
            SlurmdPidFile={_folder["slurmd.pid"]}
            SlurmctldLogFile={_folder["slurmctld.log"]}
            SlurmdLogFile={_folder["slurmd.log"]}
            ProctrackType=proctrack/pgid
            TaskPlugin=task/none
            JobAcctGatherType=jobacct_gather/none
            AccountingStorageType=accounting_storage/none
            MpiDefault=none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_CPU
            SchedulerType=sched/builtin
            SchedulerParameters=batch_sched_delay=0,sched_interval=1
            SlurmdParameters=config_overrides
            ReturnToService=2
            KillWait=1
            NodeName={host} NodeAddr=127.0.0.1 CPUs={Environment.ProcessorCount} State=UNKNOWN
            PartitionName=all Nodes={host} Default=YES MaxTime=10 State=UP

            """;
    }

    /// <summary>Returns two ports that were free just now.</summary>
    private static (int First, int Second) FreePorts()
    {
        using TcpListener first = new(IPAddress.Loopback, 0), second = new(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }

    private void StartDaemon(string program, params string[] arguments)
    {
        var daemon = Start(program, arguments);
        daemon.OutputDataReceived += (_, _) => { };
        daemon.ErrorDataReceived += (_, _) => { };
        daemon.BeginOutputReadLine();
        daemon.BeginErrorReadLine();
        _daemons.Add(daemon);
    }

    private Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Find(program)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SLURM_CONF"] = Configuration;
        return Process.Start(start)!;
    }

    /// <summary>Asks again and again until the answer is yes.</summary>
    public async Task WaitAsync(Func<Task<bool>> isSo, string complaint, CancellationToken limit)
    {
        try
        {
            while (!await isSo()) await Task.Delay(Between, limit);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"In the time of this test {complaint}.\n{Logs}");
        }
    }
}
