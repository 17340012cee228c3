using System.Globalization;
using ImcEngine.Evaluation;
using ImcEngine.Importer.Lowering;

namespace ImcEngine.Perf.Weights;

/// <summary>
/// <c>weights</c>: measures the accuracies of the networks that ship. It writes <c>weights/accuracy.json</c>, and from it the tables of
/// <c>weights/README.md</c>. What the file already holds for the same networks and images is not measured again, so an interrupted
/// command continues where it was.
/// Options: <c>--data TEST --calibration-data TRAIN</c>; <c>--networks NAME,...</c> (all), <c>--images N</c> (all), <c>--threads N</c>
/// (all).
/// Without options it only writes the tables.
/// </summary>
internal static class WeightsCommand
{
    public static int Run(string[] args)
    {
        var options = WeightsOptions.Parse(args);
        var results = Load();
        if (options is { Data: { } data, CalibrationData: { } calibrationData })
            Measure(results, Chosen(options.Networks), new(data, calibrationData, options.Images), options.Threads);
        else
            Publish(results);
        return 0;
    }

    private static void Measure(AccuracyResults results, string[] networks, AccuracyData data, int threads)
    {
        var measurement = new AccuracyMeasurement(data, threads);
        foreach (string name in networks)
        {
            var inputs = InputsOf(name, data);
            var network = NetworkImporter.Import(AccuracyResults.OnnxFileOf(name)).Network;
            var accuracy = results.Find(name, inputs)
                ?? new(name, inputs, KnownFloat(results, inputs) ?? measurement.Float(), measurement.Digital(network), []);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name}: float {accuracy.FloatTop1:P2}, digital {accuracy.DigitalTop1:P2}"));
            Publish(results = results.With(accuracy));
            foreach (int rows in AccuracyGrid.Rows.Where(rows => !AccuracyGrid.IsDone(accuracy, rows)))
            {
                var points = measurement.Points(network, rows).Select(Printed);
                accuracy = accuracy
                    with { Points = [.. accuracy.Points.Where(point => point.Rows != rows).Concat(points).OrderBy(point => point.Rows)] };
                Publish(results = results.With(accuracy));
            }
        }
    }

    private static AccuracyPoint Printed(AccuracyPoint point)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {point.Rows} rows, {point.Range.ToString().ToLowerInvariant()}, {point.Bits} bits: {point.ImcTop1:P2}"));
        return point;
    }

    /// <summary>All networks share the float network, which is measured once for the same images.</summary>
    private static double? KnownFloat(AccuracyResults results, AccuracyInputs inputs) =>
        results.Networks.FirstOrDefault(
            each => (each.Inputs.FloatSha256, each.Inputs.DataSha256) == (inputs.FloatSha256, inputs.DataSha256))?.FloatTop1;

    private static AccuracyInputs InputsOf(string network, AccuracyData data) => new(
        FileHash.Sha256(AccuracyResults.OnnxFileOf(network)), FileHash.Sha256(AccuracyResults.OnnxFileOf(AccuracyResults.Float)),
        data.Evaluated.Sha256, data.Calibration.Sha256, data.Evaluated.Count, ImcVersion.Numerics);

    /// <exception cref="ImcException">No network that ships has one of the names.</exception>
    private static string[] Chosen(string[]? names)
    {
        string[] ends = AccuracyResults.OnnxFileOf("*").Split('*');
        string[] shipped = [.. Directory.GetFiles("weights", Path.GetFileName(AccuracyResults.OnnxFileOf("w*a*")))
            .Select(file => file.Replace('\\', '/')[ends[0].Length..^ends[1].Length]).Order(StringComparer.Ordinal)];
        if (names?.Except(shipped).FirstOrDefault() is { } unknown)
            throw new ImcException($"weights: --networks names '{unknown}'; those that ship are {string.Join(", ", shipped)}.");
        return names ?? shipped;
    }

    /// <summary>Reads the results; they are empty if there is no file.</summary>
    private static AccuracyResults Load() =>
        File.Exists(AccuracyResults.File) ? AccuracyResults.Parse(File.ReadAllText(AccuracyResults.File)) : new([]);

    private static void Publish(AccuracyResults results)
    {
        AtomicFile.Write(AccuracyResults.File, results.ToJson());
        AtomicFile.Write(AccuracyTable.Readme,
            AccuracyTable.InsertInto(File.ReadAllText(AccuracyTable.Readme).ReplaceLineEndings("\n"), results));
    }
}
