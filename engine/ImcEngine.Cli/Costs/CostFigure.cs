using System.Globalization;
using ImcEngine.Cost;

namespace ImcEngine.Cli.Costs;

/// <summary>Numbers of models in tables: three significant digits.</summary>
internal static class CostFigure
{
    /// <summary>In place of an energy where no layer has an ADC.</summary>
    public const string NoAdc = "no ADC";

    private const string Unknown = "-";

    /// <summary>Returns the note under a table of energies by both ADC models.</summary>
    public static string EnergyNote(IEnumerable<NetworkCost> costs)
    {
        NetworkCost[] all = [.. costs];
        string[] outside = [.. Outside(all)];
        return "Energies go from ADC model to ADC model and hold array and shift-and-add, with products driven as on "
            + $"{all.Min(cost => cost.MeasuredImages)} images; 'imc cost' has the models and their validity."
            + (outside.Length == 0 ? "" : $" Outside of it: {string.Join("; ", outside)}.");
    }

    /// <summary>Returns what lies outside the ADC models, each once.</summary>
    public static IEnumerable<string> Outside(IEnumerable<NetworkCost> costs) =>
        costs.SelectMany(cost => cost.Layers).SelectMany(layer => layer.Adcs)
            .Where(adc => adc.Outside is not null).Select(adc => $"{adc.Model.Name}: {adc.Outside}").Distinct();

    /// <summary>Returns the energy of an image from ADC model to ADC model.</summary>
    public static string BandNanojoules(NetworkCost cost) => cost.AdcModels == 0 ? NoAdc : Band(cost.BandNanojoules);

    /// <summary>Returns the energy of a multiply-accumulate from ADC model to ADC model, fJ.</summary>
    public static string BandAMac(NetworkCost cost) => cost.AdcModels == 0 ? NoAdc : Band(cost.BandFemtojoulesPerMultiplyAccumulate);

    public static string Number(double? number) => number switch
    {
        null => Unknown,
        0 => "0",
        >= 100 => number.Value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => number.Value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 1 => number.Value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => number.Value.ToString("0.###", CultureInfo.InvariantCulture) is var text && text != "0" ? text
            : number.Value.ToString("0.##E+0", CultureInfo.InvariantCulture),
    };

    public static string Whole(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(double fraction) => (fraction * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    /// <summary>Returns the least and the greatest of a band, or one number where they are equal.</summary>
    private static string Band((double Least, double Most)? band) => band is not var (least, most) ? Unknown
        : least == most ? Number(least) : $"{Number(least)} .. {Number(most)}";
}
