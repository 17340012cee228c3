using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;
using ImcEngine.Tests.Importer.Packing;

namespace ImcEngine.Tests.Importer.Quantization;

/// <summary>Random float networks, and samples of what flows in them.</summary>
internal static class FloatModels
{
    /// <summary>A ResNet18 of width 4 for 32x32 images, its weights float16 behind Casts, its batch norms not folded.</summary>
    public static OnnxModel ResNet() =>
        NetworkPacker.Pack(NpzFile.Read(new TinyResNet(32).ToArchive().ToStream(), "test"), "resnet18-cifar",
            new PackOptions { Licence = "MIT" });

    /// <summary>stem (digital) -> signed (reads negative numbers) -> Relu -> positive -> Relu -> mean -> fc (digital), 5 classes.</summary>
    /// <param name="size">Height and width of the images.</param>
    public static OnnxModel Chain(int size = 6)
    {
        var builder = new OnnxBuilder("chain");
        string x = Convolution(builder, builder.Input("image", -1, 3, size, size), "stem", 4, 3, 1);
        x = Convolution(builder, x, "signed", 4, 4, 2);
        x = builder.Node("Relu", [x], "relu1");
        x = Convolution(builder, x, "positive", 6, 4, 3);
        x = builder.Node("Relu", [x], "relu2");
        x = builder.Node("Flatten", [builder.Node("GlobalAveragePool", [x], "mean")], "flat");
        builder.Node("Gemm", [x, builder.Floats("fc.weight", [5, 6], Numbers(30, 4)), builder.Floats("fc.bias", [5], Numbers(5, 5))],
            "logits", OnnxBuilder.Attribute("transB", 1));
        builder.Output("logits", -1, 5);
        return builder.Build();
    }

    public static string Convolution(OnnxBuilder builder, string x, string name, int channelsOut, int channelsIn, int seed) => builder.Node(
        "Conv",
        [x, builder.Floats(name + ".weight", [channelsOut, channelsIn, 3, 3], Numbers(channelsOut * channelsIn * 9, seed))],
        name,
        OnnxBuilder.Attribute("pads", 1, 1, 1, 1));

    public static OnnxModel Quantized(OnnxModel model, RunSpec run) => PostTrainingQuantizer.Quantize(model, run, Samples(model, run));

    /// <summary>Of every tensor that must be observed, over four random images.</summary>
    public static Dictionary<string, ActivationSample> Samples(OnnxModel model, RunSpec run)
    {
        var samples = PostTrainingQuantizer.CalibrationTensors(model, run).ToDictionary(name => name, _ => new ActivationSample());
        string input = model.Graph!.Inputs[0].Name!;
        using var reference = new FloatReference(
            OnnxFile.ToBytes(FloatTopology.WithOutputs(PostTrainingQuantizer.Folded(model), samples.Keys.Where(name => name != input))),
            threads: 1);
        for (int seed = 10; seed < 14; seed++)
        {
            float[] image = Numbers(reference.ImageSize, seed);
            var tensors = reference.RunOne(image);
            foreach (var (name, sample) in samples) sample.Add(name == input ? image : tensors[name]);
        }
        return samples;
    }

    public static float[] Logits(OnnxModel model, int images, int seed)
    {
        using var reference = new FloatReference(OnnxFile.ToBytes(model), threads: 1);
        var logits = new float[images * (int)model.Graph!.Outputs[0].Type!.Tensor!.Shape!.Dimensions[1].Size!];
        reference.Run(Numbers(images * reference.ImageSize, seed), images, logits);
        return logits;
    }

    public static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }
}
