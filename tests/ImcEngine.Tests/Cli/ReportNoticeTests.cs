using ImcEngine.Cli;

namespace ImcEngine.Tests.Cli;

public class ReportNoticeTests
{
    [Fact]
    public void Work_that_takes_two_seconds_says_what_it_is()
    {
        var clock = new Clock();
        using var output = new StringWriter { NewLine = "\n" };
        bool done = false;
        new Report(output, isTerminal: false, clock).WithNotice("loading", () =>
        {
            Assert.Equal("", output.ToString());
            clock.Ring!();
            done = true;
        });
        Assert.True(done);
        Assert.Equal((TimeSpan.FromSeconds(2), "loading\n"), (clock.Due, output.ToString()));
    }

    [Fact]
    public void Quick_work_says_nothing()
    {
        using var output = new StringWriter();
        new Report(output, isTerminal: false).WithNotice("loading", () => { });
        Assert.Equal("", output.ToString());
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Due { get; private set; }

        public Action? Ring { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (Due, Ring) = (dueTime, () => callback(state));
            return base.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
