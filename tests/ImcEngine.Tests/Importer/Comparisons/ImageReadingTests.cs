using ImcEngine.Data;
using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Tests.Importer.Comparisons;

/// <summary>All images of a run are read before it begins, and broken ones are told of together.</summary>
public class ImageReadingTests
{
    /// <summary>Records of which the first ones are broken.</summary>
    private sealed class Damaged(int count, int broken) : IImageRecords
    {
        public ImageShape Shape => new(1, 1, 1);
        public int Count => count;
        public bool AreFloats => false;
        public double DecodingSeconds => 0;

        public void Read(int record, Span<byte> elements)
        {
            if (record < broken) throw new BrokenImageException($"Picture {record} is cut.", new InvalidOperationException());
        }
    }

    private readonly List<string> _lines = [];

    private sealed class Lines(List<string> lines) : IRunReport
    {
        public void Line(string text) => lines.Add(text);

        public Task<T> WithCountAsync<T>(string title, string things, int total, Func<Action<int>, T> work) =>
            Task.FromResult(work(_ => { }));

        public void WithNotice(string notice, Action work) => work();
    }

    [Fact]
    public async Task Broken_images_of_all_parts_are_counted_in_one_error()
    {
        string error = (await Assert.ThrowsAsync<ImcException>(() => Read(skips: false, (40, 8), (20, 4)))).Message;
        Assert.StartsWith("8 of 40 images of 'x' and 4 of 20 calibration images of 'x' cannot be read (12 in all): Picture 0 is cut. ",
            error, StringComparison.Ordinal);
        Assert.EndsWith("Picture 1 is cut. ... and 2 more. Mend or remove them, or leave them out with --skip-broken.", error,
            StringComparison.Ordinal);
        Assert.Empty(_lines);
    }

    [Fact]
    public async Task Broken_images_of_one_part_are_all_named_up_to_ten() => Assert.Equal(
        "2 of 20 calibration images of 'x' cannot be read: Picture 0 is cut. Picture 1 is cut. Mend or remove them, or leave them out with "
        + "--skip-broken.", (await Assert.ThrowsAsync<ImcException>(() => Read(skips: false, (40, 0), (20, 2)))).Message);

    [Fact]
    public async Task Broken_images_that_are_left_out_are_named()
    {
        var read = await Read(skips: true, (40, 11), (20, 1));
        Assert.Equal([29, 19], read.Select(images => images.Count));
        Assert.Equal("11 of 40 images of 'x' and 1 of 20 calibration images of 'x' cannot be read (12 in all) and are left out:",
            _lines[0]);
        Assert.Equal(("  Picture 9 is cut.", "  and 2 more"), (_lines[10], _lines[11]));
        Assert.StartsWith("60 images were read and checked before the run, ", _lines[12], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_of_which_nothing_can_be_read_is_refused() =>
        Assert.Equal("None of the 3 calibration images of 'x' can be read: Picture 0 is cut.",
            (await Assert.ThrowsAsync<ImcException>(() => Read(skips: true, (4, 0), (3, 3)))).Message);

    [Fact]
    public async Task Images_in_memory_are_not_read_again()
    {
        var images = Shapes10.Render(Split.Test, 2);
        Assert.Same(images, (await new ImageReading(false, 1, new Lines(_lines)).ReadAsync([new(images)], default))[0]);
        Assert.Empty(_lines);
    }

    private Task<ImageSet[]> Read(bool skips, (int Count, int Broken) evaluated, (int Count, int Broken) calibrating) =>
        new ImageReading(skips, 1, new Lines(_lines)).ReadAsync(
            [new(Set(evaluated)), ImagesToRead.ToCalibrate(Set(calibrating))], default);

    private static ImageSet Set((int Count, int Broken) of) => new("x", [], new Damaged(of.Count, of.Broken), null);
}
