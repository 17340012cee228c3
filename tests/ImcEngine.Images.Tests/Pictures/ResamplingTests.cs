using ImcEngine.Data;
using ImcEngine.Images.Pictures;
using ImcEngine.Images.Sources;
using static ImcEngine.Images.Tests.Pictures.TestImages;

namespace ImcEngine.Images.Tests.Pictures;

public class ResamplingTests
{
    public static TheoryData<string, int, int, int, int> Sizes()
    {
        var data = new TheoryData<string, int, int, int, int>();
        foreach (string interpolation in Enum.GetNames<Interpolation>())
        {
            foreach (var (height, width, toHeight, toWidth) in new[] { (37, 70, 16, 31), (5, 7, 23, 90), (1, 1, 4, 4), (64, 3, 1, 9),
                (200, 130, 7, 130), (9, 12, 9, 5) })
                data.Add(interpolation, height, width, toHeight, toWidth);
        }
        return data;
    }

    /// <summary>The formulas again, with all pixels of a line weighed in double by weights of 22 bits: such sums are exact.</summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public void Bytes_are_those_of_the_formula(string interpolation, int height, int width, int toHeight, int toWidth)
    {
        var (how, image) = (Enum.Parse<Interpolation>(interpolation), Noise(2, height, width));
        double[] naive = Naive(image, (toHeight, toWidth), how,
            weight => Math.Round(weight * (1 << 22), MidpointRounding.AwayFromZero) / (1 << 22),
            sum => Math.Clamp(Math.Floor(sum + 0.5), 0, 255));
        Assert.Equal(Array.ConvertAll(naive, value => (byte)value), Resized(image, toHeight, toWidth, how).Elements);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Floats_are_those_of_the_formula(string interpolation, int height, int width, int toHeight, int toWidth)
    {
        var (how, image) = (Enum.Parse<Interpolation>(interpolation), Noise(2, height, width));
        double[] naive = Naive(image, (toHeight, toWidth), how, weight => weight, sum => (float)sum);
        float[] resized = FloatsOf(Resampling.Resize("", ToFloats(image), true, (toHeight, toWidth), how));
        Assert.Equal(naive.Length, resized.Length);
        Assert.All(naive.Zip(resized), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Theory]
    [InlineData(nameof(Interpolation.Bilinear))]
    [InlineData(nameof(Interpolation.Bicubic))]
    [InlineData(nameof(Interpolation.Nearest))]
    public void The_same_size_is_the_same_image(string interpolation)
    {
        var image = Noise(3, 5, 6);
        Assert.Same(image.Elements, Resized(image, 5, 6, Enum.Parse<Interpolation>(interpolation)).Elements);
    }

    [Theory]
    [InlineData(nameof(Interpolation.Bilinear))]
    [InlineData(nameof(Interpolation.Bicubic))]
    [InlineData(nameof(Interpolation.Nearest))]
    public void One_colour_stays_one_colour(string interpolation)
    {
        byte[] white = new byte[60 * 70];
        Array.Fill(white, byte.MaxValue);
        Assert.All(Resized(Bytes(1, 60, 70, white), 23, 101, Enum.Parse<Interpolation>(interpolation)).Elements,
            value => Assert.Equal(255, value));
    }

    /// <summary>The centres are 1 and 3. Pixels 0, 1, 2 are 0.5, 0.5, 1.5 from the first; over the stretch of 2 that leaves the weights
    /// 0.75, 0.75, 0.25, which is 3/7, 3/7, 1/7.</summary>
    [Fact]
    public void Shrinking_by_two_averages_over_the_stretched_triangle() =>
        Assert.Equal([60, 170], Resized(Bytes(1, 1, 4, 10, 80, 150, 220), 1, 2, Interpolation.Bilinear).Elements);

    [Fact]
    public void Doubling_weighs_neighbours_by_three_quarters_and_one() =>
        Assert.Equal([0, 25, 75, 100], Resized(Bytes(1, 2, 1, 0, 100), 4, 1, Interpolation.Bilinear).Elements);

    /// <summary>At distances 1.25, 0.25, 0.75, 1.75 the cubic is -0.0703125, 0.8671875, 0.2265625, -0.0234375.</summary>
    [Fact]
    public void Bicubic_overshoots_at_an_edge_and_is_clamped()
    {
        float[] doubled = FloatsOf(Resampling.Resize("", Floats(1, 1, 6, 0, 0, 0, 255, 255, 255), true, (1, 12), Interpolation.Bicubic));
        Assert.Equal(255 * -0.0234375f, doubled[3], 1e-4f);
        Assert.Equal(255 * 0.203125f, doubled[5], 1e-4f);
        Assert.Equal(255 * 1.0234375f, doubled[8], 1e-4f);
        byte[] bytes = Resized(Bytes(1, 1, 6, 0, 0, 0, 255, 255, 255), 1, 12, Interpolation.Bicubic).Elements;
        Assert.Equal([0, 52, 255], [bytes[3], bytes[5], bytes[8]]);
    }

    [Fact]
    public void Nearest_takes_the_pixel_in_which_the_centre_lies()
    {
        Assert.Equal([2, 4], Resized(Bytes(1, 1, 4, 1, 2, 3, 4), 1, 2, Interpolation.Nearest).Elements);
        Assert.Equal([1, 1, 2, 2, 2], Resized(Bytes(1, 1, 2, 1, 2), 1, 5, Interpolation.Nearest).Elements);
    }

    /// <summary>The centre of pixel 4 of 6 is on the border of pixels 2 and 3; five additions of 4 / 6 stay just below.</summary>
    [Fact]
    public void A_centre_on_a_border_is_where_repeated_addition_puts_it() =>
        Assert.Equal([0, 1, 1, 2, 2, 3], Resized(Bytes(1, 1, 4, 0, 1, 2, 3), 1, 6, Interpolation.Nearest).Elements);

    [Theory]
    [InlineData(1, 65_535, 65_535, 65_535, "would become 65535 x 65535 pixels")]
    [InlineData(65_535, 1, 1, 65_535, "between resizing its rows and its columns, be 65535 x 65535 pixels")]
    [InlineData(1, 1, 131_070, 2, "would become 2 x 131070 pixels")]
    public void Results_without_measure_are_refused(int height, int width, long toHeight, long toWidth, string part)
    {
        var image = new RawImage(new ImageShape(1, height, width), new byte[height * width]);
        string message = Assert.Throws<ImcException>(
            () => Resampling.Resize("long.png", image, false, (toHeight, toWidth), Interpolation.Bilinear)).Message;
        Assert.Contains("long.png", message, StringComparison.Ordinal);
        Assert.Contains(part, message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_line_can_be_resized()
    {
        var line = Noise(1, 1, 65_535);
        int mean = Resized(line, 1, 1, Interpolation.Bilinear).Elements[0];
        Assert.InRange(mean, 120, 136);
    }

    private static RawImage Resized(RawImage image, int height, int width, Interpolation interpolation) =>
        Resampling.Resize("image", image, false, (height, width), interpolation);

    private static double[] Naive(RawImage image, (int Height, int Width) to, Interpolation interpolation, Func<double, double> roundWeight,
        Func<double, double> roundSum)
    {
        var (channels, height, width) = image.Shape;
        double[] rows = new double[channels * height * to.Width], all = new double[channels * to.Height * to.Width];
        double[][] alongRows = Weights(width, to.Width), alongColumns = Weights(height, to.Height);
        for (int i = 0; i < rows.Length; i++)
        {
            var (line, x) = Math.DivRem(i, to.Width);
            rows[i] = roundSum(alongRows[x].Select((weight, from) => weight * image.Elements[(line * width) + from]).Sum());
        }
        for (int i = 0; i < all.Length; i++)
        {
            var (line, x) = Math.DivRem(i, to.Width);
            var (channel, y) = Math.DivRem(line, to.Height);
            all[i] = roundSum(alongColumns[y].Select((weight, from) => weight * rows[(((channel * height) + from) * to.Width) + x]).Sum());
        }
        return all;

        double[][] Weights(int inputs, int outputs) =>
            [.. Enumerable.Range(0, outputs).Select(x => NaiveWeights(inputs, outputs, x, interpolation).Select(roundWeight).ToArray())];
    }

    private static double[] NaiveWeights(int inputs, int outputs, int output, Interpolation interpolation)
    {
        double scale = (double)inputs / outputs, centre = (output + 0.5) * scale, added = 0.5 * scale;
        for (int x = 0; x < output; x++) added += scale;
        double[] weights = [.. Enumerable.Range(0, inputs).Select(i => interpolation switch
        {
            Interpolation.Nearest => i == (int)added ? 1.0 : 0,
            Interpolation.Bilinear => Math.Max(0, 1 - Distance(i)),
            _ => Cubic(Distance(i)),
        })];
        return [.. weights.Select(weight => weight / weights.Sum())];

        double Distance(int i) => Math.Abs(i + 0.5 - centre) / Math.Max(scale, 1);
    }

    private static double Cubic(double t) =>
        t < 1 ? (1.5 * t * t * t) - (2.5 * t * t) + 1
        : t < 2 ? (-0.5 * t * t * t) + (2.5 * t * t) - (4 * t) + 2
        : 0;
}
