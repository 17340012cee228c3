using System.Numerics;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>
/// The constants that counts start from, with one output pixel per lane. A column's constant depends only on the pixel's border class. So
/// there are few different vectors: conversions refer to them by name, and they stay in the first-level cache.
/// <code>
/// names      [convGroup][row group][column][plane]         the offset of a vector from the row group's first one, in units of 8 bytes
/// vectors    [block][convGroup][row group][pattern]        a pattern is the set of classes whose lanes are 1
/// </code>
/// </summary>
internal sealed unsafe class PixelConstants
{
    private readonly AlignedBuffer _names, _vectors;
    private readonly int[] _firstPattern;
    private readonly int _planes, _vectorBytes, _patterns;

    private PixelConstants(int planes, int vectorBytes, List<ushort> names, List<BigInteger> patterns, int[] firstPattern,
        ulong[][] lanesOfClass)
    {
        (_planes, _vectorBytes, _firstPattern, _patterns) = (planes, vectorBytes, firstPattern, patterns.Count);
        _names = new((long)names.Count * sizeof(ushort));
        names.CopyTo(_names.Span<ushort>(names.Count));
        int vectorWords = vectorBytes / sizeof(ulong), blocks = lanesOfClass[0].Length / vectorWords;
        _vectors = new((long)blocks * patterns.Count * vectorBytes);
        var word = (ulong*)_vectors.Pointer;
        for (int block = 0; block < blocks; block++)
            foreach (var pattern in patterns)
                for (int i = 0; i < vectorWords; i++, word++)
                    for (int borderClass = 0; borderClass < lanesOfClass.Length; borderClass++)
                        if (!(pattern >> borderClass).IsEven) *word |= lanesOfClass[borderClass][block * vectorWords + i];
    }

    public long Bytes => _names.Length + _vectors.Length;

    /// <summary>Returns null where a row group needs more vectors than names reach.</summary>
    /// <param name="columns">The number of columns of all convolution groups and row groups.</param>
    /// <param name="planes">The planes of a constant.</param>
    /// <param name="pixels">The number of pixels in the lanes, of one image or several.</param>
    /// <param name="constantOf">Returns the constant of a column in a border class.</param>
    public static PixelConstants? TryPack(MappedLayer layer, int columns, int planes, int lanes, int pixels, Func<int, int, int> constantOf)
    {
        int vectorBytes = lanes / 8, units = vectorBytes / CompactRowList.Unit, mostPatterns = (ushort.MaxValue + 1) / units,
            ofGroup = layer.Map.GroupPlanes;
        var names = new List<ushort>();
        var patterns = new List<BigInteger>();
        var firstPattern = new int[columns / ofGroup];
        var known = new Dictionary<BigInteger, int>();
        for (int column = 0; column < columns; column++)
        {
            if (column % ofGroup == 0) (firstPattern[column / ofGroup], known) = (patterns.Count, []);
            int[] ofClass = [.. Enumerable.Range(0, layer.Borders.Count).Select(borderClass => constantOf(column, borderClass))];
            for (int plane = 0; plane < planes; plane++)
            {
                var pattern = BigInteger.Zero;
                for (int borderClass = 0; borderClass < ofClass.Length; borderClass++)
                    pattern |= (BigInteger)(ofClass[borderClass] >> plane & 1) << borderClass;
                if (known.TryAdd(pattern, known.Count)) patterns.Add(pattern);
                if (known.Count > mostPatterns) return null;
                names.Add((ushort)(known[pattern] * units));
            }
        }
        return new(planes, vectorBytes, names, patterns, firstPattern,
            LanesOfClasses(layer.Borders, layer.Map.Geometry.OutputPixels, pixels, lanes));
    }

    /// <summary>Returns the names of a column's vectors, one per plane.</summary>
    public ushort* Names(int column) => (ushort*)_names.Pointer + (long)column * _planes;

    /// <summary>Returns the address from which the names of a row group count.</summary>
    /// <param name="group">The index of the row group among those of all convolution groups.</param>
    public byte* Vectors(int block, int group) => _vectors.Pointer + ((long)block * _patterns + _firstPattern[group]) * _vectorBytes;

    private static ulong[][] LanesOfClasses(BorderClasses borders, int ofImage, int pixels, int lanes)
    {
        var words = new ulong[borders.Count][];
        for (int borderClass = 0; borderClass < words.Length; borderClass++)
            words[borderClass] = new ulong[(pixels + lanes - 1) / lanes * (lanes / 64)];
        for (int pixel = 0; pixel < pixels; pixel++) words[borders.ClassOf(pixel % ofImage)][pixel >> 6] |= 1UL << (pixel & 63);
        return words;
    }
}
