using System.CommandLine;
using System.Text.Json.Nodes;
using ImcEngine.Cli.Reports;
using ImcEngine.Importer;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Cli;

/// <summary>
/// <c>imc compare</c>: runs the same images in float, digitally and on the macro. If neither network nor hardware is named, it runs a
/// demonstration: the network that ships with the program at several ADC resolutions, on so few images that it takes seconds.
/// </summary>
internal static class CompareCommand
{
    private const int ShownImages = 1000, StatisticsImages = 32;

    private static readonly string[][] ShownPoints =
    [
        ["macro.adc.bits=3"], ["macro.adc.bits=4"], ["macro.adc.bits=5"], ["macro.adc.bits=6"],
        ["macro.adc.range=full", "macro.adc.bits=3"],
    ];

    public static Command Create()
    {
        var model = Choices.ComparedModel();
        var floatModel = Choices.FloatModel();
        var calibrationFile = Choices.CalibrationFile();
        var batch = Choices.Batch();
        var threads = Choices.Threads();
        var stats = Choices.Statistics($"Images of the instrumented run that fills the layer table; 0 for no table (default: "
            + $"{StatisticsImages}, or 0 if no network or hardware is named)");
        var noCache = Choices.NoCache();
        var json = new TextFileOption("--json", "Write all results as JSON");
        var command = new Command("compare",
            "Run images through a network in float, digitally and on the macro, and compare the accuracy") { model, floatModel };
        var data = DataOptions.AddTo(command);
        var network = NetworkOptions.AddWithAllOutputsTo(command);
        var preprocessing = PreprocessingOptions.AddTo(command, "the model's");
        var run = RunOptions.AddWithExactTo(command);
        var calibration = CalibrationOptions.AddTo(command);
        var dies = DieOptions.AddTo(command);
        foreach (Option option in new Option[] { calibrationFile, batch, threads, stats, noCache, json }) command.Options.Add(option);
        var page = ReportOptions.AddTo(command);
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            var report = Report.ForConsole(parse);
            page.Prepare(parse);
            var spec = calibration.Applied(parse, run.Resolve(parse));
            string? frozen = parse.GetValue(calibrationFile);
            bool shows = parse.GetValue(model) is null && frozen is null && !run.IsGiven(parse) && !dies.AsksForSeveral(parse);
            ComparisonSetting[] settings = shows ? [.. ShownPoints.Select(point => new ComparisonSetting(RunSpecJson.Set(spec, point)))]
                : [.. dies.Settings(parse, spec).Select(setting => setting with { Run = run.WithErrorsOfTechnology(parse, setting.Run) })];
            if (network.TakesAllOutputs(parse) && (shows || dies.AsksForSeveral(parse)))
                throw new ImcException("--all-outputs compares numbers, not accuracies: name a network or hardware, and one die and "
                    + "setting.");
            var chosen = ShippedNetworks.Choose(parse.GetValue(model), data.Given(parse), spec.Macro, run.Macro(parse),
                command.Name, report);
            var source = data.Look(parse, chosen.Data);
            var compared = new ComparedModel(chosen.File, parse.GetValue(floatModel),
                own => preprocessing.Resolve(parse, source.Preprocess(own)), network.Choose(parse, report), source.Shape);
            var images = source.DataFor(compared.Path, compared.Model, compared.Preprocessing, spec.Calibration, data.Count(parse),
                shows ? ShownImages : int.MaxValue);
            var choice = dies.Choose(parse);
            var comparison = new Comparison(compared, images, new()
            {
                Calibration = frozen is null ? null : UserFiles.Calibration(frozen),
                Dies = choice,
                Cache = Choices.CacheOf(parse, noCache),
                StatisticsImages = parse.GetValue(stats) ?? (shows ? 0 : StatisticsImages),
                Runner = new(parse.GetValue(threads) ?? Environment.ProcessorCount, parse.GetValue(batch) ?? RunnerOptions.UsualBatch),
            });
            if (shows)
                report.Line($"No network or hardware is named: comparing several ADCs on the network that ships with the program, "
                    + $"{images.Evaluated.Count} of {images.Evaluable} images (--images N for another number).");
            var results = await comparison.RunAsync(settings, report, (hasRanges, quantizes) => IdleOptions.Find(
                parse, [.. settings.Select(setting => setting.Run)], choice.Count, hasRanges, quantizes), cancellation);
            double? yieldAbove = dies.YieldAbove(parse);
            void Write(Report to) => ComparisonReport.Write(to, results, source, yieldAbove);
            JsonObject ToJson() => ComparisonReport.ToJson(results, source, frozen, yieldAbove);
            json.WriteBefore(() => page.WriteBefore(() => Write(report), parse,
                () => ComparisonPage.Create(results, ReportTranscript.Of(Write), ToJson())), parse, () => JsonOutput.Text(ToJson()));
            return ImcProgram.Success;
        });
        return command;
    }
}
