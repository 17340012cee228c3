using OxyPlot;

namespace ImcEngine.Cli.Reports.Plots;

/// <summary>Writes a plot as SVG. Text stands where <see cref="PlotFont"/> has its base line, as in pixels, whatever a program for SVG
/// makes of alignments.</summary>
internal sealed class SvgCanvas(Stream stream, double width, double height)
    : SvgRenderContext(stream, width, height, isDocument: false, new PixelCanvas(null, 1), OxyColors.Undefined,
        useVerticalTextAlignmentWorkaround: true)
{
    public override void DrawText(ScreenPoint p, string text, OxyColor c, string fontFamily, double fontSize, double fontWeight,
        double rotate, HorizontalAlignment halign, VerticalAlignment valign, OxySize? maxSize)
    {
        var font = PlotFont.Shared;
        double down = fontSize * valign switch
        {
            VerticalAlignment.Top => font.AscentEms,
            VerticalAlignment.Middle => (font.AscentEms - font.DescentEms) / 2,
            _ => -font.DescentEms,
        };
        double angle = rotate * Math.PI / 180;
        base.DrawText(new(p.X - down * Math.Sin(angle), p.Y + down * Math.Cos(angle)), text, c, fontFamily, fontSize, fontWeight, rotate,
            halign, VerticalAlignment.Bottom, null);
    }
}
