using System.Globalization;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary>Prints ranges and errors in three units: counts, LSB and the share of full scale.</summary>
internal static class ScaleTable
{
    /// <param name="adcs">The scales of each ADC, in the same order; where they differ, the least and the greatest are printed.</param>
    public static TextTable Of(IReadOnlyList<IReadOnlyList<ErrorScale>> adcs)
    {
        var table = new TextTable(TextTable.Text("quantity"), TextTable.Number("counts"), TextTable.Number("LSB"),
            TextTable.Number("of full scale"));
        for (int i = 0; i < adcs[0].Count; i++)
        {
            ErrorScale[] same = [.. adcs.Select(scales => scales[i])];
            table.Add(same[0].Name, Span(same, scale => scale.Counts), Span(same, scale => scale.Lsb),
                $"{Span(same, scale => scale.ShareOfFullScale * 100)} %");
        }
        return table;
    }

    private static string Span(ErrorScale[] scales, Func<ErrorScale, double?> number)
    {
        if (scales.Any(scale => number(scale) is null)) return "";
        string least = Short(scales.Min(number)!.Value), most = Short(scales.Max(number)!.Value);
        return least == most ? least : $"{least} .. {most}";
    }

    private static string Short(double number) => number.ToString("G6", CultureInfo.InvariantCulture);
}
