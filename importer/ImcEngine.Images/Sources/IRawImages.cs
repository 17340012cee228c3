using System.Collections.Immutable;
using ImcEngine.Data;

namespace ImcEngine.Images.Sources;

/// <summary>An image as its source holds it, decoded.</summary>
/// <param name="Shape">Its sizes; 1 channel is gray, 3 are R, G, B.</param>
/// <param name="Elements">Its elements <c>[channel, y, x]</c>: bytes, or the bytes of little-endian float32.</param>
internal readonly record struct RawImage(ImageShape Shape, byte[] Elements);

/// <summary>The images of a data source, decoded as they are read. Implementations are safe for several threads; their memory does not grow
/// with the number of images that have been read.</summary>
internal interface IRawImages
{
    int Count { get; }

    /// <summary>The shape of all images; null where it may differ from image to image.</summary>
    ImageShape? Shape { get; }

    /// <summary>Whether elements are float32; otherwise they are bytes.</summary>
    bool AreFloats { get; }

    /// <summary>Returns what to call an image in messages.</summary>
    string NameOf(int image);

    /// <exception cref="ImcException">The image cannot be read or decoded; the message names it and says why.</exception>
    RawImage Read(int image);
}

/// <summary>Images with their labels, before they get the size and the channels that a network takes.</summary>
/// <param name="Images">The images.</param>
/// <param name="ClassNames">The names of the classes, by label; empty without labels.</param>
/// <param name="Labels">The label of each image; null: there are none.</param>
internal sealed record LabelledImages(IRawImages Images, ImmutableArray<string> ClassNames, int[]? Labels)
{
    /// <summary>Where labels were stated as outputs of a network; null: they were not.</summary>
    public StatedOutputs? Outputs { get; init; }
}
