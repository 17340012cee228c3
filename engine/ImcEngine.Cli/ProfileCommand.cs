using System.CommandLine;
using ImcEngine.Cli.Reports;
using ImcEngine.Evaluation;
using ImcEngine.Importer;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Cli;

/// <summary><c>imc profile</c>: prints where the time of a network goes on this machine.</summary>
internal static class ProfileCommand
{
    private const int UsualImages = 128;

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "ONNX file; a float network is quantized first, as 'compare' does" };
        var calibrationFile = Choices.CalibrationFile();
        var threads = Choices.Threads("Threads; rates are of the threads that share an image: one, unless the batch is smaller");
        var batch = Choices.Batch();
        var die = Choices.Seed("--die", "The die: seed of everything static (default: 0)");
        var seed = Choices.Seed("--seed", "Seed of temporal noise (default: 1)");
        var json = new TextFileOption("--json", "Write the profile as JSON");
        var command = new Command("profile",
            "Print where a network's time goes on this machine: time, mapping, kernel and speed of every layer") { model };
        var data = DataOptions.AddTo(command, UsualImages);
        var network = NetworkOptions.AddTo(command);
        var preprocessing = PreprocessingOptions.AddTo(command, "the model's");
        var run = RunOptions.AddWithExactTo(command);
        var calibration = CalibrationOptions.AddTo(command);
        var noCache = Choices.NoCache();
        foreach (Option option in new Option[] { calibrationFile, threads, batch, die, seed, noCache, json }) command.Options.Add(option);
        var page = ReportOptions.AddTo(command);
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            var report = Report.ForConsole(parse);
            page.Prepare(parse);
            var spec = calibration.Applied(parse, run.WithErrorsOfTechnology(parse, run.Resolve(parse)));
            string file = parse.GetRequiredValue(model);
            var (source, choice, loaded, used, images) =
                LoadedNetwork.Load(parse, file, spec, UsualImages, data, network, preprocessing, report);
            var runner = new RunnerOptions(parse.GetValue(threads) ?? Environment.ProcessorCount,
                parse.GetValue(batch) ?? RunnerOptions.UsualBatch);
            var preparation = new Preparation(file, loaded, images, runner.Threads, report,
                new(Choices.CacheOf(parse, noCache)));
            var frozen = parse.GetValue(calibrationFile) is { } ofRanges ? UserFiles.Calibration(ofRanges) : null;
            var plan = preparation.Plan([spec], frozen);
            await images.CheckAsync(runner.Threads, preparation.ModelIsFloat || spec.Calibration.TrimsDies
                || (frozen is null && plan.Calibrates(spec)), report, cancellation);
            var imported = await preparation.ImportAsync(plan, spec, cancellation);
            var mapped = new MappedNetwork(imported.Network, spec);
            foreach (string note in source.Notes) report.Line(note);
            PreprocessingReport.Write(report, used);
            foreach (string idle in IdleOptions.Find(parse, [spec], 1, Calibrator.IsNeeded(mapped, spec), preparation.ModelIsFloat))
                report.Line(idle);
            var ranges = frozen ?? await preparation.CalibrateAsync(mapped, spec, cancellation);
            var profiled = preparation.MakeDie(mapped, spec, ranges, parse.GetValue(die) ?? 0, cancellation);
            var profile = NetworkProfile.Measure(profiled, images.Evaluated, runner, new(parse.GetValue(seed) ?? 1), cancellation);
            var found = new ProfileReport(profile, JsonOutput.OfModel(file, choice), RunOutput.ToJson(spec, !preparation.ModelIsFloat),
                spec.Macro.Name,
                imported.Network, used, images.Evaluated, runner);
            json.WriteBefore(() => page.WriteBefore(() => found.Write(report), parse,
                () => ProfilePage.Create(profile, ReportTranscript.Of(found.Write), found.ToJson())), parse,
                () => JsonOutput.Text(found.ToJson()));
            return ImcProgram.Success;
        });
        return command;
    }
}
