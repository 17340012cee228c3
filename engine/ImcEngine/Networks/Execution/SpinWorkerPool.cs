using System.Diagnostics;
using System.Runtime.ExceptionServices;
using ImcEngine.Kernels;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// Threads that do parts of one layer after the other. A layer takes some ten microseconds, in which a thread that sleeps would not even
/// wake: between layers they spin, and only sleep once no work has come for a while.
/// Part i is always the same thread's, whose caches hold what it made of the layer before.
/// </summary>
internal sealed class SpinWorkerPool
{
    // Cores that share no cache hear of each other after a quarter of a microsecond;
    // a longer pause adds to it (with 10, a helper begins 0.9 us after the call, not 0.6).
    private const int SpinsBetweenLooks = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2);

    private readonly object _gate = new();
    private readonly List<Thread> _helpers = [];
    private readonly List<KernelScratch> _scratches = [new()];
    private Action<int> _work = _ => { };
    private Exception? _failure;
    private int _job, _workers, _busy, _asleep;

    /// <summary>Runs parts 0 .. <paramref name="parts"/> - 1 at once, part 0 on the calling thread; for one caller at a time.</summary>
    public void Run(int parts, Action<int> work)
    {
        while (_helpers.Count < parts - 1) AddHelper();
        (_work, _workers, _failure) = (work, parts, null);
        Volatile.Write(ref _busy, _helpers.Count);
        Interlocked.Increment(ref _job);
        if (Volatile.Read(ref _asleep) > 0)
            lock (_gate) Monitor.PulseAll(_gate);
        try
        {
            work(0);
        }
        finally
        {
            while (Volatile.Read(ref _busy) > 0) Thread.SpinWait(SpinsBetweenLooks);
        }
        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Working memory of the thread that does a part.</summary>
    public KernelScratch Scratch(int part) => _scratches[part];

    private void AddHelper()
    {
        int part = _helpers.Count + 1, job = _job;
        _scratches.Add(new());
        var helper = new Thread(() => Help(part, job)) { IsBackground = true, Name = $"tiles {part}" };
        _helpers.Add(helper);
        helper.Start();
    }

    /// <param name="done">The last job that it has no part in.</param>
    private void Help(int part, int done)
    {
        while (true)
        {
            Await(done);
            done++;
            try
            {
                if (part < _workers) _work(part);
            }
            catch (Exception e)
            {
                _failure = e;
            }
            Interlocked.Decrement(ref _busy);
        }
    }

    /// <summary>Returns once there is a job after this one.</summary>
    private void Await(int done)
    {
        long start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _job) == done)
        {
            Thread.SpinWait(SpinsBetweenLooks);
            if (Stopwatch.GetElapsedTime(start) < Patience) continue;
            lock (_gate)
            {
                // Whoever begins a job raises its number before looking who sleeps.
                Interlocked.Increment(ref _asleep);
                while (Volatile.Read(ref _job) == done) Monitor.Wait(_gate);
                Interlocked.Decrement(ref _asleep);
            }
        }
    }
}
