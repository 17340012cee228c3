using ImcEngine.Data;

namespace ImcEngine.Images.Sources;

/// <summary>The images of a set, such as CIFAR-10's, to be prepared for networks that take others.</summary>
internal sealed class SetImages(ImageSet set) : IRawImages
{
    public int Count => set.Count;
    public ImageShape? Shape => set.Shape;
    public bool AreFloats => set.AreFloats;

    public string NameOf(int image) => $"{set.Name}: image {image}";

    public RawImage Read(int image) => new(set.Shape, set.Image(image));
}
