using System.Collections.Immutable;
using ImcEngine.Images.Sources;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>The properties of image sets that are accepted.</summary>
internal static class Readable
{
    private const int MostRead = 8;

    /// <summary>Reads a set and its first and last images.</summary>
    /// <returns>Why it was refused; null where it was accepted.</returns>
    public static ImcException? Refusal(Func<LabelledImages> read)
    {
        try
        {
            Require(read());
            return null;
        }
        catch (ImcException refused)
        {
            return refused;
        }
    }

    /// <exception cref="ImcException">An image is refused, e.g. for an element that is not finite.</exception>
    public static void Require(LabelledImages set)
    {
        RequireLabels(set.Images.Count, set.ClassNames, set.Labels);
        int bytes = set.Images.Shape!.Value.Count * (set.Images.AreFloats ? sizeof(float) : 1);
        foreach (int image in Some(set.Images.Count))
            BrokenPropertyException.Require(set.Images.Read(image).Elements.Length == bytes, "an image has other elements than its shape",
                () => set.Images.NameOf(image));
    }

    public static void Require(LabelledPictures set)
    {
        RequireLabels(set.Pictures.Count, set.ClassNames, set.Labels);
        foreach (int picture in Some(set.Pictures.Count))
            BrokenPropertyException.Require(set.Pictures.Read(picture).Length > 0, "a picture has no bytes",
                () => set.Pictures.NameOf(picture));
    }

    private static IEnumerable<int> Some(int count) =>
        Enumerable.Range(0, Math.Min(count, MostRead)).Concat(Enumerable.Range(Math.Max(0, count - MostRead), Math.Min(count, MostRead)));

    private static void RequireLabels(int count, ImmutableArray<string> classNames, int[]? labels) =>
        BrokenPropertyException.Require(
            count > 0 && (labels is null ? classNames.IsEmpty
                : labels.Length == count && labels.All(label => label >= 0 && label < classNames.Length)),
            "a set has no images, or labels without a class",
            () => $"{count} images, {labels?.Length} labels, {classNames.Length} classes");
}
