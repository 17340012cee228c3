using System.Globalization;

namespace ImcEngine.Perf.Answers;

/// <summary>A command of <c>imc</c> as a user types it.</summary>
/// <param name="Number">Its number in the table, from 1.</param>
/// <param name="What">What it asks.</param>
/// <param name="Arguments">Its arguments; <see cref="Data"/> and <see cref="Study"/> stand for paths.</param>
internal sealed record AskedCommand(int Number, string What, IReadOnlyList<string> Arguments)
{
    /// <summary>Stands for the path of the images.</summary>
    public const string Data = "D";

    /// <summary>Stands for the path of the study.</summary>
    public const string Study = "FILE";

    /// <summary>The numbers of the two commands that differ in the number of dies alone.</summary>
    public const int TenDies = 6, OneDie = 7;

    /// <summary>The number of commands.</summary>
    public const int Count = OneDie;

    public const string Network = "weights/resnet18-cifar10-w4a4.onnx";

    private const int Few = 100, StudyImages = 200, Some = 500, Many = 5000;
    private const string Offsets = "macro.die.columnOffsetCounts=0.5", Noise = "macro.die.bitlineNoiseCounts=0.5";
    private const string Mismatch = "macro.die.cellMismatchRelative=0.02";

    public bool IsStudy => Arguments.Contains(Study);

    /// <summary>The command line, with <see cref="Data"/> and <see cref="Study"/> as they are.</summary>
    public string Line => string.Join(' ', Arguments.Prepend("imc"));

    /// <summary>Returns all commands, in the order of their numbers.</summary>
    /// <param name="evaluable">The number of images that can be evaluated; no command asks for more.</param>
    public static AskedCommand[] All(int evaluable)
    {
        string[] Images(int count) => ["--images", Math.Min(count, evaluable).ToString(CultureInfo.InvariantCulture)];
        string[] network = ["--model", Network, "--data", Data], die = [.. network, .. Images(Few), "--set", Offsets, "--set", Mismatch];
        return
        [
            new(1, "several ADCs on the network that ships", ["compare"]),
            new(2, "one setting, some images", ["compare", .. network, .. Images(Some)]),
            new(3, "one setting, many images", ["compare", .. network, .. Images(Many)]),
            new(4, "what each source of error costs",
                ["attribute", .. network, .. Images(StudyImages), "--set", Offsets, "--set", Noise]),
            new(5, "12 points, rows x ADC bits", ["study", Study, "--data", Data, .. Images(StudyImages)]),
            new(TenDies, "ten dies", ["compare", .. die, "--dies", "10"]),
            new(OneDie, "one die", ["compare", .. die]),
        ];
    }
}
