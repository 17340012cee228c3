using ImcEngine.Evaluation;
using ImcEngine.Importer.Lowering;
using ImcEngine.Macro;
using ImcEngine.Networks;

namespace ImcEngine.Cli;

/// <summary>One hardware setting's result.</summary>
/// <param name="Layers">Empty where no layer statistics were asked for.</param>
internal sealed record ComparisonPoint(RunSpec Run, ComparedPass Imc, long ConversionsPerImage, int Arrays, string Kernel, IReadOnlyList<LayerStatistics> Layers);

/// <summary>All settings on one model and data; float and digital results are computed once.</summary>
internal sealed record ComparisonResults(
    ComparedModel Model, ComparedData Data, IReadOnlyList<LayerNote> LayerNotes, RunnerOptions Runner, uint DieSeed, uint Seed, ComparedPass Float, ComparedPass Digital,
    IReadOnlyList<ComparisonPoint> Points);
