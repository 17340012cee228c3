using System.Globalization;
using System.Text;

namespace ImcEngine.Perf.Weights;

/// <summary>The part of <c>weights/README.md</c> that shows measured accuracies, between two marks.</summary>
internal static class AccuracyTable
{
    public const string Readme = "weights/README.md", Begin = "<!-- accuracy -->", End = "<!-- /accuracy -->";

    /// <summary>Returns a README with the new tables in place of its earlier ones.</summary>
    /// <exception cref="ImcException">The README lacks the marks.</exception>
    public static string InsertInto(string readme, AccuracyResults results)
    {
        var shown = MarkedPart.RangeOf(readme, Readme, Begin, End);
        return readme[..shown.Start] + Markdown(results) + readme[shown.End..];
    }

    private static string Markdown(AccuracyResults results)
    {
        var text = new StringBuilder();
        AppendExact(text, results);
        text.Append(CultureInfo.InvariantCulture, $"\nOn the macro (uniform ADC, {AccuracyGrid.MappingWord}, ideal die; "
            + $"calibrated ranges from {AccuracyGrid.CalibrationImages} training images):\n");
        AppendMacro(text, results);
        return text.Append('\n').ToString();
    }

    private static void AppendExact(StringBuilder text, AccuracyResults results)
    {
        text.Append("\n\n| network | test images | float32, by OnnxRuntime | digital, exact sums |\n|---|---:|---:|---:|\n");
        foreach (var network in results.Networks)
            text.Append(CultureInfo.InvariantCulture,
                $"| {network.Network} | {network.Inputs.Images:N0} | {network.FloatTop1:P2} | {network.DigitalTop1:P2} |\n");
    }

    private static void AppendMacro(StringBuilder text, AccuracyResults results)
    {
        text.Append("\n| network | rows | range |").AppendJoin("", AccuracyGrid.Bits.Select(bits => $" {bits} bits |"));
        text.Append("\n|---|---:|---|").AppendJoin("", AccuracyGrid.Bits.Select(_ => "---:|")).Append('\n');
        foreach (var network in results.Networks)
            foreach (var line in network.Points.GroupBy(point => (point.Rows, point.Range)))
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"| {network.Network} | {line.Key.Rows} | {line.Key.Range.ToString().ToLowerInvariant()} |");
                foreach (int bits in AccuracyGrid.Bits)
                    text.Append(CultureInfo.InvariantCulture, $" {line.FirstOrDefault(point => point.Bits == bits)?.ImcTop1:P2} |");
                text.Append('\n');
            }
    }
}
