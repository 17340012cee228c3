using ImcEngine.Cost;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.MonteCarlo;
using ImcEngine.Importer.Lowering;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Comparisons;

/// <summary>One hardware setting's result.</summary>
/// <param name="Imc">The result on the first die, timed.</param>
/// <param name="DieBytes">Memory of a die beyond the mapped network.</param>
/// <param name="Layers">Layer statistics of the first die; empty where no layer statistics were asked for.</param>
/// <param name="Dies">All dies, the first included.</param>
/// <param name="Clamped">Clamped conversions on the first die; null if no table clamps.</param>
public sealed record ComparisonPoint(
    ComparisonSetting Setting, ComparedPass Imc, long ConversionsPerImage, int Arrays, string Kernel, long DieBytes,
    IReadOnlyList<LayerStatistics> Layers, DieSeries Dies,
    ClampedShare? Clamped)
{
    public RunSpec Run => Setting.Run;

    /// <summary>The digital corrections of the first die; null for none.</summary>
    public Corrections? Corrections { get; init; }

    /// <summary>What an image costs on the macro, by the models.</summary>
    internal NetworkCost Cost { get; init; } = new([]);

    /// <summary>The partial sums of each layer of <see cref="Layers"/>.</summary>
    internal IReadOnlyList<ConvertedSums> Converted { get; init; } = [];
}

/// <summary>All settings on one model and data; float and digital results are computed once.</summary>
/// <param name="LayerNotes">What runs on the macro, what stays digital, and why.</param>
/// <param name="Network">The network as it ran on the macro: quantized.</param>
/// <param name="DieChoice">The dies of every setting.</param>
/// <param name="Digital">The network with exact sums in place of every ADC.</param>
/// <param name="EvaluatedCalibrationImages">The number of calibration images that are also evaluated.</param>
/// <param name="MovedLayers">For each setting, a layer that it puts into other cells than the first setting does, so that its dies
/// differ; null if there is none.</param>
public sealed record ComparisonResults(
    ComparedModel Model, ComparedData Data, IReadOnlyList<LayerNote> LayerNotes, Network Network, RunnerOptions Runner,
    DieChoice DieChoice, ComparedPass Float, ComparedPass Digital,
    IReadOnlyList<ComparisonPoint> Points, int EvaluatedCalibrationImages, IReadOnlyList<string?> MovedLayers)
{
    /// <summary>What the user of the figures should know, such as what was assumed or had no effect; a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What was taken from earlier runs of the same inputs, such as <c>float results</c>.</summary>
    public IReadOnlyList<string> Kept { get; init; } = [];

    /// <summary>Why nothing can be kept for later runs; null where nothing failed.</summary>
    internal string? CacheProblem { get; init; }

    /// <summary>The outputs that are compared as numbers, since they are no classes; empty where the output is classes.</summary>
    internal IReadOnlyList<OutputPart> Outputs => JoinedOutputs.PartsOf(Model.OutputNames, Network);

    /// <summary>Whether the settings after the first are changes of it, and each is compared with it. They then have labels.</summary>
    public bool ComparesSettings => Points.Count > 1 && Points[1].Setting.Label is not null;
}
