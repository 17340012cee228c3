using System.Buffers.Binary;
using OxyPlot;

namespace ImcEngine.Cli.Reports.Plots;

/// <summary>
/// The font of plots, Liberation Sans, which travels with the program and has the widths of Arial and Helvetica. So labels are measured
/// equally on every machine, and pixels need no font of the system. Reads the tables <c>head</c>, <c>hhea</c>, <c>hmtx</c>, <c>cmap</c>
/// (format 4), <c>loca</c> and <c>glyf</c> of a TrueType file; positions are in ems, y upwards.
/// </summary>
internal sealed class PlotFont
{
    /// <summary>The families that text in an SVG asks for, all of the same widths.</summary>
    public const string Families = "Arial, Helvetica, 'Liberation Sans', sans-serif";

    /// <summary>Straight pieces in place of one curve of an outline.</summary>
    private const int PiecesOfCurve = 5;

    private const int DirectoryStart = 12, DirectoryEntry = 16;

    private readonly byte[] _file;
    private readonly Dictionary<string, int> _tables = [];
    private readonly Dictionary<char, ScreenPoint[][]> _outlines = [];
    private readonly int _wideGlyphs, _locaUnit;
    private readonly double _unitsOfEm;

    private PlotFont(byte[] file)
    {
        _file = file;
        for (int i = 0, at = DirectoryStart; i < U16(4); i++, at += DirectoryEntry)
            _tables[System.Text.Encoding.ASCII.GetString(file, at, 4)] = (int)BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8));
        _unitsOfEm = U16(_tables["head"] + 18);
        _locaUnit = U16(_tables["head"] + 50) == 0 ? 2 : 4;
        _wideGlyphs = U16(_tables["hhea"] + 34);
        AscentEms = I16(_tables["hhea"] + 4) / _unitsOfEm;
        DescentEms = -I16(_tables["hhea"] + 6) / _unitsOfEm;
    }

    public static PlotFont Shared { get; } = Read();

    /// <summary>The height above the base line and the depth below it.</summary>
    public double AscentEms { get; }

    /// <inheritdoc cref="AscentEms"/>
    public double DescentEms { get; }

    public double WidthEms(string text) => text.Sum(WidthEms);

    public double WidthEms(char character) =>
        U16(_tables["hmtx"] + 4 * Math.Min(GlyphOf(character), _wideGlyphs - 1)) / _unitsOfEm;

    /// <summary>Returns the closed outlines of a character, <c>[outline][point]</c>; empty for a blank.</summary>
    public ScreenPoint[][] OutlinesOf(char character)
    {
        lock (_outlines)
        {
            if (!_outlines.TryGetValue(character, out var outlines)) _outlines[character] = outlines = [.. Glyph(GlyphOf(character))];
            return outlines;
        }
    }

    private static PlotFont Read()
    {
        using var stream = EmbeddedText.Open("LiberationSans-Regular.ttf");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return new(copy.ToArray());
    }

    private int U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_file.AsSpan(at));
    private int I16(int at) => BinaryPrimitives.ReadInt16BigEndian(_file.AsSpan(at));

    /// <summary>Returns a character's glyph by the map of format 4; glyph 0, an empty box, where the font has none.</summary>
    private int GlyphOf(char character)
    {
        int map = MapOfBasicPlane(), doubled = U16(map + 6), ends = map + 14, starts = ends + doubled + 2, deltas = starts + doubled,
            offsets = deltas + doubled;
        for (int i = 0; i < doubled; i += 2)
        {
            if (U16(ends + i) < character) continue;
            if (U16(starts + i) > character) return 0;
            int offset = U16(offsets + i);
            if (offset == 0) return (character + U16(deltas + i)) & 0xFFFF;
            int glyph = U16(offsets + i + offset + 2 * (character - U16(starts + i)));
            return glyph == 0 ? 0 : (glyph + U16(deltas + i)) & 0xFFFF;
        }
        return 0;
    }

    private int MapOfBasicPlane()
    {
        const int Windows = 3, BasicPlane = 1;
        int cmap = _tables["cmap"];
        for (int at = cmap + 4, i = 0; i < U16(cmap + 2); i++, at += 8)
            if (U16(at) == Windows && U16(at + 2) == BasicPlane)
                return cmap + (int)BinaryPrimitives.ReadUInt32BigEndian(_file.AsSpan(at + 4));
        throw new InvalidOperationException("The font has no map of the basic plane.");
    }

    private IEnumerable<ScreenPoint[]> Glyph(int glyph)
    {
        int start = Location(glyph), at = _tables["glyf"] + start;
        if (Location(glyph + 1) == start) return [];
        int outlines = I16(at);
        return outlines < 0 ? Composite(at + 10) : Simple(at + 10, outlines);
    }

    private int Location(int glyph) => _locaUnit == 2 ? 2 * U16(_tables["loca"] + 2 * glyph)
        : (int)BinaryPrimitives.ReadUInt32BigEndian(_file.AsSpan(_tables["loca"] + 4 * glyph));

    /// <summary>Reads a glyph that is made of other glyphs, such as a letter and its accent. Scaled parts do not occur in this font's
    /// characters of plots; their scale is skipped.</summary>
    private List<ScreenPoint[]> Composite(int at)
    {
        const int Words = 1, Scale = 8, More = 32, TwoScales = 64, Matrix = 128;
        var all = new List<ScreenPoint[]>();
        for (int flags = More; (flags & More) != 0;)
        {
            flags = U16(at);
            int part = U16(at + 2);
            bool areWords = (flags & Words) != 0;
            double dx = (areWords ? I16(at + 4) : (sbyte)_file[at + 4]) / _unitsOfEm,
                dy = (areWords ? I16(at + 6) : (sbyte)_file[at + 5]) / _unitsOfEm;
            at += (areWords ? 8 : 6) + ((flags & Scale) != 0 ? 2 : (flags & TwoScales) != 0 ? 4 : (flags & Matrix) != 0 ? 8 : 0);
            all.AddRange(Glyph(part).Select(outline => Array.ConvertAll(outline, point => new ScreenPoint(point.X + dx, point.Y + dy))));
        }
        return all;
    }

    private List<ScreenPoint[]> Simple(int at, int outlines)
    {
        int[] ends = [.. Enumerable.Range(0, outlines).Select(i => U16(at + 2 * i))];
        int points = ends[^1] + 1;
        at += 2 * outlines;
        at += 2 + U16(at);
        const int OnCurve = 1, ShortX = 2, ShortY = 4, Repeat = 8, SameX = 16, SameY = 32;
        var flags = new byte[points];
        for (int i = 0; i < points; i++)
        {
            flags[i] = _file[at++];
            if ((flags[i] & Repeat) == 0) continue;
            for (int left = _file[at++]; left > 0; left--, i++) flags[i + 1] = flags[i];
        }
        double[] x = Coordinates(flags, ref at, ShortX, SameX), y = Coordinates(flags, ref at, ShortY, SameY);
        var all = new List<ScreenPoint[]>();
        for (int outline = 0, first = 0; outline < outlines; first = ends[outline++] + 1)
        {
            int count = ends[outline] - first + 1, from = first;
            all.Add(Flattened(count, i => new(x[from + i], y[from + i]), i => (flags[from + i] & OnCurve) != 0));
        }
        return all;
    }

    private double[] Coordinates(byte[] flags, ref int at, int isShort, int isSame)
    {
        var found = new double[flags.Length];
        for (int i = 0, last = 0; i < flags.Length; i++)
        {
            if ((flags[i] & isShort) != 0) last += (flags[i] & isSame) != 0 ? _file[at++] : -_file[at++];
            else if ((flags[i] & isSame) == 0)
            {
                last += I16(at);
                at += 2;
            }
            found[i] = last / _unitsOfEm;
        }
        return found;
    }

    /// <summary>Replaces quadratic curves by straight pieces. Between two control points lies a point of the outline halfway.</summary>
    private static ScreenPoint[] Flattened(int count, Func<int, ScreenPoint> at, Func<int, bool> isOnCurve)
    {
        static ScreenPoint Between(ScreenPoint a, ScreenPoint b, double t) => new(a.X + (b.X - a.X) * t, a.Y + (b.Y - a.Y) * t);
        var points = new List<ScreenPoint>();
        for (int i = 0; i < count; i++)
        {
            int before = (i + count - 1) % count, after = (i + 1) % count;
            if (isOnCurve(i))
            {
                points.Add(at(i));
                continue;
            }
            var from = isOnCurve(before) ? at(before) : Between(at(before), at(i), 0.5);
            var to = isOnCurve(after) ? at(after) : Between(at(i), at(after), 0.5);
            for (int piece = 1; piece <= PiecesOfCurve; piece++)
            {
                double t = piece / (double)PiecesOfCurve;
                points.Add(Between(Between(from, at(i), t), Between(at(i), to, t), t));
            }
        }
        return [.. points];
    }
}
