using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Images;
using ImcEngine.Images.Pictures;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Studies;

/// <summary>Reads what a study says about its images as the options of <c>imc compare</c> are read.</summary>
internal static class StudyImageOptions
{
    /// <param name="images">What the study says.</param>
    /// <param name="folder">The folder of the study's file, which names of files are relative to.</param>
    /// <exception cref="ImcException">A word or a size cannot be used.</exception>
    public static ImageOptions Geometry(StudyImages images, string folder) => new()
    {
        Labels = new(In(folder, images.Labels), In(folder, images.ClassOrder),
            Word("outputs", images.Outputs, GeometryOptions.OutputWords)),
        Layout = Word("layout", images.Layout, GeometryOptions.LayoutWords),
        IsCoarse = images.IsCoarse,
        Resize = images.Resize is { } resize ? ResizeSpec.Parse("resize", resize) : null,
        Crop = images.Crop is { } crop ? CropSpec.Parse("crop", crop) : null,
        Interpolation = Word("interpolation", images.Interpolation, GeometryOptions.InterpolationWords),
    };

    public static PreprocessingChoice Preprocessing(StudyImages images) => new(
        Numbers(images.Mean), Numbers(images.Std), images.Scale is { } scale ? Number(scale) : null, images.Channels, Prefix: "");

    private static string? In(string folder, string? file) => file is null ? null : Path.Combine(folder, file);

    private static T? Word<T>(string field, string? text, (string Word, T Value)[] words) where T : struct, Enum =>
        text is null ? null : new SpecValue(JsonValue.Create(text), field).Word(words);

    private static string? Numbers(IReadOnlyList<double>? numbers) => numbers is null ? null : string.Join(',', numbers.Select(Number));

    private static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
