using ImcEngine.Data;
using System.Runtime.CompilerServices;
using JpegLibrary;

namespace ImcEngine.Images.Pictures;

/// <summary>Takes the samples of each component of a JPEG file in its own resolution. JpegLibrary writes blocks of 8 x 8 pixels of the
/// whole picture, with the samples of a coarser component repeated; one of each is kept.</summary>
internal sealed class JpegSamples : JpegBlockOutputWriter
{
    private const int BlockSize = 8;

    private readonly Plane[] _planes;

    /// <param name="Columns">Pixels of the picture to a sample, in x.</param>
    /// <param name="Rows">Pixels of the picture to a sample, in y.</param>
    private sealed record Plane(byte[] Samples, int Width, int Height, int Columns, int Rows);

    /// <exception cref="InvalidDataException">The resolution of a component is no part of the picture's.</exception>
    public JpegSamples(JpegDecoder decoder) =>
        _planes = [.. Enumerable.Range(0, decoder.NumberOfComponents).Select(component => MakePlane(decoder, component))];

    public int Components => _planes.Length;

    public override void WriteBlock(ref short blockRef, int componentIndex, int x, int y)
    {
        var plane = _planes[componentIndex];
        int bottom = Math.Min(BlockSize, (plane.Height * plane.Rows) - y), right = Math.Min(BlockSize, (plane.Width * plane.Columns) - x);
        for (int row = 0; row < bottom; row += plane.Rows)
        {
            int to = ((y + row) / plane.Rows * plane.Width) + (x / plane.Columns);
            for (int column = 0; column < right; column += plane.Columns)
                plane.Samples[to++] = (byte)Math.Clamp((int)Unsafe.Add(ref blockRef, (row * BlockSize) + column), 0, byte.MaxValue);
        }
    }

    /// <summary>Brings a component to the resolution of the picture.</summary>
    public void Upsample(int component, ImageShape shape, Span<byte> pixels)
    {
        var plane = _planes[component];
        ChromaUpsampling.Run(plane.Samples, (plane.Width, plane.Height), (plane.Columns, plane.Rows), pixels, shape.Width);
    }

    private static Plane MakePlane(JpegDecoder decoder, int component)
    {
        int columns = Ratio(decoder.GetMaximumHorizontalSampling(), decoder.GetHorizontalSampling(component));
        int rows = Ratio(decoder.GetMaximumVerticalSampling(), decoder.GetVerticalSampling(component));
        int width = (decoder.Width + columns - 1) / columns, height = (decoder.Height + rows - 1) / rows;
        return new(new byte[width * height], width, height, columns, rows);
    }

    private static int Ratio(int most, int own) => own > 0 && most % own == 0 && most / own is 1 or 2 or 4
        ? most / own
        : throw new InvalidDataException($"a component has {own} samples where another has {most}; 1, 1/2 and 1/4 of them are allowed");
}
