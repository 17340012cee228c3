using System.Globalization;
using ImcEngine.Data;
using ImcEngine.Importer.Lowering;

namespace ImcEngine.Importer.Onnx;

/// <summary>Keys of <c>metadata_props</c> that travel with a network (ARITHMETIC §8).</summary>
internal static class ModelMetadata
{
    /// <summary>File name of the float network beside this one.</summary>
    public const string Float = "imc.float";

    /// <summary>The order of the input's axes, whatever reads it: <c>file</c> or <c>channelsLast</c>. Absent: found in the graph.</summary>
    public const string InputOrder = "imc.inputOrder";

    public const string OrderOfFile = "file";

    /// <summary>Value of <see cref="InputOrder"/>: channels are the file's last axis.</summary>
    public const string OrderChannelsLast = "channelsLast";

    public const string Mean = "imc.mean", Std = "imc.std", Scale = "imc.scale", Layout = "imc.layout";

    /// <summary>The size that images get, the part that is taken, and the interpolation: as the options of these names.</summary>
    public const string Resize = "imc.resize", Crop = "imc.crop", Interpolation = "imc.interpolation";

    /// <summary>What <see cref="Layout"/> may be.</summary>
    public static string[] Layouts { get; } = ["RGB", "BGR", "gray"];

    /// <summary>File name of the float network; null where the model names none.</summary>
    /// <exception cref="ModelException">It is not a plain file name.</exception>
    public static string? FloatOf(OnnxModel model) => model.Metadata.Find(entry => entry.Key == Float) is { } entry
        ? FileName(entry.Value ?? "") : null;

    /// <summary>Checks and returns the name: the models of a pair lie in one folder, and no name may lead out of it.</summary>
    /// <exception cref="ModelException">The name contains a folder, or is not a file name.</exception>
    internal static string FileName(string name) => name is not ("" or "." or "..") && !name.AsSpan().ContainsAny("/\\\0") ? name
        : throw new ModelException($"Metadata {Float} is '{name}'; it must be the name of a file in the model's own folder, "
            + $"without a folder. Put the float network beside the model and name it so.");

    /// <summary>Sets a key; replaces what it held.</summary>
    public static void Set(OnnxModel model, string key, string text)
    {
        model.Metadata.RemoveAll(entry => entry.Key == key);
        model.Metadata.Add(new() { Key = key, Value = text });
    }

    public static void Set(OnnxModel model, Preprocessing preprocessing)
    {
        Set(model, Mean, Text(preprocessing.Mean));
        Set(model, Std, Text(preprocessing.Std));
        SetScale(model, preprocessing.Scale);
        Set(model, Layout, "RGB");
    }

    /// <summary>Writes what is stated. What is assumed is left out, so that a later reader sees that it is.</summary>
    public static void Set(OnnxModel model, SourcedPreprocessing preprocessing)
    {
        if (preprocessing.Mean != PreprocessingSource.Assumed) Set(model, Mean, Text(preprocessing.Preprocessing.Mean));
        if (preprocessing.Std != PreprocessingSource.Assumed) Set(model, Std, Text(preprocessing.Preprocessing.Std));
        if (preprocessing.Scale != PreprocessingSource.Assumed) SetScale(model, preprocessing.Preprocessing.Scale);
        if (preprocessing.Layout != PreprocessingSource.Assumed) Set(model, Layout, preprocessing.Channels);
    }

    /// <summary>Writes a scale; the usual one is what a file without the key has.</summary>
    private static void SetScale(OnnxModel model, float scale)
    {
        if (scale == Preprocessing.UsualScale) model.Metadata.RemoveAll(entry => entry.Key == Scale);
        else Set(model, Scale, Text([scale]));
    }

    internal static string Text(float[] numbers) =>
        string.Join(",", numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture)));
}
