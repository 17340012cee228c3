using ImcEngine.Evaluation.Studies;

namespace ImcEngine.Evaluation.Optimization;

/// <summary>An optimization: a study whose points are candidates, and a goal.</summary>
/// <param name="Study">Network, images, and the candidates as grids.</param>
internal sealed record OptimizationSpec(StudySpec Study)
{
    /// <summary>The costs that a formula may name, of one image or of the whole network.</summary>
    public static IReadOnlyList<string> CostNames { get; } =
        ["nanojoules", "nanoseconds", "conversions", "squareMillimetres", "arrays", "cells"];

    public Goal Goal { get; init; } = new(0.01);

    /// <summary>The dies that confirm; the first has the study's <c>die</c> as seed.</summary>
    public int Dies { get; init; } = 1;

    public CostFormula Cost { get; init; } = new("nanojoules", CostNames);

    /// <summary>The share of images that choose.</summary>
    public double ChoosingShare { get; init; } = 0.4;

    /// <summary>The greatest number of finalists.</summary>
    public int Finalists { get; init; } = 3;

    /// <summary>The bits that the ADC of each layer may have; empty: all layers have those of the candidate.</summary>
    public IReadOnlyList<int> LayerBits { get; init; } = [];

    /// <summary>The dies that choose, after those that confirm.</summary>
    public int ChoosingDies => Math.Min(Dies, 4);
}
