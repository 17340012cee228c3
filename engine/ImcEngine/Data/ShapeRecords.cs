namespace ImcEngine.Data;

/// <summary>Scenes of <c>shapes10</c> in any size, rendered whenever they are read.</summary>
internal sealed class ShapeRecords(Split split, int count, ImageShape shape, ulong seed) : IImageRecords
{
    public ImageShape Shape => shape;
    public int Count => count;
    public bool AreFloats => false;
    public double DecodingSeconds => 0;

    public void Read(int record, Span<byte> elements) => Shapes10.RenderImage(split, record, seed, shape, elements);
}
