using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Fuzzing;

/// <summary>The harness finds, saves and replays what readers must not do.</summary>
public sealed class FuzzRunTests : IDisposable
{
    private const int Inputs = 200;

    private readonly TemporaryFolder _folder = new();
    private readonly ManualResetEventSlim _ended = new();

    public void Dispose()
    {
        _ended.Set();
        _folder.Dispose();
    }

    private FuzzOptions Options(int threads = 1) =>
        new(_folder["findings"], Count: Inputs, Threads: threads) { Limit = TimeSpan.FromSeconds(0.5) };

    private SavedFinding OnlyFindingOf(IFuzzTarget target)
    {
        var saved = Assert.Single(FuzzRun.Run(target, Options()).Findings);
        byte[] input = File.ReadAllBytes(saved.File);
        Assert.Equal(FaultyTarget.Bad, input[0]);
        Assert.Equal(saved.Finding.Input, input);
        return saved;
    }

    private string? FaultOfReplay(IFuzzTarget target, SavedFinding saved) =>
        FuzzRun.Replay(target, File.ReadAllBytes(saved.File), Options().Limit)?.Fault?.Kind;

    [Fact]
    public void A_sound_reader_has_no_findings_and_every_input_counts()
    {
        var result = FuzzRun.Run(new FaultyTarget(_ => { }), Options(threads: 3));
        Assert.Empty(result.Findings);
        Assert.Equal((Inputs, Inputs), (result.Inputs, result.Accepted + result.Refused));
        Assert.InRange(result.Refused, 1, Inputs / 2);
    }

    [Fact]
    public void An_exception_that_is_not_the_users_is_found_saved_and_replayed()
    {
        var target = new FaultyTarget(input => throw new IndexOutOfRangeException($"{input[1]}"));
        var saved = OnlyFindingOf(target);
        Assert.StartsWith("IndexOutOfRangeException", saved.Finding.Kind);
        Assert.InRange(saved.Times, 2, Inputs);
        Assert.Contains("seed 1, input", File.ReadAllText(saved.File + ".txt"));
        Assert.Equal(saved.Finding.Kind, FaultOfReplay(target, saved));
        Assert.Null(FaultOfReplay(new FaultyTarget(_ => { }), saved));
    }

    [Fact]
    public void A_broken_property_is_found_by_its_name()
    {
        var saved =
            OnlyFindingOf(new FaultyTarget(input => throw new BrokenPropertyException("what is written reads as another", $"{input[1]}")));
        Assert.Equal("what is written reads as another", saved.Finding.Kind);
    }

    [Fact]
    public void An_allocation_beyond_the_limit_is_found()
    {
        var target = new FaultyTarget(_ => GC.KeepAlive(new byte[2 << 20]));
        var saved = OnlyFindingOf(target);
        Assert.Equal("allocates more than 1 MiB", saved.Finding.Kind);
        Assert.Equal(saved.Finding.Kind, FaultOfReplay(target, saved));
    }

    [Fact]
    public void A_reader_that_is_slow_again_when_repeated_is_found()
    {
        var saved = OnlyFindingOf(new SlowOnceTarget(TimeSpan.FromSeconds(0.7), always: true));
        Assert.Equal("slower than 0.5 s", saved.Finding.Kind);
    }

    [Fact]
    public void A_reader_that_was_slow_once_is_not() =>
        Assert.Empty(FuzzRun.Run(new SlowOnceTarget(TimeSpan.FromSeconds(0.7), always: false), Options()).Findings);

    [Fact]
    public void A_hang_is_found_and_the_run_goes_on_without_its_thread()
    {
        int hangs = 0;
        var target = new FaultyTarget(_ =>
        {
            if (Interlocked.Increment(ref hangs) == 1) _ended.Wait();
        });
        var result = FuzzRun.Run(target, Options());
        var saved = Assert.Single(result.Findings);
        Assert.Equal(("hangs", Inputs - 1), (saved.Finding.Kind, result.Inputs));
        Assert.Equal(FaultyTarget.Bad, File.ReadAllBytes(saved.File)[0]);
    }

    [Fact]
    public void A_saved_hang_hangs_when_replayed() =>
        Assert.Null(FuzzRun.Replay(new FaultyTarget(_ => _ended.Wait()), [FaultyTarget.Bad, 0], TimeSpan.FromSeconds(0.1)));

    [Fact]
    public void Inputs_under_way_when_the_process_ended_are_made_again_and_reported()
    {
        const uint Seed = 5, Number = 77;
        string findings = Directory.CreateDirectory(_folder["findings"]).FullName, died = _folder["died"];
        var target = new FaultyTarget(_ => { });
        using (var running = new RunningFile(died, target.Name, Seed))
        {
            running.Begin(0, Number - 1);
            running.End(0);
            running.Begin(0, Number);
            File.Copy(Path.Combine(died, "faulty.running"), Path.Combine(findings, "faulty.running"));
        }
        var saved = Assert.Single(FuzzRun.Run(target, Options()).Findings);
        Assert.Equal($"seed {Seed}, input {Number}", saved.Finding.Origin);
        Assert.Equal(target.Make(new(Seed, Number)), File.ReadAllBytes(saved.File));
        Assert.Empty(FuzzRun.Run(target, Options()).Findings);
    }

    [Fact]
    public void The_command_prints_a_table_and_replays_what_it_saved()
    {
        using var output = new StringWriter();
        Assert.Equal(FuzzCommand.Nothing,
            FuzzCommand.Run(["--target", "npy", "--count", "50", "--threads", "1", "--save", _folder["npy"]], output));
        Assert.Contains("compared", output.ToString());
        Assert.Equal(FuzzCommand.WrongArguments, FuzzCommand.Run(["--target", "nowhere"], output));
        Assert.Contains("There is no target 'nowhere'", output.ToString());
        string file = _folder["input.npy"];
        File.WriteAllBytes(file, [1, 2, 3]);
        Assert.Equal(FuzzCommand.Nothing, FuzzCommand.Run(["--target", "npy", "--replay", file], output));
        Assert.Contains("Refused: 'array' is not a .npy file", output.ToString());
    }

    /// <summary>Slow on its first bad input, or on all.</summary>
    private sealed class SlowOnceTarget(TimeSpan time, bool always) : IFuzzTarget
    {
        private readonly FaultyTarget _inner = new(_ => { });
        private bool _wasSlow;

        public string Name => _inner.Name;
        public string Extension => _inner.Extension;
        public long MostAllocatedBytes => _inner.MostAllocatedBytes;

        /// <summary>One input in all is bad, so that the run stays short.</summary>
        public byte[] Make(CaseRandom random) => _wasSlow ? [1, 1] : _inner.Make(random);

        public Acceptance Run(byte[] input, bool thorough)
        {
            if (input[0] == FaultyTarget.Bad && (always || !_wasSlow)) Thread.Sleep(time);
            _wasSlow |= input[0] == FaultyTarget.Bad;
            return Acceptance.Accepted;
        }
    }
}
