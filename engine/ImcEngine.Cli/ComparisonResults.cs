using System.Text.Json.Nodes;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.MonteCarlo;
using ImcEngine.Importer.Lowering;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Cli;

/// <summary>One hardware setting's result.</summary>
/// <param name="Imc">On the first die, timed.</param>
/// <param name="DieBytes">Memory of a die beyond the mapped network.</param>
/// <param name="Layers">Of the first die; empty where no layer statistics were asked for.</param>
/// <param name="Dies">All dies, the first included.</param>
/// <param name="Clamped">On the first die; null where nothing clamps.</param>
internal sealed record ComparisonPoint(
    ComparisonSetting Setting, ComparedPass Imc, long ConversionsPerImage, int Arrays, string Kernel, long DieBytes,
    IReadOnlyList<LayerStatistics> Layers, DieSeries Dies,
    ClampedShare? Clamped)
{
    public RunSpec Run => Setting.Run;
}

/// <summary>All settings on one model and data; float and digital results are computed once.</summary>
/// <param name="Operands">Of the layers on the macro.</param>
/// <param name="EvaluatedCalibrationImages">Calibration images that are evaluated too.</param>
/// <param name="MovedLayers">Per setting a layer that it places elsewhere than the first setting does, whose dies are therefore others;
/// null where there is none.</param>
internal sealed record ComparisonResults(
    ComparedModel Model, ComparedData Data, IReadOnlyList<LayerNote> LayerNotes, JsonArray Operands, RunnerOptions Runner,
    DieChoice DieChoice, ComparedPass Float, ComparedPass Digital,
    IReadOnlyList<ComparisonPoint> Points, int EvaluatedCalibrationImages, IReadOnlyList<string?> MovedLayers)
{
    /// <summary>Settings after the first are changes of it.</summary>
    public bool ComparesSettings => Points.Count > 1 && Points[1].Setting.Label is not null;
}
