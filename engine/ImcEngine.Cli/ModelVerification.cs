using ImcEngine.Data;
using ImcEngine.Importer;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Importer.Identity;
using ImcEngine.Importer.Lowering;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Cli;

/// <summary>What <c>imc verify --model</c> found.</summary>
internal sealed record ModelVerificationResults(
    string Model, NetworkChoice Choice, SourcedPreprocessing Preprocessing, ImageSet Images, MappedNetwork Mapped, int SumImages,
    int PlainImages,
    IReadOnlyList<SumCheck> Sums, IReadOnlyList<CodeCheck> Codes, RunCheck Run)
{
    public int Passed => Sums.Count + Codes.Count + 1 - Failed;
    public int Failed => Sums.Count(check => check.Failure is not null) + Codes.Count(check => check.Failure is not null)
        + (Run.Passed ? 0 : 1);
}

/// <summary>The identity of ARITHMETIC §11 on a quantized network: (a) sums, (b) codes, (c) classes.</summary>
/// <param name="preprocess">Returns the preprocessing to use, given the file's own.</param>
/// <param name="choice">What the user chooses of the network.</param>
internal sealed class ModelVerification(string path, Func<SourcedPreprocessing, SourcedPreprocessing> preprocess, NetworkChoice choice,
    RunSpec run, ImageSet images, int threads, Report report)
{
    // Plain convolution and the slowest kernels take seconds per image.
    private const int MostPlainImages = 2, MostSumImages = 16;

    /// <exception cref="ImcException">The model cannot be read, or no layer of it runs on the macro.</exception>
    public async Task<ModelVerificationResults> RunAsync(CancellationToken cancellation)
    {
        var (model, preprocessing) = ComparedModel.Load(path, preprocess, choice);
        var imported = UserFiles.Network(path, model, run);
        imported.Network.RequireImages(images);
        if (imported.Network.MacroLayers.Count == 0)
            throw new ImcException($"No layer of '{path}' runs on the macro: "
                + $"{string.Join("; ", imported.Layers.Select(layer => $"{layer.Name}: {layer.Reason}"))}. Give a quantized network.");
        IdleSettings.RequireNone(path, run, imported.Layers);
        report.WithNotice(PlannedNetwork.LoadingNotice(path),
            () => Reading.File(path, "running the network by OnnxRuntime on one image", () =>
            FloatMeasurement.Logits(model, imported.Network.Preprocessing, imported.Network.Classes, images.First(1), threads: 1,
                graphOptimizations: false)));
        PreprocessingReport.Write(report, preprocessing);
        foreach (string idle in IdleSettings.OfNetwork(run, imported.Layers, isQuantizedAlready: true)) report.Line(idle);
        var subject = new IdentitySubject(model, imported.Network, new(imported.Network, run.Macro));
        var ofSums = images.First(Math.Min(MostSumImages, images.Count));
        int plain = Math.Min(MostPlainImages, images.Count);
        var sums = await report.WithCountAsync("Sums", "layers", imported.Network.MacroLayers.Count,
            progress => SumIdentity.Check(subject, ofSums, plain, threads, progress, cancellation));
        var codes = await report.WithCountAsync("Codes", "images", images.Count,
            progress => CodeIdentity.Check(subject, images, threads, progress, cancellation));
        var free = await report.WithCountAsync("Classes", "runs", 2 * images.Count,
            progress => RunIdentity.Check(subject, images, threads, progress, cancellation));
        return new(path, choice, preprocessing, images, subject.Mapped, ofSums.Count, plain, sums, codes, free);
    }
}
