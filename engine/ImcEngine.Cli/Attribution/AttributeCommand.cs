using System.CommandLine;
using ImcEngine.Cli.Reports;
using ImcEngine.Importer;
using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Cli.Attribution;

/// <summary><c>imc attribute</c>: finds what each source of error costs, alone and taken away.</summary>
internal static class AttributeCommand
{
    private const int MostImages = 500, StatisticsImages = 16;

    public static Command Create()
    {
        var model = Choices.ComparedModel();
        var floatModel = Choices.FloatModel();
        var calibrationFile = Choices.CalibrationFile();
        var threads = Choices.Threads();
        var die = Choices.Seed("--die", "The die: seed of everything static (default: 0)");
        var seed = Choices.Seed("--seed", "Seed of temporal noise (default: 1)");
        var stats =
            Choices.Statistics($"Images of the instrumented runs that fill the layer tables; 0 for none (default: {StatisticsImages})");
        var json = new TextFileOption("--json", "Write all results as JSON");
        var command = new Command("attribute",
            $"Find what each source of error costs: with one at a time on, "
                + $"and with one at a time off (on the first {MostImages} images unless --images says otherwise)") { model, floatModel };
        var data = DataOptions.AddTo(command);
        var network = NetworkOptions.AddTo(command);
        var preprocessing = PreprocessingOptions.AddTo(command, "the model's");
        var run = RunOptions.AddTo(command);
        var calibration = CalibrationOptions.AddTo(command);
        var noCache = Choices.NoCache();
        foreach (Option option in new Option[] { calibrationFile, threads, die, seed, stats, noCache, json }) command.Options.Add(option);
        var page = ReportOptions.AddTo(command);
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            var spec = calibration.Applied(parse, run.Resolve(parse));
            var report = Report.ForConsole(parse);
            page.Prepare(parse);
            var chosen = ShippedNetworks.Choose(parse.GetValue(model), data.Given(parse), spec.Macro, run.Macro(parse),
                command.Name, report);
            var source = data.Look(parse, chosen.Data);
            var compared = new ComparedModel(chosen.File, parse.GetValue(floatModel),
                own => preprocessing.Resolve(parse, source.Preprocess(own)), network.Choose(parse, report), source.Shape);
            var images = source.DataFor(compared.Path, compared.Model, compared.Preprocessing, spec.Calibration, data.Count(parse),
                MostImages);
            var attribution = new AttributionRun(
                compared, images, spec, parse.GetValue(calibrationFile) is { } file ? UserFiles.Calibration(file) : null,
                parse.GetValue(threads) ?? Environment.ProcessorCount,
                parse.GetValue(die) ?? 0, parse.GetValue(seed) ?? 1, parse.GetValue(stats) ?? StatisticsImages,
                (hasRanges, quantizes) => IdleOptions.Find(parse, [spec], 1, hasRanges, quantizes), report,
                new(Choices.CacheOf(parse, noCache)));
            var results = await attribution.RunAsync(cancellation);
            void Write(Report to) => AttributionReport.Write(to, results, source);
            json.WriteBefore(() => page.WriteBefore(() => Write(report), parse,
                () => AttributionPage.Create(results, ReportTranscript.Of(Write), AttributionReport.ToJson(results))), parse,
                () => JsonOutput.Text(AttributionReport.ToJson(results)));
            return ImcProgram.Success;
        });
        return command;
    }
}
