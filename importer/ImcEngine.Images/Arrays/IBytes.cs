namespace ImcEngine.Images.Arrays;

/// <summary>The elements of an array that are read by their position. Implementations are safe for several threads.</summary>
internal interface IBytes
{
    /// <summary>The number of bytes.</summary>
    long Length { get; }

    /// <summary>Fills <paramref name="destination"/> from byte <paramref name="at"/> on.</summary>
    /// <exception cref="ImcException">They cannot be read.</exception>
    void Read(long at, Span<byte> destination);
}
