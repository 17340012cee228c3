namespace ImcEngine.Images.Pictures.Webp;

/// <summary>
/// Decodes an image of 32-bit pixels (alpha, red, green, blue) of lossless WebP: literals, copies of earlier pixels, and colours of a
/// cache.
/// <code>
/// cache[1] {bits[4]}  groups[1, the picture alone] {bits - 2[3], an image whose red and green number the group of each square}
/// codes of each group: green, lengths and cache; red; blue; alpha; distance        then the pixels
/// </code>
/// </summary>
internal static class LosslessImage
{
    private const int Literals = 256, Lengths = 24, Distances = 40, MostCacheBits = 11;

    private const int FarLeft = 7, FarRight = 8, FarUp = 7;

    /// <summary>The pixels that short distances stand for, to the left and up, the nearest first.</summary>
    private static readonly (int Left, int Up)[] Near =
    [
        .. from up in Enumerable.Range(0, FarUp + 1)
           from left in Enumerable.Range(-FarLeft, FarLeft + FarRight + 1)
           where up > 0 || left > 0
           orderby (left * left) + (up * up), Math.Abs(left), left descending
           select (left, up),
    ];

    /// <summary>The codes of one group.</summary>
    private sealed record Group(PrefixCode Green, PrefixCode Red, PrefixCode Blue, PrefixCode Alpha, PrefixCode Distance);

    /// <param name="hasGroups">Whether it is the picture itself, which may have several groups of codes.</param>
    /// <returns><c>[y, x]</c></returns>
    /// <exception cref="InvalidDataException">The data are damaged.</exception>
    public static uint[] Decode(ref LosslessBits bits, int width, int height, bool hasGroups)
    {
        int cacheBits = bits.Read(1) == 1 ? bits.Read(4) : 0;
        if (cacheBits > MostCacheBits) throw Damaged();
        int squareBits = 0, count = 1;
        uint[] squares = [];
        if (hasGroups && bits.Read(1) == 1)
        {
            squareBits = bits.Read(3) + 2;
            squares = Decode(ref bits, Squares(width, squareBits), Squares(height, squareBits), hasGroups: false);
            foreach (ref uint square in squares.AsSpan())
            {
                square = (square >> 8) & ushort.MaxValue;
                count = Math.Max(count, (int)square + 1);
            }
        }
        // Each group is read before the next is allocated: a file that states many of them must have them.
        var groups = new List<Group>();
        for (int i = 0; i < count; i++) groups.Add(ReadGroup(ref bits, cacheBits));
        var pixels = new uint[width * height];
        var cache = new uint[cacheBits > 0 ? 1 << cacheBits : 0];
        int across = Squares(width, squareBits);
        for (int at = 0; at < pixels.Length;)
        {
            int y = at / width, x = at % width;
            var group = groups[squares.Length == 0 ? 0 : (int)squares[((y >> squareBits) * across) + (x >> squareBits)]];
            int symbol = group.Green.ReadSymbol(ref bits), copied = 1;
            if (symbol < Literals)
                pixels[at] = ((uint)symbol << 8) | ((uint)group.Red.ReadSymbol(ref bits) << 16) | (uint)group.Blue.ReadSymbol(ref bits)
                    | ((uint)group.Alpha.ReadSymbol(ref bits) << 24);
            else if (symbol >= Literals + Lengths)
                pixels[at] = cache[symbol - Literals - Lengths];
            else
                copied = Copy(ref bits, group, symbol - Literals, pixels, at, width);
            for (int end = at + copied; cacheBits > 0 && at < end; at++) cache[(0x1e35a7bdu * pixels[at]) >> (32 - cacheBits)] = pixels[at];
            if (cacheBits == 0) at += copied;
            bits.RequirePresent();
        }
        return pixels;
    }

    /// <summary>Returns the number of squares along a side.</summary>
    public static int Squares(int side, int bits) => (side + (1 << bits) - 1) >> bits;

    private static Group ReadGroup(ref LosslessBits bits, int cacheBits)
    {
        var green = PrefixCode.Read(ref bits, Literals + Lengths + (cacheBits > 0 ? 1 << cacheBits : 0));
        PrefixCode red = PrefixCode.Read(ref bits, Literals), blue = PrefixCode.Read(ref bits, Literals);
        var alpha = PrefixCode.Read(ref bits, Literals);
        return new(green, red, blue, alpha, PrefixCode.Read(ref bits, Distances));
    }

    /// <returns>The number of pixels copied.</returns>
    private static int Copy(ref LosslessBits bits, Group group, int lengthSymbol, uint[] pixels, int at, int width)
    {
        int length = ReadNumber(ref bits, lengthSymbol), distance = ReadNumber(ref bits, group.Distance.ReadSymbol(ref bits));
        distance = distance > Near.Length ? distance - Near.Length
            : Math.Max(1, (Near[distance - 1].Up * width) + Near[distance - 1].Left);
        if (distance > at || length > pixels.Length - at) throw Damaged();
        for (int i = 0; i < length; i++) pixels[at + i] = pixels[at + i - distance];
        return length;
    }

    /// <summary>Reads a number from 1 whose symbol says its size: 1 to 4 themselves, then two symbols for each number of further bits.
    /// </summary>
    private static int ReadNumber(ref LosslessBits bits, int symbol)
    {
        if (symbol < 4) return symbol + 1;
        int more = (symbol - 2) >> 1;
        return ((2 + (symbol & 1)) << more) + bits.Read(more) + 1;
    }

    private static InvalidDataException Damaged() => new("its data are damaged: a pixel is a copy of one that is not there");
}
