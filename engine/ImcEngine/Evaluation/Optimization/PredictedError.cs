using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Kernels.Histograms;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Evaluation.Optimization;

/// <summary>
/// Predicts from histograms of partial sums, without running a network on the macro, how much noise the converters of a setting add:
/// <code>
/// error = sum over layers  sum over digit pairs  row groups * weight^2 * (converter + die)  / signal
///
/// signal      variance of the layer's accumulators: the median over output channels, since channels without weights have none
/// converter   mean of (level - s)^2 over the histogram; of a measured table also over its codes
/// die         offset^2 + (edge LSB)^2 + bitline^2 / votes + (comparator LSB)^2 / votes + (gain^2 + parasitic^2) mean s^2
///             + (SAR LSB)^2 2^bits / 4 + cell^2 E, E = mean |s| * swing for cells of 0 and 1, rows for cells of -1 and 1;
///             + stuck cells: (p0 mean |s| + p1 (rows - mean |s|)) swing
/// </code>
/// swing is the greatest product of a row. All is in counts^2; errors of a die count as independent, and noise of a second stage is left
/// out. So it serves to order settings with different rows, digits, ADCs and dies, and no accuracy follows from it.
/// </summary>
internal sealed class PredictedError
{
    private readonly MappedNetwork _mapped;
    private readonly IReadOnlyList<RowGroupHistograms> _histograms;
    private readonly IReadOnlyList<double> _signals;

    /// <param name="mapped">The network on its arrays.</param>
    /// <param name="histograms">Those of each layer on the macro.</param>
    /// <param name="signals">The variance of each layer's accumulators (<see cref="Signals"/>).</param>
    public PredictedError(MappedNetwork mapped, IReadOnlyList<RowGroupHistograms> histograms, IReadOnlyList<double> signals) =>
        (_mapped, _histograms, _signals) = (mapped, histograms, signals);

    /// <summary>Returns the variance of each layer's exact accumulators in the digital network, in counts^2: the median over output
    /// channels, each about its own mean.</summary>
    public static double[] Signals(MappedNetwork mapped, ImageSet images, int threads, CancellationToken cancellation)
    {
        var runner = new NetworkRunner(mapped, new(1, 1));
        var ofImages = new (double[] Sums, double[] Squares, int Pixels)[images.Count, mapped.Layers.Count];
        Workers.For(images.Count, threads, cancellation, image => runner.Observe(images, image, null, (layer, _, result) =>
            ofImages[image, layer] = Moments(result, mapped.Network.MacroLayers[layer].ResultScale)));
        return [.. Enumerable.Range(0, mapped.Layers.Count).Select(layer => MedianVariance(
            [.. Enumerable.Range(0, images.Count).Select(image => ofImages[image, layer])]))];
    }

    /// <summary>Returns the predicted error of a setting.</summary>
    /// <param name="adcs">The ADCs of each layer.</param>
    public double Of(RunSpec run, IReadOnlyList<LayerAdcs> adcs) => Enumerable.Range(0, adcs.Count).Sum(i => OfLayer(i, run, adcs[i]));

    /// <summary>Returns the part of one layer.</summary>
    public double OfLayer(int layer, RunSpec run, LayerAdcs adcs)
    {
        if (adcs.IsTransparent) return 0;
        var macro = run.MacroOf(_mapped.Layers[layer].Map.Layer);
        return adcs.RowGroups.Sum(each => OfRowGroups(layer, macro, each, adcs.Table)) / _signals[layer];
    }

    private double OfRowGroups(int layer, MacroSpec macro, RowGroupAdcs adcs, MeasuredTable? table)
    {
        var (map, histogram) = (_mapped.Layers[layer].Map, _histograms[layer].Of(adcs.RowGroups));
        var profile = macro.Die.NoiseProfile is { } file ? NoiseProfile.Read(file) : null;
        double error = 0;
        for (int i = 0; i < histogram.Inputs.Count; i++)
            for (int j = 0; j < histogram.Weights.Count; j++)
            {
                if (map.IsDigital(i, j)) continue;
                var pair = new PairOfDigits(histogram, i, j);
                var adc = adcs.TransferOf(i, j, histogram.Weights.Count);
                error += adcs.RowGroups.Length * (double)histogram.WeightOfSquare(i, j)
                    * (pair.Converter(adc, table) + DieVariance(macro, map, adc, pair)
                        + (profile is null ? 0 : pair.Mean(s => Square(profile.MeanCounts(s) - s) + Square(profile.SigmaCounts(s)))));
            }
        return error;
    }

    private static double DieVariance(MacroSpec macro, LayerMap map, AdcTransfer adc, PairOfDigits pair)
    {
        var die = macro.Die;
        if (die.IsIdeal) return 0;
        double lsb = adc.PassesSums ? 0 : adc.LsbCounts, squares = pair.Mean(s => (double)s * s), products = pair.Mean(s => Math.Abs(s)),
            parasitic = die.ReferenceTracksParasitic ? 0 : die.ParasiticRelative / (1 + die.ParasiticRelative), swing = pair.Swing;
        bool isSigned = CellProducts.IsSigned(map.Product);
        return Square(die.OffsetSigmaCounts(lsb)) + Square(die.EdgeErrorLsb * lsb)
            + (Square(die.BitlineNoiseCounts) + Square(die.ComparatorNoiseLsb * die.AdcVoltLsbCounts(lsb))) / macro.Votes
            + (Square(die.GainErrorRelative) + Square(parasitic)) * squares
            + Square(die.SarMismatchRelative * lsb) * adc.Codes / 4
            + Square(die.CellSigmaRelative()) * (isSigned ? map.ArrayRows : products * swing)
            + (die.StuckAtZeroRelative * products + die.StuckAtOneRelative * Math.Max(0, map.ArrayRows - products)) * swing;
    }

    /// <summary>Adds up an image's accumulators per channel. They are the results over the scale, which stands for a shift too.</summary>
    private static (double[] Sums, double[] Squares, int Pixels) Moments(ReadOnlySpan<float> result, double[] scales)
    {
        var (sums, squares, pixels) = (new double[scales.Length], new double[scales.Length], result.Length / scales.Length);
        for (int i = 0; i < result.Length; i++)
        {
            double scale = scales[i / pixels], accumulator = scale == 0 ? 0 : result[i] / scale;
            sums[i / pixels] += accumulator;
            squares[i / pixels] += Square(accumulator);
        }
        return (sums, squares, pixels);
    }

    private static double MedianVariance((double[] Sums, double[] Squares, int Pixels)[] images)
    {
        double count = images.Sum(image => (double)image.Pixels);
        double[] variances = [.. Enumerable.Range(0, images[0].Sums.Length).Select(channel =>
            images.Sum(image => image.Squares[channel]) / count - Square(images.Sum(image => image.Sums[channel]) / count)).Order()];
        return Math.Max(variances[variances.Length / 2], double.Epsilon);
    }

    private static double Square(double x) => x * x;

    /// <summary>The histogram of one digit pair.</summary>
    private sealed class PairOfDigits(ConversionHistogram histogram, int input, int weight)
    {
        private readonly double _conversions = Math.Max(1, Total(histogram.CountsOf(input, weight)));

        /// <summary>The greatest product of one row.</summary>
        public int Swing => ((1 << histogram.Inputs[input].Planes) - 1) * ((1 << histogram.Weights[weight].Planes) - 1);

        /// <summary>Returns the mean of a function of the partial sum.</summary>
        public double Mean(Func<int, double> of)
        {
            var counts = histogram.CountsOf(input, weight);
            double sum = 0;
            for (int s = 0; s < counts.Length; s++)
                if (counts[s] > 0) sum += counts[s] * of(s + histogram.LeastCounts);
            return sum / _conversions;
        }

        public double Converter(AdcTransfer adc, MeasuredTable? table) => table is not null
            ? Mean(s => Enumerable.Range(0, table.Codes).Sum(code => table.Probability(s, code) * Square(table.LevelCounts[code] - s)))
            : adc.PassesSums ? 0
            : Mean(s => Square(adc.LevelCounts[adc.CodeOf((long)s * AdcTransfer.QuantaPerCount)] - s));

        private static double Total(ReadOnlySpan<long> counts)
        {
            long total = 0;
            foreach (long count in counts) total += count;
            return total;
        }
    }
}
