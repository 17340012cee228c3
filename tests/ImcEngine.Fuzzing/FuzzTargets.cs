using ImcEngine.Fuzzing.Onnx;
using ImcEngine.Fuzzing.Targets;

namespace ImcEngine.Fuzzing;

/// <summary>All readers, by name.</summary>
internal static class FuzzTargets
{
    public const string AllOfThem = "all";

    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new OnnxTarget(), new SpecTarget(), new AssignmentsTarget(), new StudyTarget(), new StudyFolderTarget(), new CalibrationTarget(),
        new TableTarget(), new NoiseTarget(), new NpyTarget(), new NpzTarget(), new ArchiveTarget(), new RecordsTarget(),
        new PictureTarget(),
        new PicturesTarTarget(), new PicturesZipTarget(), new LabelsTarget(),
        new IdxTarget(), new ImageNpyTarget(), new ImageNpzTarget(), new Cifar100Target(), new ParquetTarget(),
    ];

    public static IReadOnlyList<IFuzzTarget> Named(string name) => name == AllOfThem
        ? All
        : All.Where(target => target.Name == name).ToList() is [var one]
            ? [one]
            : throw new ImcException($"There is no target '{name}'; "
                + $"there are {AllOfThem}, {string.Join(", ", All.Select(target => target.Name))}.");
}
