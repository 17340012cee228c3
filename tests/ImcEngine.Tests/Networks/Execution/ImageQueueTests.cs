using System.Collections.Concurrent;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Tests.Networks.Execution;

public class ImageQueueTests
{
    [Theory]
    [InlineData(0, 2, 32)]
    [InlineData(1, 4, 1)]
    [InlineData(5, 2, 4)]
    [InlineData(64, 2, 32)]
    [InlineData(1000, 3, 32)]
    public void Every_image_is_handed_out_once_in_order_and_no_more_than_the_most_at_a_time(int images, int threads, int most)
    {
        var queue = new ImageQueue(images, threads, most);
        int next = 0;
        while (queue.TryTake(out int first, out int count))
        {
            Assert.Equal(next, first);
            Assert.InRange(count, 1, most);
            next += count;
        }
        Assert.Equal(images, next);
        Assert.False(queue.TryTake(out _, out _));
    }

    [Theory]
    [InlineData(100, new[] { 32, 32, 18, 9, 8, 1 })]
    [InlineData(16, new[] { 8, 8 })]
    [InlineData(10, new[] { 5, 5 })]
    [InlineData(1, new[] { 1 })]
    public void Near_the_end_fewer_are_handed_out_and_of_few_each_thread_gets_its_part(int images, int[] expected)
    {
        var queue = new ImageQueue(images, 2, 32);
        List<int> counts = [];
        while (queue.TryTake(out _, out int count)) counts.Add(count);
        Assert.Equal(expected, counts);
    }

    [Fact]
    public void Threads_that_take_at_the_same_time_share_nothing()
    {
        const int Images = 5000;
        var queue = new ImageQueue(Images, 4, 3);
        var taken = new ConcurrentBag<int>();
        Parallel.For(0, 4, _ =>
        {
            while (queue.TryTake(out int first, out int count))
                for (int i = 0; i < count; i++) taken.Add(first + i);
        });
        Assert.Equal(Enumerable.Range(0, Images), taken.Order());
    }
}
