using ImcEngine.Evaluation.Studies;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>Studies. If one is accepted, every point is a valid specification or is refused;
/// only the first points of large grids are made.</summary>
internal sealed class StudyTarget : IFuzzTarget
{
    /// <summary>The most points that are made: a study may have 100,000, which would take longer than any other input.</summary>
    private const int MostPoints = 12;

    public static string[] Seeds { get; } =
    [
        """
        { "name": "rows", "model": "net.onnx", "data": "shapes10", "images": 50, "run": { "macro": "default" },
        "grid": [ { "macro.rows": [64, 128] }, { "macro.adc.bits": [3, 4, 5] } ] }
        """,
        """
        { "name": "dies", "note": "two fields an axis", "model": "a/net.onnx", "float": "f.onnx", "die": 3, "seed": 2,
        "grids": [ [ { "die": [0, 1, 2] } ], [ { "seed": [1, 2], "macro.die.bitlineNoiseCounts": [0.5, 1] },
        { "macro.adc.range": ["full", [0, 100]] } ] ] }
        """,
        """
        { "name": "pictures", "model": "net.onnx", "data": "val.tar", "labels": "truth.txt", "classOrder": "synsets.txt",
        "outputs": "sorted", "layout": "nhwc", "coarse": false, "resize": 256, "crop": "224x224", "interpolation": "bicubic",
        "channels": "bgr", "mean": [0.485, 0.456, 0.406], "std": 0.25, "scale": 255, "skipBroken": true,
        "grid": [ { "macro.rows": [64, 128] } ] }
        """,
        """
        { "name": "layers", "model": "net.onnx", "run": { "macro": "xnor-256", "layers": { "fc": "digital" } },
        "grid": [ { "layers.conv*": ["digital", { "adc": { "bits": 6 } }] }, { "macro": ["ideal", "default"] } ] }
        """,
    ];

    private static readonly string[] Words = ["macro.adc.kind", "macro.adc.levels", "macro.rows", "layers.fc.adc.bits", "die", "seed",
        "grid", "grids", "calibration.count", "macro.die.noiseProfile"];

    private readonly JsonMutations _mutations = new(Seeds, SpecTarget.Words.Concat(Words));

    public string Name => "study";
    public string Extension => ".json";
    public long MostAllocatedBytes => 256L << 20;

    public byte[] Make(CaseRandom random) => _mutations.Make(random);

    public Acceptance Run(byte[] input, bool thorough)
    {
        var study = StudyJson.Read(TextMutations.Decode(input));
        double points = study.Grids.Sum(grid => grid.Axes.Aggregate(1.0, (product, axis) => product * axis.Steps.Count));
        BrokenPropertyException.Require(points is >= 1 and <= StudyJson.MostPoints, "a study has no points or too many", () => $"{points}");
        if (points <= MostPoints)
            BrokenPropertyException.Require(StudyJson.PointsOf(study).Count == points, "a study has other points than its grids",
                () => $"{points}");
        return Acceptance.Accepted;
    }
}
