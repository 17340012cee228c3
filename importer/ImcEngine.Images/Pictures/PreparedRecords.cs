using System.Diagnostics;
using ImcEngine.Data;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Pictures;

/// <summary>The images of a source as a network takes them, decoded and prepared each time they are read.</summary>
/// <param name="images">The images.</param>
/// <param name="shape">The shape that the network takes.</param>
/// <param name="preparation">What happens to each image.</param>
internal sealed class PreparedRecords(IRawImages images, ImageShape shape, Preparation preparation) : IImageRecords
{
    public ImageShape Shape => shape;
    public int Count => images.Count;
    public bool AreFloats => images.AreFloats;

    public Preparation Preparation => preparation;

    public double DecodingSeconds => Clock.Seconds;

    /// <summary>What reading has cost so far.</summary>
    public DecodingClock Clock { get; } = new();

    /// <exception cref="BrokenImageException">The image cannot be read.</exception>
    /// <exception cref="ImcException">It cannot be prepared, or is then not of the shape that the network takes.</exception>
    public void Read(int record, Span<byte> elements)
    {
        long start = Stopwatch.GetTimestamp();
        string name = images.NameOf(record);
        var image = Decoded(record);
        var prepared = preparation.Apply(name, image, AreFloats);
        if (prepared.Shape != shape) throw WrongShape(name, image.Shape, prepared.Shape);
        prepared.Elements.CopyTo(elements);
        Clock.AddSince(start);
    }

    private RawImage Decoded(int record)
    {
        try
        {
            return images.Read(record);
        }
        catch (ImcException broken)
        {
            throw new BrokenImageException(broken.Message, broken);
        }
    }

    private ImcException WrongShape(string name, ImageShape image, ImageShape prepared) => new(
        $"Image '{name}' is {image}{(prepared == image ? "" : $", prepared {prepared}")} (channels x height x width), "
        + $"but the network takes {shape}. "
        + (IsOfSize(prepared) || preparation.Crop is not { } crop ? "" : $"The crop is {crop}, and the network takes {OwnSize}. ")
        + $"Give {string.Join(" and ", Remedies(image, prepared))}.");

    private CropSpec OwnSize => new(shape.Height, shape.Width);

    private bool IsOfSize(ImageShape prepared) => prepared with { Channels = shape.Channels } == shape;

    private IEnumerable<string> Remedies(ImageShape image, ImageShape prepared)
    {
        if (prepared.Channels != shape.Channels)
            yield return shape.Channels switch
            {
                1 => "--channels gray",
                3 => "--channels rgb (or bgr)",
                _ => $"images of {shape.Channels} channels",
            };
        if (IsOfSize(prepared)) yield break;
        var (height, width) = preparation.Resize?.SizeFor(image.Height, image.Width) ?? (image.Height, image.Width);
        yield return preparation.Crop is not null && height >= shape.Height && width >= shape.Width ? $"--crop {OwnSize}"
            : $"--resize {shape.Width}x{shape.Height}, or a --resize of the shorter side and --crop {OwnSize}";
    }
}
