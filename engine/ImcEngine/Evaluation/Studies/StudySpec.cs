using ImcEngine.Data;
using ImcEngine.Macro;

namespace ImcEngine.Evaluation.Studies;

/// <summary>A study: many run specifications on one network and one set of images.</summary>
internal sealed record StudySpec
{
    /// <summary>The maximum number of images.</summary>
    public const int MostImages = 10_000_000;

    public const uint UsualSeed = 1;

    public required string Name { get; init; }

    /// <summary>The question that the study answers or the result that it reproduces, for its readers.</summary>
    public string? Note { get; init; }

    /// <summary>The path of the ONNX file, relative to the study's file.</summary>
    public required string Model { get; init; }

    /// <summary>The path of the float network, relative to the study's file. Null: the float network that the model names, else the model
    /// itself.</summary>
    public string? Float { get; init; }

    /// <summary>The output of the network with the logits, where it has several; null for the only one, or the only one of [batch,
    /// classes].</summary>
    public string? Output { get; init; }

    /// <summary>The size of an image where the network's file leaves it open; null for that of the data.</summary>
    public IReadOnlyList<int>? InputShape { get; init; }

    /// <summary>The data: <c>shapes10</c>, <c>cifar10</c> or a path relative to the study's file.</summary>
    public string Data { get; init; } = Shapes10.Name;

    /// <summary>What the images are and how they become the network's input.</summary>
    public StudyImages ImageChoice { get; init; } = StudyImages.None;

    /// <summary>The number of images that are evaluated, from the first; null for all.</summary>
    public int? Images { get; init; }

    /// <summary>The die of every point that does not set its own. All points then have the same unit variates, so their differences are
    /// paired.</summary>
    public uint Die { get; init; }

    /// <summary>The seed of temporal noise of every point that does not set its own.</summary>
    public uint Seed { get; init; } = UsualSeed;

    /// <summary>The axes, <c>die</c>, <c>seed</c> or both, over which results are summarized; none: no summary is written.</summary>
    public IReadOnlyList<string> Aggregate { get; init; } = [];

    /// <summary>The accuracy that a good die exceeds; null: dies are not counted.</summary>
    public double? YieldAbove { get; init; }

    /// <summary>The run specification that every point starts from.</summary>
    public RunSpec Run { get; init; } = RunSpecJson.Default;

    /// <summary>The grids, in canonical order.</summary>
    public IReadOnlyList<StudyGrid> Grids { get; init; } = [];

    /// <summary>Returns the study with other calibration images. A grid that sets <c>calibration.data</c> still sets it.</summary>
    /// <param name="source">A data set's name, or a path relative to the current folder.</param>
    /// <param name="file">The study's file, which paths in a study are relative to.</param>
    public StudySpec CalibratedOn(string source, string file) => this with
    {
        Run = Run with
        {
            Calibration = Run.Calibration with
            {
                Data = source is Shapes10.Name or DataSource.Cifar10 ? source
                    : Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(file))!, Path.GetFullPath(source)),
            },
        },
    };
}

/// <summary>A grid: the product of its axes, the last axis fastest.</summary>
/// <param name="Name">The name in the study's file: <c>grid</c> or, for example, <c>grids[1]</c>.</param>
/// <param name="Axes">The axes, in order.</param>
internal sealed record StudyGrid(string Name, IReadOnlyList<StudyAxis> Axes)
{
    /// <summary>Returns the assignments of every point, in the order of the axes.</summary>
    public IEnumerable<IReadOnlyList<StudyAssignment>> Points() =>
        Axes.Aggregate<StudyAxis, IEnumerable<IReadOnlyList<StudyAssignment>>>([[]],
            (points, axis) => points.SelectMany(point => axis.Steps.Select(step => (IReadOnlyList<StudyAssignment>)[.. point, .. step])));

    /// <summary>Returns the number of the first axis that sets this field, from 0.</summary>
    public int AxisOf(string path) => Enumerable.Range(0, Axes.Count).First(i => Axes[i].Steps[0].Any(each => each.Path == path));
}

/// <summary>An axis: the settings that a grid goes through.</summary>
/// <param name="Steps">The assignments of each step; all steps set the same fields.</param>
internal sealed record StudyAxis(IReadOnlyList<IReadOnlyList<StudyAssignment>> Steps);

/// <summary>One assignment, as for <c>--set</c>.</summary>
/// <param name="Path">The path of the field, e.g. <c>macro.adc.bits</c>; or <c>die</c> or <c>seed</c>, which are not in the run
/// specification.</param>
/// <param name="Json">The value as JSON.</param>
internal sealed record StudyAssignment(string Path, string Json)
{
    public override string ToString() => $"{Path}={Json}";
}

/// <summary>One point: one run of a study.</summary>
/// <param name="Grid">The number of the grid, from 1.</param>
/// <param name="Assignments">The assignments of the grid, in order.</param>
/// <param name="Run">The resolved run specification. Paths of tables are as in the study's file, so the text does not depend on where that
/// file is.</param>
/// <param name="Die">The seed that names the die.</param>
/// <param name="Seed">The seed of temporal noise.</param>
internal sealed record StudyPoint(int Grid, IReadOnlyList<StudyAssignment> Assignments, RunSpec Run, uint Die, uint Seed)
{
    /// <summary>Returns the run specification with the paths of tables prefixed by the folder of the study's file.</summary>
    public RunSpec RunFrom(string folder) => RunSpecJson.Rebased(Run, folder);
}
