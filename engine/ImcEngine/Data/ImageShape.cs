namespace ImcEngine.Data;

/// <summary>The sizes of one image.</summary>
/// <param name="Channels">1 for gray, 3 for colour.</param>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Pixels of a row.</param>
public readonly record struct ImageShape(int Channels, int Height, int Width)
{
    /// <summary>The number of elements.</summary>
    public int Count => checked(Channels * Height * Width);

    public override string ToString() => $"{Channels}x{Height}x{Width}";
}
