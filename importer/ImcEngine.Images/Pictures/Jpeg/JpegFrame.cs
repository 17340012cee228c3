using System.Buffers.Binary;

namespace ImcEngine.Images.Pictures.Jpeg;

/// <summary>
/// What a frame header (SOFn) states: the picture's size, and its components, whose planes of samples are made of blocks of 8 x 8.
/// <code>
/// precision height[2] width[2] components {id sampling table}[components]
/// </code>
/// A component of sampling h x v has ceil(width h / largest h) x ceil(height v / largest v) samples.
/// </summary>
internal sealed class JpegFrame
{
    private const int MostSampling = 4, HeaderBytes = 6, ComponentBytes = 3;

    /// <param name="contents">The segment of the frame.</param>
    /// <exception cref="InvalidDataException">The frame states what no frame can.</exception>
    public JpegFrame(ReadOnlySpan<byte> contents, bool isProgressive)
    {
        if (contents.Length < HeaderBytes || contents.Length < HeaderBytes + (ComponentBytes * contents[5]) || contents[5] == 0)
            throw new InvalidDataException("its frame header is too short");
        IsProgressive = isProgressive;
        (Height, Width) = (BinaryPrimitives.ReadUInt16BigEndian(contents[1..]), BinaryPrimitives.ReadUInt16BigEndian(contents[3..]));
        var components = new JpegComponent[contents[5]];
        var sampling = new (int X, int Y)[components.Length];
        for (int i = 0; i < components.Length; i++)
        {
            byte both = contents[HeaderBytes + (ComponentBytes * i) + 1];
            sampling[i] = (both >> 4, both & 0xF);
            if (sampling[i].X is < 1 or > MostSampling || sampling[i].Y is < 1 or > MostSampling)
                throw new InvalidDataException($"a component has sampling {both >> 4} x {both & 0xF}; 1 to {MostSampling} are allowed");
        }
        int most = sampling.Max(each => each.X), mostRows = sampling.Max(each => each.Y);
        (BlocksAcross, BlocksDown) = (Ceiling(Width, 8 * most), Ceiling(Height, 8 * mostRows));
        for (int i = 0; i < components.Length; i++)
        {
            var (x, y) = sampling[i];
            if (most % x != 0 || mostRows % y != 0)
                throw new InvalidDataException($"a component has sampling {x} x {y}, which does not divide {most} x {mostRows}");
            byte id = contents[HeaderBytes + (ComponentBytes * i)], table = contents[HeaderBytes + (ComponentBytes * i) + 2];
            components[i] = new(id, table, (x, y), (most / x, mostRows / y), (Ceiling(Width * x, most), Ceiling(Height * y, mostRows)),
                (BlocksAcross * x, BlocksDown * y), isProgressive);
        }
        Components = components;
    }

    public bool IsProgressive { get; }
    public int Width { get; }
    public int Height { get; }

    /// <summary>The number of groups of blocks, each of which has all components, in x and y.</summary>
    public int BlocksAcross { get; }
    public int BlocksDown { get; }

    public IReadOnlyList<JpegComponent> Components { get; }

    private static int Ceiling(int number, int divisor) => (number + divisor - 1) / divisor;
}
