using System.CommandLine;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary><c>imc compare</c>: the same images through float, digital and IMC.</summary>
internal static class CompareCommand
{
    /// <summary>What is compared when no hardware is named: resolutions of the default macro.</summary>
    private static readonly string[][] DefaultPoints =
    [
        ["macro.adc.bits=3"], ["macro.adc.bits=4"], ["macro.adc.bits=5"], ["macro.adc.bits=6"],
        ["macro.adc.range=full", "macro.adc.bits=3"], ["macro.adc.range=full", "macro.adc.bits=8"],
    ];

    public static Command Create()
    {
        var model = new Option<string?>("--model") { Description = "ONNX network, quantized or float (default: ResNet18 of width 16 on shapes10, 4 bits)", HelpName = "M.onnx" };
        var floatModel = new Option<string?>("--float") { Description = "Float network to compare with (default: the one that the model names, else the model itself)", HelpName = "F.onnx" };
        var threads = new Option<int>("--threads") { Description = "Threads; changes no result", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount };
        var batch = new Option<int>("--batch") { Description = "Images under way at once; changes no result", HelpName = "N", DefaultValueFactory = _ => 64 };
        var seed = new Option<uint>("--seed") { Description = "Seed of temporal noise", HelpName = "N", DefaultValueFactory = _ => 1 };
        var calibration = new Option<int?>("--calibration") { Description = "Images for calibrated ranges and steps (default: the specification's, 128)", HelpName = "N" };
        var calibrationData = new Option<string?>("--calibration-data") { Description = "Images to calibrate on (default: the last ones of --data, which are then not evaluated)", HelpName = "PATH" };
        var stats = new Option<int>("--stats") { Description = "Images of the instrumented run behind the layer table; 0 for none", HelpName = "N", DefaultValueFactory = _ => 32 };
        var json = new Option<string?>("--json") { Description = "Write all results as JSON", HelpName = "FILE" };
        threads.RequirePositive();
        batch.RequirePositive();
        var command = new Command("compare", "Run images through a network in float, digitally and on the macro, and compare the accuracy") { model, floatModel };
        var data = DataOptions.AddTo(command);
        var run = RunOptions.AddTo(command);
        foreach (Option option in new Option[] { batch, threads, seed, calibration, calibrationData, stats, json }) command.Options.Add(option);
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            var spec = run.Resolve(parse);
            if (parse.GetValue(calibration) is { } count) spec = spec with { Calibration = spec.Calibration with { Count = count } };
            if (parse.GetValue(calibrationData) is { } path) spec = spec with { Calibration = spec.Calibration with { Data = path } };
            var report = Report.Of(parse);
            var comparison = new Comparison(
                new ComparedModel(parse.GetValue(model) ?? ComparedModel.Default, parse.GetValue(floatModel)),
                new ComparedData(data.All(parse), data.Count(parse), spec.Calibration),
                new(parse.GetValue(threads), parse.GetValue(batch)), parse.GetValue(seed), parse.GetValue(stats), report);
            RunSpec[] points = run.IsGiven(parse) ? [spec] : [.. DefaultPoints.Select(point => RunSpecJson.Set(spec, point))];
            var results = await comparison.RunAsync(points, cancellation);
            ComparisonReport.Write(report, results);
            if (parse.GetValue(json) is { } file) JsonOutput.Save(file, ComparisonReport.ToJson(results));
            return ImcProgram.Success;
        });
        return command;
    }
}
