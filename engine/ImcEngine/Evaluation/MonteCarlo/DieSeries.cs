using ImcEngine.Evaluation.Intervals;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Evaluation.MonteCarlo;

/// <summary>One run of all images on one die with one repetition of temporal noise.</summary>
public readonly record struct DieRun(double Top1, string LogitsSha256);

/// <summary>The accuracy of one die.</summary>
/// <param name="Die">The die's seed.</param>
/// <param name="Repeats">The runs, which differ in temporal noise.</param>
public sealed record DieResult(uint Die, IReadOnlyList<DieRun> Repeats)
{
    /// <summary>The mean accuracy over the repeats.</summary>
    public double Top1 => MeanEstimate.Average(Top1OfRepeats);

    /// <summary>Sigma of single repeats; null if there is only one.</summary>
    public double? RepeatSigma => Repeats.Count < 2 ? null : Math.Sqrt(MeanEstimate.Variance(Top1OfRepeats, Top1));

    private double[] Top1OfRepeats => [.. Repeats.Select(repeat => repeat.Top1)];
}

/// <summary>The accuracies of one hardware setting on several dies, in the order of their seeds.</summary>
/// <param name="Dies">The dies.</param>
/// <param name="DiesAreEqual">Whether no static error is on. All dies are then equal, and nothing can be estimated about the spread of
/// dies.</param>
public sealed record DieSeries(IReadOnlyList<DieResult> Dies, bool DiesAreEqual = false)
{
    /// <summary>The mean accuracy over dies. Its interval holds for these images only; it does not include the choice of images. It ends at
    /// 0 and at 1, which no accuracy exceeds.</summary>
    public MeanEstimate Top1 => MeanEstimate.FromDies(DiesAreEqual ? [Dies[0].Top1] : Top1OfDies).Within(0, 1);

    /// <summary>Returns the mean loss against an accuracy on the same images that does not depend on the die.</summary>
    public MeanEstimate LossAgainst(double top1) => Top1 is var mean && mean.Interval95 is { } interval
        ? new(top1 - mean.Mean, mean.Sigma, new(top1 - interval.High, top1 - interval.Low))
        : new(top1 - mean.Mean, mean.Sigma, null);

    /// <summary>Whether there are several different dies, which allow an estimate about others.</summary>
    public bool IsSample => Dies.Count > 1 && !DiesAreEqual;

    /// <summary>Sigma of single repeats within a die, pooled over dies; null without repeats.</summary>
    public double? RepeatSigma =>
        Dies[0].RepeatSigma is null ? null : Math.Sqrt(Dies.Average(die => die.RepeatSigma!.Value * die.RepeatSigma.Value));

    /// <summary>The least accurate die, the first of several.</summary>
    public DieResult Worst => Dies.MinBy(die => die.Top1)!;

    /// <summary>Returns the share of dies whose accuracy exceeds a threshold.</summary>
    public Proportion Yield(double above) => new(Dies.Count(die => die.Top1 > above), Dies.Count);

    /// <summary>Returns the mean difference of this setting minus another on the same dies. Differences are taken die by die, so the spread
    /// that both settings share does not widen the interval.</summary>
    /// <exception cref="ArgumentException">The dies are not the same.</exception>
    public MeanEstimate PairedDifference(DieSeries other)
    {
        if (!Dies.Select(die => die.Die).SequenceEqual(other.Dies.Select(die => die.Die)))
            throw new ArgumentException("Paired differences need the same dies.", nameof(other));
        double[] differences = [.. Dies.Zip(other.Dies, (one, two) => one.Top1 - two.Top1)];
        return MeanEstimate.FromDies(IsSample || other.IsSample ? differences : differences[..1]);
    }

    /// <summary>Returns the mean difference of this setting minus another on independent dies.</summary>
    public MeanEstimate UnpairedDifference(DieSeries other) => MeanEstimate.OfDifference(Top1OfDies, other.Top1OfDies);

    private double[] Top1OfDies => [.. Dies.Select(die => die.Top1)];
}

/// <summary>Whether equal seeds make equal dies in two settings. Draws belong to places, so every weight must be in the same
/// cell.</summary>
internal static class DiePairing
{
    /// <summary>Returns the first layer whose cells are in other places, or null if there is none.</summary>
    public static string? FirstLayerMoved(MappedNetwork one, MappedNetwork other)
    {
        for (int layer = 0; layer < one.Layers.Count; layer++)
            if (!one.Layers[layer].Map.PlacesAs(other.Layers[layer].Map)) return one.Network.MacroLayers[layer].Name;
        return null;
    }
}
