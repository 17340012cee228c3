using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Data;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Importer.Lowering;

namespace ImcEngine.Cli;

/// <summary>How images are preprocessed and where that is stated, as text and as JSON.</summary>
internal static class PreprocessingReport
{
    private const string Options = "--scale, --mean and --std";

    /// <param name="whose">Names the network if a run has two with different preprocessing, such as <c> of float.onnx</c>.</param>
    /// <param name="statedBy">What the command reads scale, mean and std from, besides the model.</param>
    public static void Write(Report report, SourcedPreprocessing used, string whose = "", string statedBy = Options)
    {
        report.Line($"Preprocessing{whose}: scale {Part([used.Preprocessing.Scale], used.Scale, "the default for bytes")}, "
            + $"mean {Part(used.Preprocessing.Mean, used.Mean)}, std {Part(used.Preprocessing.Std, used.Std)}, "
            + $"layout {used.Channels} ({Words(used.Layout)}).");
        if (used.ScalesAgain)
            report.Line("The network scales the image itself, after these numbers: with those that it was trained with, it scales twice, "
                + $"and accuracies are wrong. Leave {statedBy} out, unless it was trained with both.");
        if (used.IsAssumed)
            report.Line($"{AssumedName(used.Preprocessing)} are assumed, because the model states none: "
                + $"if it was trained with others, accuracies are wrong. State them with {statedBy}, or as metadata imc.scale, imc.mean "
                + "and imc.std.");
    }

    /// <summary>Writes the preprocessing of a network and, if it differs, of its float network.</summary>
    public static void Write(Report report, ComparedModel model, string statedBy = Options)
    {
        Write(report, model.Preprocessing, statedBy: statedBy);
        if (HasOther(model)) Write(report, model.FloatPreprocessing, $" of {model.FloatSource}", statedBy);
    }

    public static JsonObject ToJson(SourcedPreprocessing used) => new()
    {
        ["scale"] = used.Preprocessing.Scale,
        ["mean"] = Numbers(used.Preprocessing.Mean),
        ["std"] = Numbers(used.Preprocessing.Std),
        ["layout"] = used.Channels,
        ["scaleSource"] = Words(used.Scale, "default"),
        ["meanSource"] = Words(used.Mean),
        ["stdSource"] = Words(used.Std),
        ["layoutSource"] = Words(used.Layout),
    };

    /// <summary>Adds the preprocessing to a document; that of the float network only if it differs.</summary>
    public static void AddTo(JsonObject document, ComparedModel model)
    {
        document["preprocessing"] = ToJson(model.Preprocessing);
        if (HasOther(model)) document["floatPreprocessing"] = ToJson(model.FloatPreprocessing);
    }

    private static string AssumedName(Preprocessing used) =>
        used.Mean.SequenceEqual(Preprocessing.Cifar10.Mean) || used.Std.SequenceEqual(Preprocessing.Cifar10.Std) ? "CIFAR-10's constants"
        : used.Mean.SequenceEqual(Preprocessing.ImageNet.Mean) || used.Std.SequenceEqual(Preprocessing.ImageNet.Std)
        ? "ImageNet's constants"
        : "Mean 0 and std 1";

    private static bool HasOther(ComparedModel model) => Text(model.Preprocessing) != Text(model.FloatPreprocessing);

    private static string Text(SourcedPreprocessing used) => ToJson(used).ToJsonString();

    private static string Part(float[] numbers, PreprocessingSource source, string unstated = "assumed") =>
        $"{string.Join(',', numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture)))} ({Words(source, unstated)})";

    /// <param name="unstated">What a part is called that nothing states.</param>
    private static string Words(PreprocessingSource source, string unstated = "assumed") => source switch
    {
        PreprocessingSource.Model => "model metadata",
        PreprocessingSource.Option => "option",
        PreprocessingSource.Graph => "the network scales the image itself",
        PreprocessingSource.Data => "the data's float32 as they are",
        _ => unstated,
    };

    /// <summary>Returns the numbers, each in its shortest decimal form.</summary>
    private static JsonArray Numbers(float[] numbers) => [.. numbers.Select(number => (JsonNode)number)];
}
