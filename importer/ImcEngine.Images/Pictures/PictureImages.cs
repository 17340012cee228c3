using ImcEngine.Data;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Pictures;

/// <summary>Encoded pictures as images, decoded each time they are read.</summary>
internal sealed class PictureImages(IPictures pictures) : IRawImages
{
    public int Count => pictures.Count;

    /// <summary>Null, since finding out whether all pictures are of one size would mean to open each.</summary>
    public ImageShape? Shape => null;

    public bool AreFloats => false;

    public string NameOf(int image) => pictures.NameOf(image);

    public RawImage Read(int image) => PictureDecoder.Decode(pictures.Read(image), pictures.NameOf(image));
}
