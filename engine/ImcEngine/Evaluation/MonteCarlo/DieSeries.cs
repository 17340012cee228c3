using ImcEngine.Networks;

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
public sealed record DieSeries(IReadOnlyList<DieResult> Dies)
{
    public MeanEstimate Top1 => MeanEstimate.Of(Top1OfDies);

    /// <summary>Sigma of single repeats within a die, pooled over dies; null without repeats.</summary>
    public double? RepeatSigma => Dies[0].RepeatSigma is null ? null : Math.Sqrt(Dies.Average(die => die.RepeatSigma!.Value * die.RepeatSigma.Value));

    /// <summary>The first of the least accurate ones.</summary>
    public DieResult Worst => Dies.MinBy(die => die.Top1)!;

    /// <summary>Dies whose accuracy exceeds a threshold.</summary>
    public Proportion Yield(double above) => new(Dies.Count(die => die.Top1 > above), Dies.Count);

    /// <summary>This setting less another on the same dies: the differences die by die, which what the dies have in common does not widen.</summary>
    /// <exception cref="ArgumentException">The dies are not the same.</exception>
    public MeanEstimate PairedDifference(DieSeries other)
    {
        if (!Dies.Select(die => die.Die).SequenceEqual(other.Dies.Select(die => die.Die))) throw new ArgumentException("Paired differences need the same dies.", nameof(other));
        return MeanEstimate.Of([.. Dies.Zip(other.Dies, (one, two) => one.Top1 - two.Top1)]);
    }

    /// <summary>This setting less another whose dies have nothing in common with these.</summary>
    public MeanEstimate UnpairedDifference(DieSeries other) => MeanEstimate.OfDifference(Top1OfDies, other.Top1OfDies);

    private double[] Top1OfDies => [.. Dies.Select(die => die.Top1)];
}

/// <summary>Whether equal die seeds make equal dies of two settings: only where every weight lies in the same cell, for draws belong to places.</summary>
public static class DiePairing
{
    /// <returns>Null where they do; else the layer that lies elsewhere.</returns>
    public static string? FirstLayerMoved(MappedNetwork one, MappedNetwork other)
    {
        for (int layer = 0; layer < one.Layers.Count; layer++)
            if (!one.Layers[layer].Map.PlacesAs(other.Layers[layer].Map)) return one.Network.MacroLayers[layer].Name;
        return null;
    }
}
