using ImcEngine.Images.Arrays;
using ImcEngine.Images.Pictures;
using ImcEngine.Images.Sources.Labels;

namespace ImcEngine.Images;

/// <summary>What a user says about images, where the data, the network or their usual form does not decide.</summary>
internal sealed record ImageOptions
{
    public static ImageOptions None { get; } = new();

    /// <summary>Labels and classes that replace those of the data.</summary>
    public LabelOptions Labels { get; init; } = new();

    /// <summary>Where arrays of images have their channels; null: found from the sizes.</summary>
    public ArrayLayout? Layout { get; init; }

    /// <summary>Whether labels of CIFAR-100 are those of its 20 coarse classes.</summary>
    public bool IsCoarse { get; init; }

    /// <summary>The size that images get; null: their own.</summary>
    public ResizeSpec? Resize { get; init; }

    /// <summary>The part that is taken; null: what the network takes of images whose shorter side was resized, else all.</summary>
    public CropSpec? Crop { get; init; }

    /// <summary>How images are resized; null: bilinear.</summary>
    public Interpolation? Interpolation { get; init; }
}
