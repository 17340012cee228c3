using ImcEngine.Evaluation.Intervals;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Evaluation.MonteCarlo;

/// <summary>One run of all images on one die with one repetition of temporal noise.</summary>
public readonly record struct DieRun(double Top1, string LogitsSha256);

/// <summary>One die's accuracy.</summary>
/// <param name="Die">Its seed.</param>
/// <param name="Repeats">Runs that differ in temporal noise.</param>
public sealed record DieResult(uint Die, IReadOnlyList<DieRun> Repeats)
{
    /// <summary>Mean over the repeats.</summary>
    public double Top1 => MeanEstimate.Average(Top1OfRepeats);

    /// <summary>Sigma of single repeats; null of a single one.</summary>
    public double? RepeatSigma => Repeats.Count < 2 ? null : Math.Sqrt(MeanEstimate.Variance(Top1OfRepeats, Top1));

    private double[] Top1OfRepeats => [.. Repeats.Select(repeat => repeat.Top1)];
}

/// <summary>One hardware setting on several dies, in the order of their seeds.</summary>
/// <param name="DiesAreEqual">Nothing static is on: all dies are one, of which nothing can be estimated about others.</param>
public sealed record DieSeries(IReadOnlyList<DieResult> Dies, bool DiesAreEqual = false)
{
    /// <summary>Over dies; its interval is for the images at hand, whatever others would give.</summary>
    public MeanEstimate Top1 => MeanEstimate.FromDies(DiesAreEqual ? [Dies[0].Top1] : Top1OfDies);

    /// <summary>What it loses on average against an accuracy on the same images that no die changes.</summary>
    public MeanEstimate LossAgainst(double top1) => Top1 is var mean && mean.Interval95 is { } interval
        ? new(top1 - mean.Mean, mean.Sigma, new(top1 - interval.High, top1 - interval.Low))
        : new(top1 - mean.Mean, mean.Sigma, null);

    /// <summary>Whether there are several dies, so that they say something about others.</summary>
    public bool IsSample => Dies.Count > 1 && !DiesAreEqual;

    /// <summary>Sigma of single repeats within a die, pooled over dies; null without repeats.</summary>
    public double? RepeatSigma =>
        Dies[0].RepeatSigma is null ? null : Math.Sqrt(Dies.Average(die => die.RepeatSigma!.Value * die.RepeatSigma.Value));

    /// <summary>The first of the least accurate ones.</summary>
    public DieResult Worst => Dies.MinBy(die => die.Top1)!;

    /// <summary>Dies whose accuracy exceeds a threshold.</summary>
    public Proportion Yield(double above) => new(Dies.Count(die => die.Top1 > above), Dies.Count);

    /// <summary>This setting less another on the same dies:
    /// the differences die by die, which what the dies have in common does not widen.</summary>
    /// <exception cref="ArgumentException">The dies are not the same.</exception>
    public MeanEstimate PairedDifference(DieSeries other)
    {
        if (!Dies.Select(die => die.Die).SequenceEqual(other.Dies.Select(die => die.Die)))
            throw new ArgumentException("Paired differences need the same dies.", nameof(other));
        double[] differences = [.. Dies.Zip(other.Dies, (one, two) => one.Top1 - two.Top1)];
        return MeanEstimate.FromDies(IsSample || other.IsSample ? differences : differences[..1]);
    }

    /// <summary>This setting less another whose dies have nothing in common with these.</summary>
    public MeanEstimate UnpairedDifference(DieSeries other) => MeanEstimate.OfDifference(Top1OfDies, other.Top1OfDies);

    private double[] Top1OfDies => [.. Dies.Select(die => die.Top1)];
}

/// <summary>Whether equal die seeds make equal dies of two settings:
/// only where every weight lies in the same cell, for draws belong to places.</summary>
internal static class DiePairing
{
    /// <returns>Null where they do; else the layer that lies elsewhere.</returns>
    public static string? FirstLayerMoved(MappedNetwork one, MappedNetwork other)
    {
        for (int layer = 0; layer < one.Layers.Count; layer++)
            if (!one.Layers[layer].Map.PlacesAs(other.Layers[layer].Map)) return one.Network.MacroLayers[layer].Name;
        return null;
    }
}
