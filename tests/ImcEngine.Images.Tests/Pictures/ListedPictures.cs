using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Tests.Pictures;

/// <summary>Picture files in memory.</summary>
internal sealed class ListedPictures(params (string Name, byte[] File)[] pictures) : IPictures
{
    public int Count => pictures.Length;
    public string NameOf(int picture) => pictures[picture].Name;
    public byte[] Read(int picture) => pictures[picture].File;
}
