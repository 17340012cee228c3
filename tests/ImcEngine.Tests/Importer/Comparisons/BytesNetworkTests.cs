using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Importer;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Importer.Lowering;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Tests.Importer.Comparisons;

/// <summary>MLPerf Tiny's ResNet8 takes bytes 0 .. 255, where it and CIFAR-10 are there. With scale 1 it has the accuracy that was measured
/// with OnnxRuntime (87.70 % on 2,000 images); divided by 255 it guesses.</summary>
public class BytesNetworkTests
{
    private const int Images = 300, Correct = 270;

    [SharedTheory("models/zoo")]
    [InlineData(1, Correct, Correct)]
    [InlineData(255, 0, Images / 5)]
    public void ResNet8_has_its_accuracy_on_bytes_that_are_not_divided(float scale, int least, int most)
    {
        if (SharedFolder.Find("cifar10") is not { } data) return;
        var images = DataSource.Open(data).First(Images);
        var model = new ComparedModel(Path.Combine(SharedFolder.Find("models")!, "zoo", "resnet8.onnx"),
            preprocessing: new([0, 0, 0], [1, 1, 1], scale)).Model;
        var network = NetworkImporter.Import(model).Network;
        Assert.Equal(scale, network.Preprocessing.Scale);
        float[] onnx = FloatMeasurement.Logits(model, network.Preprocessing, network.Classes, images, threads: 2);
        Assert.InRange(CountCorrect(onnx, images), least, most);
        float[] engine = new NetworkRunner(new(network, MacroPresets.Get(MacroPresets.Ideal)), new(2)).Run(images, null);
        Assert.InRange(CountCorrect(engine, images), least, most);
    }

    private static int CountCorrect(float[] logits, ImageSet images)
    {
        int[] classes = new int[images.Count];
        Predictions.Classify(logits, logits.Length / images.Count, classes);
        return Enumerable.Range(0, images.Count).Count(i => classes[i] == images.Label(i));
    }
}
