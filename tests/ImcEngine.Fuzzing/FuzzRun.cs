using System.Diagnostics;
using System.Runtime.ExceptionServices;
using ImcEngine.Evaluation.Verification;

namespace ImcEngine.Fuzzing;

/// <summary>
/// Feeds one reader with inputs. Input number n of a seed is the same in every run, whatever the number of threads. A thread whose input
/// never ends cannot be ended in .NET. It is left behind, its input is a finding, and another thread takes its place.
/// </summary>
internal sealed class FuzzRun
{
    /// <summary>A run longer than <see cref="FuzzOptions.Limit"/> may be the machine's fault;
    /// one longer than this many times the limit hangs.</summary>
    private const int HangFactor = 4;

    private const int MostLeftBehind = 4;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private readonly IFuzzTarget _target;
    private readonly FuzzOptions _options;
    private readonly FindingStore _findings;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private long _taken, _inputs, _accepted, _compared, _refused, _mostBytes;
    private double _slowest;
    private volatile bool _stop;
    private ExceptionDispatchInfo? _defect;

    private FuzzRun(IFuzzTarget target, FuzzOptions options)
    {
        _target = target;
        _options = options;
        _findings = new(options.Folder, target.Extension);
    }

    public static FuzzResult Run(IFuzzTarget target, FuzzOptions options)
    {
        var run = new FuzzRun(target, options);
        run.AddLeft();
        using var running = new RunningFile(options.Folder, target.Name, options.Seed);
        run.Watch(running);
        run._defect?.Throw();
        double seconds = Stopwatch.GetElapsedTime(run._start).TotalSeconds;
        lock (run._lock)
            return new(target.Name, run._inputs, run._accepted, run._refused, run._compared, seconds, run._slowest, run._mostBytes,
                run._findings.Findings);
    }

    /// <summary>Runs one saved input with all checks.</summary>
    /// <returns>What was observed; null if the input hangs.</returns>
    public static Observation? Replay(IFuzzTarget target, byte[] input, TimeSpan limit)
    {
        Observation? observed = null;
        var thread = new Thread(() => observed = Observation.Of(target, input, thorough: true, limit)) { IsBackground = true };
        thread.Start();
        return thread.Join(HangFactor * limit) ? observed : null;
    }

    private void AddLeft()
    {
        if (RunningFile.Left(_options.Folder, _target.Name) is not var (seed, numbers)) return;
        foreach (uint number in numbers)
            _findings.Add(new(_target.Name, $"the process ended, input {number}",
                "The process of an earlier run ended while this input was under way.", OriginOf(seed, number),
                _target.Make(new(seed, number))));
    }

    private static string OriginOf(uint seed, uint number) => $"seed {seed}, input {number}";

    private void Watch(RunningFile running)
    {
        var workers = new List<Worker>();
        int leftBehind = 0;
        for (int i = 0; i < _options.Threads; i++) workers.Add(StartWorker(i, running));
        while (workers.Exists(worker => worker.IsAlive))
        {
            Thread.Sleep(LookInterval);
            if (_options.Duration is { } duration && Stopwatch.GetElapsedTime(_start) > duration
                && Interlocked.Read(ref _inputs) >= _options.Least) _stop = true;
            foreach (var hanging in workers.Where(worker => worker.HangsFor(HangFactor * _options.Limit)).ToList())
            {
                if (!hanging.TryLeave(out uint number, out byte[] input)) continue;
                _findings.Add(new(_target.Name, "hangs", $"it did not end within {HangFactor * _options.Limit}",
                    OriginOf(_options.Seed, number), input));
                workers.Remove(hanging);
                if (++leftBehind >= MostLeftBehind) _stop = true;
                else workers.Add(StartWorker(_options.Threads + leftBehind, running));
            }
        }
    }

    private Worker StartWorker(int index, RunningFile running)
    {
        var worker = new Worker();
        worker.Start(() => Work(worker, index, running));
        return worker;
    }

    private void Work(Worker worker, int index, RunningFile running)
    {
        try
        {
            while (!_stop && TryTake(out uint number))
            {
                byte[] input = _target.Make(new CaseRandom(_options.Seed, number));
                running.Begin(index, number);
                worker.Begin(number, input);
                var observed = Observation.Of(_target, input, number % FuzzOptions.ThoroughShare == 0, _options.Limit);
                if (!worker.TryEnd()) return;
                running.End(index);
                Count(number, input, observed);
            }
        }
        catch (Exception defect)
        {
            // A defect of the harness: exceptions of targets are observed.
            _defect = ExceptionDispatchInfo.Capture(defect);
            _stop = true;
        }
    }

    private bool TryTake(out uint number)
    {
        long taken = Interlocked.Increment(ref _taken) - 1;
        number = (uint)(_options.First + taken);
        return taken < _options.Count && _options.First + taken < uint.MaxValue;
    }

    private void Count(uint number, byte[] input, Observation observed)
    {
        lock (_lock)
        {
            Interlocked.Increment(ref _inputs);
            if (observed.Outcome is not null) _accepted++;
            if (observed.Outcome is Acceptance.Compared) _compared++;
            if (observed.Refusal is not null && observed.Fault is null) _refused++;
            _slowest = Math.Max(_slowest, observed.Seconds);
            _mostBytes = Math.Max(_mostBytes, observed.AllocatedBytes);
        }
        if (observed.Fault is var (kind, message)) _findings.Add(new(_target.Name, kind, message, OriginOf(_options.Seed, number), input));
    }

    /// <summary>A thread, and the input that it is at.</summary>
    private sealed class Worker
    {
        private readonly Lock _lock = new();
        private Thread? _thread;
        private uint _number;
        private byte[] _input = [];
        private long _begun;
        private bool _isLeft;

        public bool IsAlive => _thread!.IsAlive;

        public void Start(ThreadStart work)
        {
            _thread = new Thread(work) { IsBackground = true };
            _thread.Start();
        }

        public void Begin(uint number, byte[] input)
        {
            lock (_lock) (_number, _input, _begun) = (number, input, Stopwatch.GetTimestamp());
        }

        /// <returns>False if the thread was left behind, so that what it observes no longer counts.</returns>
        public bool TryEnd()
        {
            lock (_lock)
            {
                _begun = 0;
                return !_isLeft;
            }
        }

        public bool HangsFor(TimeSpan time)
        {
            lock (_lock) return _begun != 0 && Stopwatch.GetElapsedTime(_begun) > time;
        }

        public bool TryLeave(out uint number, out byte[] input)
        {
            lock (_lock)
            {
                (number, input) = (_number, _input);
                return _isLeft = _begun != 0;
            }
        }
    }
}
