using ImcEngine.Data;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;

namespace ImcEngine.Perf.Networks;

/// <summary>A ResNet18 of width 64 with random weights, and images for it.</summary>
/// <param name="Name">Its name, as in <c>imc pack --topology</c>.</param>
/// <param name="Enlarged">How often the pixels of drawn images are repeated along each axis.</param>
/// <param name="TuningImages">Images that the activations are tuned on.</param>
internal sealed record BenchmarkTopology(string Name, int Classes, int Enlarged, int TuningImages)
{
    private const int Width = 64;

    public static BenchmarkTopology Cifar { get; } = new("resnet18-cifar", 10, Enlarged: 1, TuningImages: 8);
    public static BenchmarkTopology ImageNet { get; } = new("resnet18-imagenet", 1000, Enlarged: 7, TuningImages: 2);

    public Preprocessing Preprocessing => ResNetTopology.Find(Name).Stem.Preprocessing;

    /// <summary>Returns the topology with codes of random weights.</summary>
    /// <param name="options">What they do not say, the format of the weights among it.</param>
    public OnnxModel Model(PackOptions options) =>
        NetworkPacker.Pack(RandomArrays.Of(ResNetTopology.Find(Name).Stem.Kernel, Width, Classes, options.WeightFormat), Name, options);

    /// <summary>Returns the same topology in float32 for OnnxRuntime, with ReLUs in place of quantizers.</summary>
    public OnnxModel FloatModel() => Model(new());

    /// <summary>Returns drawn images of the topology's size.</summary>
    public ImageSet Images(int count)
    {
        var drawn = Shapes10.Render(Split.Test, count);
        if (Enlarged == 1) return drawn;
        var shape = new ImageShape(drawn.Shape.Channels, drawn.Shape.Height * Enlarged, drawn.Shape.Width * Enlarged);
        var pixels = new byte[count * shape.Count];
        for (int i = 0; i < count; i++)
        {
            byte[] small = drawn.Image(i);
            for (int at = 0; at < shape.Count; at++)
                pixels[i * shape.Count + at] = small[at / shape.Width / Enlarged * drawn.Shape.Width + at % shape.Width / Enlarged];
        }
        return new($"{drawn.Name}, {shape}", drawn.ClassNames, new ByteRecords(shape, pixels), drawn.Labels());
    }
}
