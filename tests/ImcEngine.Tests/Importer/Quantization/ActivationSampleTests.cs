using ImcEngine.BitPlanes;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Importer.Quantization;

public class ActivationSampleTests
{
    private static readonly float[] Elements = [.. Enumerable.Range(0, 5000).Select(i => (i * 7919 % 5000 - 1000) * 0.013f)];

    [Fact]
    public void Order_and_split_do_not_matter()
    {
        var whole = new ActivationSample();
        whole.Add(Elements);
        var first = new ActivationSample();
        var second = new ActivationSample();
        second.Add(Elements.AsSpan(0, 1234));
        first.Add(Elements.Skip(1234).Reverse().ToArray());
        first.Add(second);

        Assert.Equal((whole.Count, whole.Min, whole.Max), (first.Count, first.Min, first.Max));
        Assert.Equal(whole.Histogram().Elements, first.Histogram().Elements);
        Assert.Equal(whole.Histogram().Counts, first.Histogram().Counts);
    }

    [Fact]
    public void Extremes_are_exact_and_every_element_is_near_its_bin()
    {
        foreach (float element in Elements.Where(x => x != 0))
        {
            var sample = new ActivationSample();
            sample.Add([element, -1e9f, 1e9f]);
            var (elements, counts) = sample.Histogram();
            Assert.Equal(3, counts.Sum());
            Assert.Contains(1e9, elements);
            Assert.Contains(-1e9, elements);
            double near = elements.Single(x => Math.Abs(x) < 1e8);
            Assert.True(Math.Abs(near - element) <= Math.Abs(element) / 2048, $"{element} in the bin of {near}");
        }
    }

    [Fact]
    public void Zeros_of_both_signs_are_one_bin_at_zero()
    {
        var sample = new ActivationSample();
        sample.Add([0f, -0f, 3f]);
        var (elements, counts) = sample.Histogram();
        Assert.Equal([0d, 3d], elements);
        Assert.Equal([2L, 1L], counts);
        Assert.True(sample.IsNeverNegative);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_is_not_finite_is_an_error(float element) =>
        Assert.Throws<ImcException>(() => new ActivationSample().Add([1, element]));

    // Rounded normals between 0 and 3.2: the step from the histogram must be as good as the one from the elements themselves.
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void A_step_from_the_histogram_is_as_good_as_one_from_the_elements(int bits)
    {
        var format = new OperandFormat(bits, OperandEncoding.Unipolar);
        var random = new Random(3);
        var elements = Enumerable.Range(0, 3000)
            .Select(_ => (float)Math.Max(0, Enumerable.Range(0, 6).Sum(_ => random.NextDouble() - 0.4))).ToArray();
        var sample = new ActivationSample();
        sample.Add(elements);
        var (middles, counts) = sample.Histogram();
        var exact = elements.Select(x => (double)x).ToArray();

        float fromHistogram = StepSearch.Find(middles, counts, format, QuantizationMethod.Mse, 0);
        float fromElements = StepSearch.Find(exact, [.. exact.Select(_ => 1L)], format, QuantizationMethod.Mse, 0);
        Assert.InRange(Error(fromHistogram), 0, 1.05 * Error(fromElements));

        double Error(double step) => exact.Sum(x => Math.Pow(x - step * StepSearch.Code(x, step, format), 2));
    }
}
