using ImcEngine.Macro;

namespace ImcEngine.Perf.Weights;

/// <summary>The settings that every network is measured at.</summary>
internal static class AccuracyGrid
{
    public const int CalibrationImages = 128;

    private const MappingKind Mapping = MappingKind.WholeTaps;

    public static int[] Rows { get; } = [64, 128, 256];
    public static int[] Bits { get; } = [3, 4, 5, 6];
    public static AdcRange[] Ranges { get; } = [AdcRange.Full, AdcRange.Calibrated];

    public static string MappingWord => SpecWords.WordFor(Mapping);

    /// <summary>Returns the macro without its ADC: the arrays are the same for all ADCs.</summary>
    public static MacroSpec Arrays(int rows) => new() { Name = "accuracy", Rows = rows, Mapping = Mapping };

    /// <summary>Returns the ADCs of all settings with the same rows, in the order of the tables.</summary>
    public static IEnumerable<AdcSpec> Adcs() =>
        Ranges.SelectMany(range => Bits.Select(bits => new AdcSpec { Bits = bits, Range = range }));

    /// <summary>Whether results hold every setting with these rows.</summary>
    public static bool IsDone(NetworkAccuracy network, int rows) =>
        Adcs().All(adc => network.Points.Any(point => (point.Rows, point.Range, point.Bits) == (rows, adc.Range.Kind, adc.Bits)));
}
