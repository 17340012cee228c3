using ImcEngine.Networks.Execution;

namespace ImcEngine.Tests.Networks.Execution;

public sealed class SpinWorkerPoolTests
{
    [Fact]
    public void Every_part_of_every_job_is_done_once_and_always_by_the_same_thread()
    {
        const int Parts = 3, Jobs = 200;
        var crew = new SpinWorkerPool();
        int[] done = new int[Parts], threads = new int[Parts];
        for (int job = 0; job < Jobs; job++)
        {
            int parts = 1 + job % Parts; // helpers without a part stand by
            crew.Run(parts, part =>
            {
                int thread = Environment.CurrentManagedThreadId;
                if (threads[part] == 0) threads[part] = thread;
                Assert.Equal(threads[part], thread);
                done[part]++;
            });
        }
        Assert.Equal(Environment.CurrentManagedThreadId, threads[0]);
        Assert.Equal(Parts, threads.Distinct().Count());
        for (int part = 0; part < Parts; part++) Assert.Equal(Enumerable.Range(0, Jobs).Count(job => part < 1 + job % Parts), done[part]);
    }

    [Fact]
    public void Helpers_that_fell_asleep_are_woken()
    {
        var crew = new SpinWorkerPool();
        int done = 0;
        for (int job = 0; job < 3; job++)
        {
            crew.Run(2, _ => Interlocked.Increment(ref done));
            Thread.Sleep(20); // ten times as long as they spin
        }
        Assert.Equal(6, done);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_failure_in_any_part_reaches_the_caller_and_the_crew_goes_on(int failing)
    {
        var crew = new SpinWorkerPool();
        int done = 0;
        var error = Assert.Throws<ImcException>(() => crew.Run(2, part =>
        {
            if (part == failing) throw new ImcException("broken");
            Interlocked.Increment(ref done);
        }));
        Assert.Equal("broken", error.Message);
        Assert.Equal(1, done);
        crew.Run(2, _ => Interlocked.Increment(ref done));
        Assert.Equal(3, done);
    }
}
