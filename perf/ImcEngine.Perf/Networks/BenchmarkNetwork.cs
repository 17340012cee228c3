using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Perf.Networks;

/// <summary>A ResNet18 at one precision whose activations have a wanted share of set bits.</summary>
/// <param name="Name">Name for tables.</param>
/// <param name="Density">The wanted share of set bits among the input bits of macro layers; bipolar inputs have half by symmetry.</param>
/// <param name="File">A trained network, which is not changed; null for random weights.</param>
/// <param name="Topology">The topology of random weights; null for CIFAR's.</param>
internal sealed record BenchmarkNetwork(string Name, OperandFormat Activation, OperandFormat Weight, QuantizerKind Quantizer,
    double Density, string? File = null, BenchmarkTopology? Topology = null)
{
    private const int DensityImages = 8;

    public static BenchmarkNetwork OneBit { get; } =
        new("1-bit", new(1, OperandEncoding.Bipolar), new(1, OperandEncoding.Bipolar), QuantizerKind.Sign, 0.5);
    public static BenchmarkNetwork TwoBit { get; } =
        new("2-bit", new(2, OperandEncoding.Unipolar), new(2, OperandEncoding.Bipolar), QuantizerKind.Nearest, 0.3);
    public static BenchmarkNetwork FourBit { get; } =
        new("4-bit", new(4, OperandEncoding.Unipolar), new(4, OperandEncoding.TwosComplement), QuantizerKind.Nearest, 0.3);

    public static IReadOnlyList<BenchmarkNetwork> All { get; } =
    [
        OneBit,
        new("2-bit", new(2, OperandEncoding.Bipolar), new(2, OperandEncoding.Bipolar), QuantizerKind.BipolarNearest, 0.5),
        TwoBit,
        TwoBit with { Density = 0.5 },
        FourBit,
        FourBit with { Density = 0.5 },
    ];

    /// <summary>The networks that ship with the repository.</summary>
    public static IEnumerable<BenchmarkNetwork> Trained() =>
        Directory.GetFiles("weights", "resnet18-cifar10-w*a*.onnx").Order(StringComparer.Ordinal).Select(OfFile);

    public static BenchmarkNetwork OfFile(string file)
    {
        var layer = NetworkImporter.Import(file).Network.MacroLayers[0];
        return new BenchmarkNetwork($"{layer.WeightFormat.Bits}-bit, trained", layer.InputFormat, layer.WeightFormat,
            QuantizerKind.Nearest, 0, file);
    }

    /// <summary>E.g. <c>unipolar:4 x twos-complement:4</c>.</summary>
    public string Operands => $"{Activation} x {Weight}";

    /// <param name="run">The hardware that its activations are tuned on.</param>
    public Network Build(RunSpec run, ImageSet images)
    {
        if (File is not null) return NetworkImporter.Import(OnnxFile.Load(File), run, Name).Network;
        var topology = Topology ?? BenchmarkTopology.Cifar;
        var model = topology.Model(new() { WeightFormat = Weight, Activations = Quantizer, ActivationBits = Activation.Bits });
        return new NetworkTuning(NetworkImporter.Import(model, run, Name).Network, run, images.First(topology.TuningImages),
            Density).Tune();
    }

    /// <summary>Returns the share of set bits among all bits that drive rows of macro layers, weighted by each layer's
    /// multiply-accumulates.</summary>
    public static double MeasureDensity(Die die, ImageSet images)
    {
        double set = 0, all = 0;
        var runner = new NetworkRunner(die.Mapped, new(1));
        for (int i = 0; i < Math.Min(DensityImages, images.Count); i++)
            runner.Observe(images, i, die, (layer, codes, _) =>
            {
                var geometry = die.Mapped.Network.MacroLayers[layer].Geometry;
                double work = (double)geometry.WeightCount * geometry.OutputPixels;
                set += work * BitDensity.Measure(codes, die.Mapped.Layers[layer].Map.InputFormat);
                all += work;
            });
        return set / all;
    }
}
