using System.Diagnostics;
using System.Runtime.ExceptionServices;
using ImcEngine.Kernels;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// Threads that compute parts of one layer after another. A layer takes some ten microseconds, less than a sleeping thread needs to wake
/// up. Between layers the threads therefore spin; they sleep only when no work has come for a while. Part i always goes to the same thread,
/// whose caches hold that part of the previous layer.
/// </summary>
internal sealed class SpinWorkerPool
{
    // Between cores that share no cache a write is visible after a quarter of a microsecond; a longer pause adds to that (with 10, a helper
    // begins 0.9 us after the call instead of 0.6).
    private const int SpinsBetweenLooks = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2);

    private readonly object _gate = new();
    private readonly List<Thread> _helpers = [];
    private readonly List<KernelScratch> _scratches = [new()];
    private Action<int> _work = _ => { };
    private Exception? _failure;
    private int _job, _workers, _busy, _asleep;

    /// <summary>Runs parts 0 .. <paramref name="parts"/> - 1 in parallel, part 0 on the calling thread. Only one caller at a
    /// time.</summary>
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

    /// <summary>Returns the working memory of the thread that computes a part.</summary>
    public KernelScratch Scratch(int part) => _scratches[part];

    private void AddHelper()
    {
        int part = _helpers.Count + 1, job = _job;
        _scratches.Add(new());
        var helper = new Thread(() => Help(part, job)) { IsBackground = true, Name = $"tiles {part}" };
        _helpers.Add(helper);
        helper.Start();
    }

    /// <summary>The loop of a helper thread.</summary>
    /// <param name="part">The part that the thread computes.</param>
    /// <param name="done">The last job before the thread was created.</param>
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

    /// <summary>Waits until there is a job after job <paramref name="done"/>.</summary>
    private void Await(int done)
    {
        long start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _job) == done)
        {
            Thread.SpinWait(SpinsBetweenLooks);
            if (Stopwatch.GetElapsedTime(start) < Patience) continue;
            lock (_gate)
            {
                // The caller raises the job number before it checks whether a thread sleeps.
                Interlocked.Increment(ref _asleep);
                while (Volatile.Read(ref _job) == done) Monitor.Wait(_gate);
                Interlocked.Decrement(ref _asleep);
            }
        }
    }
}
