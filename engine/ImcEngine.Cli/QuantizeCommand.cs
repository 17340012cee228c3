using System.CommandLine;
using ImcEngine.Importer;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;

namespace ImcEngine.Cli;

/// <summary><c>imc quantize</c>: quantizes a float network and writes it as QDQ ONNX.</summary>
internal static class QuantizeCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Float ONNX file" };
        var target = new OutputOption("--out", "ONNX file to write", "M.onnx") { Required = true };
        var command = new Command("quantize",
            "Quantize a float network; set bits and encodings with --set, e.g. quantization.weightBits=4") { model, target };
        var data = DataOptions.AddSourceTo(command);
        var calibration = CalibrationOptions.AddImagesTo(command);
        var threads = Choices.Threads();
        command.Options.Add(threads);
        var run = RunOptions.AddTo(command);
        var choice = NetworkOptions.AddTo(command);
        var preprocessing = PreprocessingOptions.AddTo(command, "the model's");
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            var spec = calibration.Applied(parse, run.Resolve(parse));
            string source = parse.GetRequiredValue(model), file = parse.GetRequiredValue(target);
            var report = Report.ForConsole(parse);
            var looked = data.Look(parse);
            var (floats, used) = ComparedModel.Load(source, own => preprocessing.Resolve(parse, looked.Preprocess(own)),
                choice.Choose(parse, report), looked.Shape);
            if (IsBeside(source, file)) ModelMetadata.Set(floats, ModelMetadata.Float, Path.GetFileName(source));

            var outline = UserFiles.Outline(source, floats, spec);
            int threadCount = parse.GetValue(threads) ?? Environment.ProcessorCount;
            var chosen = looked.DataFor(source, floats, used, spec.Calibration);
            await chosen.CheckCalibrationAsync(threadCount, report, cancellation);
            var images = chosen.CalibrationImages();
            var samples = await report.WithCountAsync("Calibration", "images", images.Count, progress =>
                ActivationSampler.Sample(floats, spec, images, threadCount, progress, cancellation));
            if (outline.OnMacro.Count == 0)
                throw new ImcException($"No layer of '{source}' would be quantized"
                    + string.Concat(outline.Digital.Take(1).Select(layer => $", e.g. {layer.Name}: {layer.Why}. "
                        + $"--set 'layers.{layer.Name}.digital=false' quantizes it")) + ".");
            foreach (string note in looked.Notes) report.Line(note);
            PreprocessingReport.Write(report, used);
            OnnxFile.Save(PostTrainingQuantizer.Quantize(floats, spec, samples), file);
            report.Line($"'{file}' written, calibrated on {images.Count} images of {images.Name}; 'imc inspect' shows its layers.");
            if (!IsBeside(source, file)) report.Line($"It is not in its float network's folder; to compare it, give --float {source}.");
            return ImcProgram.Success;
        });
        return command;
    }

    private static bool IsBeside(string a, string b) =>
        Path.GetDirectoryName(Path.GetFullPath(a)) == Path.GetDirectoryName(Path.GetFullPath(b));
}
