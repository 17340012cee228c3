using ImcEngine.Data;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Tests.Pictures;

/// <summary>Images in memory, named by their index.</summary>
internal sealed class ListedImages(bool areFloats, params RawImage[] images) : IRawImages
{
    public int Count => images.Length;
    public ImageShape? Shape => null;
    public bool AreFloats => areFloats;
    public string NameOf(int image) => $"image-{image}";
    public RawImage Read(int image) => images[image];
}
