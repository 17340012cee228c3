using System.CommandLine;
using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Cli;

/// <summary><c>imc calibrate</c>: designs ADCs and fits corrections on images, and writes them to a file for <c>compare</c>.</summary>
internal static class CalibrateCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "ONNX file; a float network is quantized first, as 'compare' does" };
        var target = new OutputOption("--out", "JSON file to write", "CAL.json") { Required = true };
        var threads = Choices.Threads();
        var command = new Command("calibrate",
            "Find the ranges of calibrated ADCs, and digital corrections, and write them for 'compare --calibration-file'")
        { model, target };
        var data = DataOptions.AddSourceTo(command);
        var choice = NetworkOptions.AddTo(command);
        var preprocessing = PreprocessingOptions.AddTo(command, "the model's");
        var run = RunOptions.AddTo(command);
        var calibration = CalibrationOptions.AddTo(command);
        var noCache = Choices.NoCache();
        command.Options.Add(threads);
        command.Options.Add(noCache);
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            var report = Report.ForConsole(parse);
            var spec = calibration.Applied(parse, run.Resolve(parse));
            string source = parse.GetRequiredValue(model), file = parse.GetRequiredValue(target);
            var looked = data.Look(parse);
            var (loaded, used) = ComparedModel.Load(source, own => preprocessing.Resolve(parse, looked.Preprocess(own)),
                choice.Choose(parse, report), looked.Shape);
            var images = looked.DataFor(source, loaded, used, spec.Calibration);
            int threadCount = parse.GetValue(threads) ?? Environment.ProcessorCount;
            var preparation = new Preparation(source, loaded, images, threadCount, report,
                new(Choices.CacheOf(parse, noCache)));
            var plan = preparation.Plan([spec], frozen: null);
            plan.RequireCalibrated(spec);
            await images.CheckCalibrationAsync(threadCount, report, cancellation);
            var network = (await preparation.ImportAsync(plan, spec, cancellation)).Network;
            var found = (await preparation.CalibrateAsync(new(network, spec), spec, cancellation))!;
            foreach (string note in looked.Notes) report.Line(note);
            PreprocessingReport.Write(report, used);
            AtomicFile.Write(file, found.Write());
            CorrectionReport.Write(report, spec, found.Corrections, "");
            if (spec.Calibration.TrimsDies) report.Line("Each die is trimmed when it runs: the file holds no corrections.");
            report.Line($"'{file}' written: ranges of {found.Layers.Count} layers. "
                + "Give it to 'imc compare' with --calibration-file, the same network and the same hardware.");
            return ImcProgram.Success;
        });
        return command;
    }
}
