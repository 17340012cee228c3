using System.Collections.Immutable;
using ImcEngine.Data;

namespace ImcEngine.Images.Sources;

/// <summary>The encoded pictures of a data source, such as PNG and JPEG files, in its order. Implementations are safe for several threads;
/// their memory does not grow with the number of pictures that have been read.</summary>
internal interface IPictures
{
    int Count { get; }

    /// <summary>Returns the path of a picture in its source, for messages.</summary>
    string NameOf(int picture);

    /// <summary>Returns the bytes of a picture's file.</summary>
    /// <exception cref="ImcException">It cannot be read.</exception>
    byte[] Read(int picture);
}

/// <summary>Pictures with their labels.</summary>
/// <param name="Pictures">The pictures.</param>
/// <param name="ClassNames">The names of the classes, by label; empty without labels.</param>
/// <param name="Labels">The label of each picture; null: there are none.</param>
internal sealed record LabelledPictures(IPictures Pictures, ImmutableArray<string> ClassNames, int[]? Labels)
{
    /// <summary>Where labels were stated as outputs of a network; null: they were not.</summary>
    public StatedOutputs? Outputs { get; init; }
}
