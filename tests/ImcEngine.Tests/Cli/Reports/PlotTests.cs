using ImcEngine.Cli;
using ImcEngine.Cli.Reports;
using ImcEngine.Cli.Reports.Plots;
using ImcEngine.Evaluation.Intervals;
using OxyPlot;

namespace ImcEngine.Tests.Cli.Reports;

/// <summary>The parts that plots are made of.</summary>
public class PlotTests
{
    /// <summary>Widths of Arial in thousandths of an em, from its published metrics.</summary>
    [Theory]
    [InlineData('0', 556)]
    [InlineData('A', 667)]
    [InlineData('i', 222)]
    [InlineData('m', 833)]
    [InlineData(' ', 278)]
    public void The_font_has_the_widths_of_Arial(char character, int thousandths)
    {
        Assert.Equal(thousandths, 1000 * PlotFont.Shared.WidthEms(character), 0.5);
    }

    /// <summary>The area of an outline, from its corners, is that of the letter: an <c>l</c> is a bar, an <c>o</c> has a hole, an e with an
    /// accent is one with another glyph.</summary>
    [Theory]
    [InlineData('l', 1)]
    [InlineData('o', 2)]
    [InlineData('i', 2)]
    [InlineData('\u00E9', 3)]
    [InlineData(' ', 0)]
    public void A_letter_has_its_outlines(char character, int outlines)
    {
        var found = PlotFont.Shared.OutlinesOf(character);
        Assert.Equal(outlines, found.Length);
        Assert.All(found.SelectMany(outline => outline), point =>
        {
            Assert.InRange(point.X, -0.1, PlotFont.Shared.WidthEms(character) + 0.1);
            Assert.InRange(point.Y, -PlotFont.Shared.DescentEms, PlotFont.Shared.AscentEms);
        });
    }

    [Fact]
    public void A_pixel_takes_the_colour_of_what_covers_it_in_its_share()
    {
        var raster = new Raster(4, 4, OxyColors.White);
        ScreenPoint[] area = [new(1, 1), new(2.5, 1), new(2.5, 3), new(1, 3)];
        raster.Fill([area], OxyColors.Black, new(0, 0, 4, 4));
        byte[] red = raster.ToPlanes()[..16];
        Assert.Equal(new byte[] { 255, 255, 255, 255, 255, 0, 128, 255, 255, 0, 128, 255, 255, 255, 255, 255 }, red);
    }

    [Fact]
    public void A_hole_stays_open_and_what_lies_outside_the_clip_stays_blank()
    {
        var raster = new Raster(6, 6, OxyColors.White);
        ScreenPoint[] outer = [new(0, 0), new(6, 0), new(6, 6), new(0, 6)], hole = [new(2, 2), new(2, 4), new(4, 4), new(4, 2)];
        raster.Fill([outer, hole], OxyColors.Black, new(0, 0, 3, 6));
        byte[] red = raster.ToPlanes()[..36];
        for (int y = 0; y < 6; y++)
            for (int x = 0; x < 6; x++)
                Assert.Equal(x >= 3 || (x >= 2 && y is 2 or 3) ? 255 : 0, red[y * 6 + x]);
    }

    [Fact]
    public void Dashes_have_the_lengths_of_their_pattern_around_a_corner()
    {
        var dashes = Stroke.Dashes([new(0, 0), new(5, 0), new(5, 5)], [4, 2]).ToList();
        Assert.Equal(2, dashes.Count);
        Assert.Equal([new(0, 0), new(4, 0)], dashes[0]);
        Assert.Equal([new(5, 1), new(5, 5)], dashes[1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_colour_stands_out_from_the_page(bool isDark)
    {
        OxyColor Of(PlotColour colour) => isDark ? colour.Dark : colour.Light;
        double Contrast(PlotColour colour) => PlotPalette.Contrast(Of(colour), Of(PlotPalette.Surface));
        Assert.All([PlotPalette.Ink, PlotPalette.Muted], text => Assert.True(Contrast(text) >= 4.5, $"{text.Variable}: {Contrast(text)}"));
        Assert.All(PlotPalette.Series, series => Assert.True(Contrast(series) >= 3, $"{series.Variable}: {Contrast(series)}"));
        Assert.Equal(21, PlotPalette.Contrast(OxyColors.White, OxyColors.Black), 1e-9);
    }

    [Fact]
    public void The_front_holds_what_nothing_betters_in_both()
    {
        CostedShare[] settings = [Costed("dear", 0.9, 9), Costed("cheap", 0.5, 1), Costed("bettered", 0.5, 5), Costed("best", 0.95, 9),
            Costed("middle", 0.8, 4)];
        Assert.Equal(["cheap", "middle", "best"], AccuracyPlots.FrontOf(settings).Select(setting => setting.Name));

        static CostedShare Costed(string name, double share, double cost) => new(name, share, null, cost, cost);
    }

    [Fact]
    public void Intervals_are_drawn_from_end_to_end()
    {
        var figure = AccuracyPlots.ByName("a", "A", "A.", "Accuracy (%)", [new("one", 0.5, new Interval(0.4, 0.7)), new("two", 0.6, null)]);
        var svg = SvgPlot.ForPage(figure);
        double x(double percent) => figure.Model.DefaultXAxis.Transform(percent);
        var line = svg.Descendants("polyline").Select(each => ((string)each.Attribute("points")!).Split(' ', ','))
            .Where(points => points.Length == 4).Select(points => Array.ConvertAll(points, double.Parse))
            .Single(points => Math.Abs(points[0] - x(40)) < 0.01 && points[1] == points[3]);
        Assert.Equal(x(70), line[2], 0.01);
        Assert.Contains("one: 50.00 % (40.00 .. 70.00 %)", svg.Element("desc")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_lose_what_all_of_them_say()
    {
        var (labels, common) = VariedFields.Shortened(["256 rows, ADC 3 bits, full", "256 rows, ADC 4 bits, full"]);
        Assert.Equal(["ADC 3 bits", "ADC 4 bits"], labels);
        Assert.Equal("256 rows, full", common);
        Assert.Equal(["a, b"], VariedFields.Shortened(["a, b"]).Labels);
        Assert.Equal(["a", "a, b"], VariedFields.Shortened(["a", "a, b"]).Labels);
    }

    [Theory]
    [InlineData("macro.adc.bits", "ADC resolution (bits)")]
    [InlineData("macro.die.edgeErrorLsb", "edge error (LSB)")]
    [InlineData("macro.adc.secondNoiseSigma", "ADC second noise sigma")]
    [InlineData("die", "die")]
    public void An_axis_says_what_a_field_is_and_its_unit(string path, string title) => Assert.Equal(title, VariedFields.TitleOf(path));

    [Fact]
    public void Bars_of_a_terminal_go_from_the_least_to_the_most()
    {
        Assert.Equal("\u2581\u2585\u2588", Sparkline.Of([0, 0.5, 1], 0, 1));
        Assert.Equal("\u2588 \u2583", Sparkline.OfBins([5, 5, 0, 0, 3, 0], 3));
        Assert.Equal("", Sparkline.OfBins([], 3));
    }
}
