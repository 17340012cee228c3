using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Pictures;

/// <summary>What happens to the images of a source, in this order, before their numbers are scaled.</summary>
/// <param name="Channels">The channels that the network takes; null leaves those of the image.</param>
/// <param name="Resize">The size that images get; null leaves it.</param>
/// <param name="Crop">The part of the resized image that is taken; null takes all of it.</param>
/// <param name="Interpolation">How images are resized.</param>
internal sealed record Preparation(ChannelOrder? Channels, ResizeSpec? Resize, CropSpec? Crop, Interpolation Interpolation)
{
    /// <param name="name">What to call the image in an error.</param>
    /// <param name="image">The image; it is not changed.</param>
    /// <param name="areFloats">Whether its elements are float32.</param>
    /// <exception cref="ImcException">It cannot be prepared so.</exception>
    public RawImage Apply(string name, RawImage image, bool areFloats)
    {
        if (Channels is { } channels) image = ChannelConversion.Convert(name, image, areFloats, channels);
        if (Resize is not null)
            image = Resampling.Resize(name, image, areFloats, Resize.SizeFor(image.Shape.Height, image.Shape.Width), Interpolation);
        return Crop is null ? image : Crop.Cut(name, image, areFloats);
    }
}
