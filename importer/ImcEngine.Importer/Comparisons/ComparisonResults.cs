using ImcEngine.Evaluation;
using ImcEngine.Evaluation.MonteCarlo;
using ImcEngine.Importer.Lowering;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Comparisons;

/// <summary>One hardware setting's result.</summary>
/// <param name="Imc">On the first die, timed.</param>
/// <param name="DieBytes">Memory of a die beyond the mapped network.</param>
/// <param name="Layers">Of the first die; empty where no layer statistics were asked for.</param>
/// <param name="Dies">All dies, the first included.</param>
/// <param name="Clamped">On the first die; null where nothing clamps.</param>
public sealed record ComparisonPoint(
    ComparisonSetting Setting, ComparedPass Imc, long ConversionsPerImage, int Arrays, string Kernel, long DieBytes,
    IReadOnlyList<LayerStatistics> Layers, DieSeries Dies,
    ClampedShare? Clamped)
{
    public RunSpec Run => Setting.Run;
}

/// <summary>All settings on one model and data; float and digital results are computed once.</summary>
/// <param name="LayerNotes">What runs on the macro, what stays digital, and why.</param>
/// <param name="Network">As it went on the macro: quantized.</param>
/// <param name="DieChoice">The dies of every setting.</param>
/// <param name="Digital">Exact sums in place of every ADC.</param>
/// <param name="EvaluatedCalibrationImages">Calibration images that are evaluated too.</param>
/// <param name="MovedLayers">Per setting a layer that it places elsewhere than the first setting does, whose dies are therefore others;
/// null where there is none.</param>
public sealed record ComparisonResults(
    ComparedModel Model, ComparedData Data, IReadOnlyList<LayerNote> LayerNotes, Network Network, RunnerOptions Runner,
    DieChoice DieChoice, ComparedPass Float, ComparedPass Digital,
    IReadOnlyList<ComparisonPoint> Points, int EvaluatedCalibrationImages, IReadOnlyList<string?> MovedLayers)
{
    /// <summary>What the user of the figures should know, a sentence each, such as what was assumed or had no effect.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Settings after the first have labels: they are changes of it, and each is held against it.</summary>
    public bool ComparesSettings => Points.Count > 1 && Points[1].Setting.Label is not null;
}
