using ImcEngine.Data;
using ImcEngine.Importer;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Importer.Identity;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Cli;

/// <summary>What <c>imc verify --model</c> found.</summary>
internal sealed record ModelVerificationResults(
    string Model, NetworkChoice Choice, SourcedPreprocessing Preprocessing, IdentityInputs Inputs, MappedNetwork Mapped, int SumImages,
    int PlainImages,
    IReadOnlyList<SumCheck> Sums, IReadOnlyList<CodeCheck> Codes, RunCheck Run)
{
    public int Passed => Sums.Count + Codes.Count + 1 - Failed;
    public int Failed => Sums.Count(check => check.Failure is not null) + Codes.Count(check => check.Failure is not null)
        + (Run.Passed ? 0 : 1);
}

/// <summary>The identity of ARITHMETIC §11: (a) sums and (b) codes of a network with quantizers, (c) classes, or logits where nothing is
/// quantized.</summary>
/// <param name="preprocess">Returns the preprocessing to use, given the file's own.</param>
/// <param name="choice">What the user chooses of the network.</param>
/// <param name="inputsOf">Returns what the network is verified on, given how images are prepared for it.</param>
/// <param name="images">The shape of an image, for networks that leave it open.</param>
/// <param name="reading">How images are read before anything is computed.</param>
internal sealed class ModelVerification(string path, Func<SourcedPreprocessing, SourcedPreprocessing> preprocess, NetworkChoice choice,
    RunSpec run, Func<Network, Func<NetworkImages, ImageSet>, IdentityInputs> inputsOf, ImageShape? images, ImageReading reading,
    int threads, Report report)
{
    // Plain convolution and the slowest kernels take seconds per image.
    private const int MostPlainImages = 2, MostSumImages = 16;

    /// <exception cref="ImcException">The model cannot be read, or does not take the inputs.</exception>
    public async Task<ModelVerificationResults> RunAsync(CancellationToken cancellation)
    {
        var (model, preprocessing) = ComparedModel.Load(path, preprocess, choice, images);
        var imported = UserFiles.Network(path, model, run);
        var network = imported.Network;
        var inputs = inputsOf(network, images => images.For(path, model, preprocessing)).For(model);
        if (inputs.Images is { } given) network.RequireImages(given);
        if (inputs.Images is { } chosen)
            inputs = IdentityInputs.OfImages(
                ImageReading.Readable(chosen, (await reading.ReadAsync([new(chosen.InSourceOrder())], cancellation))[0]));
        if (network.MacroLayers.Count > 0) IdleSettings.RequireNone(path, run, imported.Layers);
        report.WithNotice(PlannedNetwork.LoadingNotice(path),
            () => Reading.File(path, "running the network by OnnxRuntime on one image", () => TryOnnxRuntime(model, network, inputs)));
        if (inputs.Images is null)
            report.Line($"Inputs: {inputs.Count} drawn at random, "
                + $"{network.InputShape} numbers from {inputs.Integers?.First ?? -2} to {inputs.Integers?.First + 255 ?? 2}, "
                + $"seed {inputs.Seed}; "
                + "without preprocessing.");
        else PreprocessingReport.Write(report, preprocessing);
        foreach (string idle in IdleSettings.OfNetwork(run, imported.Layers, isQuantizedAlready: true)) report.Line(idle);
        var subject = new IdentitySubject(model, network, new(network, run));
        var ofSums = inputs.First(MostSumImages);
        int plain = Math.Min(MostPlainImages, inputs.Count);
        var sums = network.MacroLayers.Count == 0 ? [] : await report.WithCountAsync("Sums", "layers", network.MacroLayers.Count,
            progress => SumIdentity.Check(subject, ofSums, plain, threads, progress, cancellation));
        var codes = !network.Nodes.OfType<QuantizeNode>().Any() ? [] : await report.WithCountAsync("Codes", "images", inputs.Count,
            progress => CodeIdentity.Check(subject, inputs, threads, progress, cancellation));
        var free = await report.WithCountAsync("Classes", "runs", 2 * inputs.Count,
            progress => RunIdentity.Check(subject, inputs, threads, progress, cancellation));
        return new(path, choice, preprocessing, inputs, subject.Mapped, ofSums.Count, plain, sums, codes, free);
    }

    private static float[] TryOnnxRuntime(OnnxModel model, Network network, IdentityInputs inputs)
    {
        if (inputs.Images is { } given)
            return FloatMeasurement.Logits(model, network.Preprocessing, network.Classes, given.First(1), threads: 1,
                graphOptimizations: false);
        using var reference = new FloatReference(model, threads: 1, graphOptimizations: false);
        var logits = new float[network.Classes];
        reference.Run(inputs.Of(network, 0), 1, logits);
        return logits;
    }
}
