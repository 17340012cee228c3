using OxyPlot;

namespace ImcEngine.Cli.Reports.Plots;

/// <summary>What a reader sees who points at a part of a plot.</summary>
/// <param name="From">One corner of the part, in the units of the axes.</param>
/// <param name="To">The opposite corner; the same place for a point.</param>
internal sealed record PlotMark(DataPoint From, DataPoint To, string Text)
{
    public static PlotMark At(double x, double y, string text) => new(new(x, y), new(x, y), text);
}

/// <summary>A plot with all that a page says about it.</summary>
/// <param name="Name">Lower-case words with dashes: the name of its files, and its address in the page.</param>
/// <param name="Title">A short title.</param>
/// <param name="Caption">What is drawn, and how to read it.</param>
/// <param name="Alternative">What the plot shows, in words, for readers who cannot see it.</param>
/// <param name="Model">The plot, drawn in the colours of <see cref="PlotPalette"/>.</param>
/// <param name="Height">In units of a pixel; the width is <see cref="Width"/>.</param>
internal sealed record Figure(
    string Name, string Title, string Caption, string Alternative, PlotModel Model, IReadOnlyList<PlotMark> Marks, double Height)
{
    public const double Width = 720;

    /// <summary>Pixels of a picture per unit.</summary>
    private const int PixelsPerUnit = 3;

    /// <summary>Draws the plot into an image with the colours of a light page.</summary>
    public Raster ToPixels()
    {
        var raster = new Raster((int)(Width * PixelsPerUnit), (int)(Height * PixelsPerUnit), OxyColors.White);
        Render(new PixelCanvas(raster, PixelsPerUnit));
        return raster;
    }

    public void Render(IRenderContext context)
    {
        ((IPlotModel)Model).Update(updateData: true);
        ((IPlotModel)Model).Render(context, new(0, 0, Width, Height));
    }
}
