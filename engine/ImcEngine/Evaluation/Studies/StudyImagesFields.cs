using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImcEngine.Macro;

namespace ImcEngine.Evaluation.Studies;

/// <summary>The fields of a study that say what its images are and how they become the network's input.</summary>
internal static class StudyImagesFields
{
    private const int MostPixels = 65_535, MostChannels = 65_536;

    private static readonly SpecField<StudyImages>[] OfImages =
    [
        new("labels", i => i.Labels, (i, v) => i with { Labels = v.PathText() }),
        new("classOrder", i => i.ClassOrder, (i, v) => i with { ClassOrder = v.PathText() }),
        new("outputs", i => i.Outputs, (i, v) => i with { Outputs = v.Text() }),
        new("layout", i => i.Layout, (i, v) => i with { Layout = v.Text() }),
        new("coarse", i => i.IsCoarse, (i, v) => i with { IsCoarse = v.Flag() }),
        new("resize", i => i.Resize, (i, v) => i with { Resize = ReadSize(v) }),
        new("crop", i => i.Crop, (i, v) => i with { Crop = ReadSize(v) }),
        new("interpolation", i => i.Interpolation, (i, v) => i with { Interpolation = v.Text() }),
        new("channels", i => i.Channels, (i, v) => i with { Channels = v.Text() }),
        new("mean", i => ToNode(i.Mean), (i, v) => i with { Mean = ReadNumbers(v) }),
        new("std", i => ToNode(i.Std), (i, v) => i with { Std = ReadNumbers(v) }),
        new("scale", i => i.Scale, (i, v) => i with { Scale = v.Number(float.MinValue, float.MaxValue) }),
        new("skipBroken", i => i.SkipsBroken, (i, v) => i with { SkipsBroken = v.Flag() }),
    ];

    /// <summary>The same fields, of a study.</summary>
    public static IEnumerable<SpecField<StudySpec>> OfStudy => OfImages.Select(each => new SpecField<StudySpec>(each.Name,
        study => each.Write(study.ImageChoice), (study, v) => study with { ImageChoice = each.Read(study.ImageChoice, v) }));

    /// <summary>Reads a number of pixels, or a text such as <c>256x224</c>.</summary>
    private static string ReadSize(SpecValue value) => value.Kind == JsonValueKind.Number
        ? value.Integer(1, MostPixels).ToString(CultureInfo.InvariantCulture) : value.Text();

    /// <summary>Reads one number, or a list of a number for each channel.</summary>
    private static double[] ReadNumbers(SpecValue value)
    {
        double Number(JsonNode? node, string path) => new SpecValue(node, path).Number(float.MinValue, float.MaxValue);
        return value.Node is not JsonArray list ? [Number(value.Node, value.Path)]
            : list.Count is > 0 and <= MostChannels ? [.. list.Select((node, i) => Number(node, $"{value.Path}[{i}]"))]
            : throw value.Error("allowed is a number, or a list of one for each channel such as [0.485, 0.456, 0.406]");
    }

    private static JsonArray? ToNode(IReadOnlyList<double>? numbers) =>
        numbers is null ? null : [.. numbers.Select(number => (JsonNode)number)];
}
