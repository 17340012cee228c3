using System.CommandLine;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;

namespace ImcEngine.Cli;

/// <summary><c>imc quantize</c>: a float network to a quantized one, as QDQ ONNX.</summary>
internal static class QuantizeCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Float ONNX file" };
        var target = new Option<string>("--out") { Description = "ONNX file to write", HelpName = "M.onnx", Required = true };
        var threads = new Option<int>("--threads") { Description = "Threads; changes no result", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount };
        threads.RequirePositive();
        var command = new Command("quantize", "Quantize a float network; bits and encodings by --set quantization.weightBits=4 and the like") { model, target, threads };
        var calibration = CalibrationOptions.AddTo(command);
        var run = RunOptions.AddTo(command);
        var preprocessing = PreprocessingOptions.AddTo(command, "the model's");
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            var report = Report.Of(parse);
            string source = parse.GetRequiredValue(model), file = parse.GetRequiredValue(target);
            var floats = OnnxFile.Load(source);
            var spec = calibration.Apply(parse, run.Resolve(parse));
            floats.SetPreprocessing(preprocessing.Resolve(parse, NetworkImporter.Import(floats).Network.Preprocessing));
            if (IsBeside(source, file)) floats.SetMetadata(MetadataKeys.Float, Path.GetFileName(source));
            var images = calibration.Images(parse, spec);
            var samples = await report.WithProgressAsync("Calibration", show => Task.FromResult(ActivationSampler.Sample(
                floats, spec, images, parse.GetValue(threads), done => show(ProgressStep.OfImages(done, images.Count)), cancellation)));
            OnnxFile.Save(PostTrainingQuantizer.Quantize(floats, spec, samples), file);
            WriteSummary(report, source, file, images.Count);
            return ImcProgram.Success;
        });
        return command;
    }
}
