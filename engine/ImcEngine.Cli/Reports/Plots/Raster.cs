using OxyPlot;

namespace ImcEngine.Cli.Reports.Plots;

/// <summary>
/// An image in which areas are filled. The coverage of a pixel is the mean over <see cref="LinesOfPixel"/> lines through it; on each line
/// it is exact. A point is inside where outlines wind around it a number of times that is not 0.
/// </summary>
internal sealed class Raster
{
    private const int LinesOfPixel = 8, Channels = 3;

    private readonly double[] _channels, _coverage;
    private readonly List<(double X, int Winding)> _crossings = [];

    public Raster(int width, int height, OxyColor background)
    {
        (Width, Height) = (width, height);
        _coverage = new double[width];
        _channels = new double[width * height * Channels];
        for (int i = 0; i < _channels.Length; i++) _channels[i] = ChannelOf(background, i % Channels);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Returns the bytes of the image, <c>[channel, y, x]</c>.</summary>
    public byte[] ToPlanes()
    {
        var planes = new byte[_channels.Length];
        for (int i = 0; i < Width * Height; i++)
            for (int channel = 0; channel < Channels; channel++)
                planes[channel * Width * Height + i] = (byte)Math.Round(_channels[i * Channels + channel]);
        return planes;
    }

    /// <summary>Fills the area of closed outlines, in pixels, as far as it lies within <paramref name="clip"/>.</summary>
    public void Fill(IReadOnlyList<IReadOnlyList<ScreenPoint>> outlines, OxyColor colour, OxyRect clip)
    {
        var edges = outlines.SelectMany(Edges).Where(edge => edge.Top < edge.Bottom).ToList();
        if (edges.Count == 0) return;
        int first = (int)Math.Floor(Math.Max(edges.Min(edge => edge.Top), Math.Max(0, clip.Top))),
            end = (int)Math.Ceiling(Math.Min(edges.Max(edge => edge.Bottom), Math.Min(Height, clip.Bottom)));
        double left = Math.Max(0, clip.Left), right = Math.Min(Width, clip.Right);
        if (right <= left) return;
        int firstX = (int)Math.Clamp(edges.Min(edge => edge.LeastX), left, right),
            endX = (int)Math.Ceiling(Math.Clamp(edges.Max(edge => edge.MostX), left, right));
        for (int y = first; y < end; y++)
        {
            Array.Clear(_coverage, firstX, endX - firstX);
            for (int line = 0; line < LinesOfPixel; line++)
                if (y + (line + 0.5) / LinesOfPixel is var at && at >= clip.Top && at < clip.Bottom) CoverLine(edges, at, left, right);
            Blend(y, firstX, endX, colour);
        }
    }

    private void CoverLine(List<Edge> edges, double y, double left, double right)
    {
        _crossings.Clear();
        foreach (var edge in edges)
            if (edge.Top <= y && y < edge.Bottom) _crossings.Add((edge.XAtTop + (y - edge.Top) * edge.Slope, edge.Winding));
        _crossings.Sort(static (one, other) => one.X.CompareTo(other.X));
        int winding = 0;
        for (int i = 0; i + 1 < _crossings.Count; i++)
        {
            winding += _crossings[i].Winding;
            if (winding != 0) Cover(Math.Max(_crossings[i].X, left), Math.Min(_crossings[i + 1].X, right));
        }
    }

    private void Cover(double from, double to)
    {
        if (to <= from) return;
        int first = (int)from, last = Math.Min((int)to, Width - 1);
        for (int x = first; x <= last; x++)
            _coverage[x] += (Math.Min(to, x + 1) - Math.Max(from, x)) / LinesOfPixel;
    }

    private void Blend(int y, int first, int end, OxyColor colour)
    {
        for (int x = first; x < end; x++)
        {
            if (_coverage[x] == 0) continue;
            double share = Math.Min(1, _coverage[x]) * colour.A / byte.MaxValue;
            int at = (y * Width + x) * Channels;
            for (int channel = 0; channel < Channels; channel++)
                _channels[at + channel] += (ChannelOf(colour, channel) - _channels[at + channel]) * share;
        }
    }

    private static byte ChannelOf(OxyColor colour, int channel) => channel switch { 0 => colour.R, 1 => colour.G, _ => colour.B };

    private static IEnumerable<Edge> Edges(IReadOnlyList<ScreenPoint> outline)
    {
        for (int i = 0; i < outline.Count; i++)
        {
            var (one, other) = (outline[i], outline[(i + 1) % outline.Count]);
            bool isDown = one.Y < other.Y;
            var (top, bottom) = isDown ? (one, other) : (other, one);
            yield return new(top.Y, bottom.Y, top.X, (bottom.X - top.X) / (bottom.Y - top.Y), isDown ? 1 : -1);
        }
    }

    private readonly record struct Edge(double Top, double Bottom, double XAtTop, double Slope, int Winding)
    {
        private double XAtBottom => XAtTop + (Bottom - Top) * Slope;

        public double LeastX => Math.Min(XAtTop, XAtBottom);

        public double MostX => Math.Max(XAtTop, XAtBottom);
    }
}
