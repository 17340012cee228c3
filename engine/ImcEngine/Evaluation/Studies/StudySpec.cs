using ImcEngine.Data;
using ImcEngine.Macro;

namespace ImcEngine.Evaluation.Studies;

/// <summary>Many run specifications on one network and one set of images.</summary>
internal sealed record StudySpec
{
    /// <summary>Images of a data set, at most.</summary>
    public const int MostImages = 10_000_000;

    public const uint UsualSeed = 1;

    public required string Name { get; init; }

    /// <summary>What the study repeats or asks, for its readers.</summary>
    public string? Note { get; init; }

    /// <summary>ONNX file; relative to the study's file.</summary>
    public required string Model { get; init; }

    /// <summary>The float network, likewise; null: the one that the model names, else the model itself.</summary>
    public string? Float { get; init; }

    /// <summary><c>shapes10</c>, <c>cifar10</c> or a path relative to the study's file.</summary>
    public string Data { get; init; } = Shapes10.Name;

    /// <summary>How many of the data's first images are evaluated; null for all.</summary>
    public int? Images { get; init; }

    /// <summary>Die of every point that does not set its own: the same unit variates, so differences between points are paired.</summary>
    public uint Die { get; init; }

    /// <summary>Seed of temporal noise, likewise.</summary>
    public uint Seed { get; init; } = UsualSeed;

    /// <summary>What every point starts from.</summary>
    public RunSpec Run { get; init; } = RunSpecJson.Default;

    /// <summary>In canonical order.</summary>
    public IReadOnlyList<StudyGrid> Grids { get; init; } = [];
}

/// <summary>The product of its axes; the last axis moves fastest.</summary>
/// <param name="Name">In the study's file: <c>grid</c> or <c>grids[1]</c>.</param>
/// <param name="Axes">In order.</param>
internal sealed record StudyGrid(string Name, IReadOnlyList<StudyAxis> Axes)
{
    /// <summary>Assignments of every point, in order of the axes.</summary>
    public IEnumerable<IReadOnlyList<StudyAssignment>> Points() =>
        Axes.Aggregate<StudyAxis, IEnumerable<IReadOnlyList<StudyAssignment>>>([[]],
            (points, axis) => points.SelectMany(point => axis.Steps.Select(step => (IReadOnlyList<StudyAssignment>)[.. point, .. step])));

    /// <summary>The number of the first axis that sets this field, from 0.</summary>
    public int AxisOf(string path) => Enumerable.Range(0, Axes.Count).First(i => Axes[i].Steps[0].Any(each => each.Path == path));
}

/// <summary>Settings that a grid goes through.</summary>
/// <param name="Steps">Each sets the same fields.</param>
internal sealed record StudyAxis(IReadOnlyList<IReadOnlyList<StudyAssignment>> Steps);

/// <summary>One field's setting, as <c>--set</c> has it.</summary>
/// <param name="Path">E.g. <c>macro.adc.bits</c>; or <c>die</c> or <c>seed</c>, which no run specification holds.</param>
/// <param name="Json">The value as JSON.</param>
internal sealed record StudyAssignment(string Path, string Json)
{
    public override string ToString() => $"{Path}={Json}";
}

/// <summary>One run of a study.</summary>
/// <param name="Grid">From 1.</param>
/// <param name="Assignments">What the grid sets, in order.</param>
/// <param name="Run">Resolved; paths of tables are those of the study's file,
/// so that the text does not depend on where the file lies.</param>
/// <param name="Die">Which die.</param>
/// <param name="Seed">Of temporal noise.</param>
internal sealed record StudyPoint(int Grid, IReadOnlyList<StudyAssignment> Assignments, RunSpec Run, uint Die, uint Seed)
{
    /// <summary>The run, its tables found from the folder of the study's file.</summary>
    public RunSpec RunFrom(string folder) => RunSpecJson.Rebased(Run, folder);
}
