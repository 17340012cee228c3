using System.Collections.Immutable;
using System.Globalization;

namespace ImcEngine.Images.Arrays;

/// <summary>Classes that a data source only numbers: their names are the numbers 0 to the largest label.</summary>
internal static class NumberedClasses
{
    /// <summary>The most classes; three times those of the largest ImageNet.</summary>
    public const int Most = 1 << 16;

    /// <exception cref="ImcException">A label is negative or larger than that of any class.</exception>
    public static ImmutableArray<string> Of(IReadOnlyList<int> labels, string name)
    {
        int largest = 0;
        for (int i = 0; i < labels.Count; i++)
        {
            if (labels[i] is < 0 or >= Most)
                throw new ImcException($"'{name}' gives image {i} the label {labels[i]}; labels are 0 to {Most - 1}.");
            largest = Math.Max(largest, labels[i]);
        }
        return [.. Enumerable.Range(0, largest + 1).Select(number => number.ToString(CultureInfo.InvariantCulture))];
    }

    /// <exception cref="ImcException">There are not as many labels as images.</exception>
    public static void RequireCount(string labelsName, int labels, string imagesName, int images)
    {
        if (labels != images)
            throw new ImcException($"'{labelsName}' holds {labels} labels and '{imagesName}' {images} images; they must be as many. Are "
                + "they of the same split?");
    }
}
