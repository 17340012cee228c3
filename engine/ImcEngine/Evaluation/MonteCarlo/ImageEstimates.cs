using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Evaluation.MonteCarlo;

/// <summary>
/// What the same runs say about other images: 95 % intervals of the mean accuracy and of the mean loss against digital. Several runs are
/// averaged image by image, then Student's t is taken over images; one run has Wilson's interval, and Tango's for its loss. Both hold for
/// these dies only.
/// </summary>
/// <param name="Top1Interval95">The interval of the mean accuracy.</param>
/// <param name="LossInterval95">The interval of the mean loss: the digital accuracy minus that of the macro.</param>
internal sealed record ImageEstimates(Interval? Top1Interval95, Interval? LossInterval95)
{
    /// <param name="digital">For each image, whether the digital network classifies it correctly.</param>
    /// <param name="runs">The same for each run on the macro, of the same images.</param>
    /// <exception cref="ArgumentException">There is no run, or one of other images.</exception>
    public static ImageEstimates Of(IReadOnlyList<bool> digital, IReadOnlyList<IReadOnlyList<bool>> runs)
    {
        if (runs.Count == 0 || runs.Any(run => run.Count != digital.Count))
            throw new ArgumentException("Intervals over images need runs of the same images.", nameof(runs));
        if (runs.Count == 1) return OfOne(digital, runs[0]);
        double[] means = [.. digital.Select((_, image) => (double)runs.Count(run => run[image]) / runs.Count)];
        double[] losses = [.. digital.Select((correct, image) => (correct ? 1 : 0) - means[image])];
        return new(MeanEstimate.FromImages(means).Within(0, 1).Interval95, MeanEstimate.FromImages(losses).Within(-1, 1).Interval95);
    }

    private static ImageEstimates OfOne(IReadOnlyList<bool> digital, IReadOnlyList<bool> run)
    {
        int lost = digital.Where((correct, image) => correct && !run[image]).Count(),
            won = digital.Where((correct, image) => !correct && run[image]).Count();
        return new(new Proportion(run.Count(correct => correct), run.Count).Interval95,
            new PairedDifference(lost, won, run.Count).Interval95);
    }
}
