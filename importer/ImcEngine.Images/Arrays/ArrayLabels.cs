using ImcEngine.Data;

namespace ImcEngine.Images.Arrays;

/// <summary>Labels in an array of NumPy: integers of any width, one an image, <c>[count]</c> or <c>[count, 1]</c>.</summary>
internal static class ArrayLabels
{
    /// <exception cref="ImcException">The array has other sizes than one label an image, or no integers.</exception>
    public static int[] Of(NpyFile array, string name, string imagesName, int images)
    {
        string shape = $"({string.Join(", ", array.Shape)})";
        if (array.Shape.Count is not (1 or 2) || array.Shape.Count == 2 && array.Shape[1] != 1)
            throw new ImcException($"'{name}' has shape {shape}; labels are [count] or [count, 1]. Take numpy.argmax of one-hot labels.");
        if (array.IsFloat)
            throw new ImcException($"'{name}' holds floating-point numbers; labels are integers (numpy.ndarray.astype('int64')).");
        NumberedClasses.RequireCount(name, array.Count, imagesName, images);
        return array.ToInt32();
    }
}
