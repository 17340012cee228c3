using BenchmarkDotNet.Attributes;
using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Plain;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Perf;

/// <summary>A layer of ResNet18 at one precision.</summary>
/// <param name="Channels">Channels of input and output, each.</param>
/// <param name="Side">Pixels in each direction.</param>
/// <param name="Bits">Bits of inputs and weights. 1 bit is bipolar; more bits are unipolar and two's complement.</param>
public sealed record LayerCase(int Channels, int Side, int Bits) : IBinaryMacs
{
    long IBinaryMacs.BinaryMacs => (long)Channels * Channels * 9 * Side * Side * Bits * Bits;

    public override string ToString() => $"{Channels} channels, {Side}x{Side}, {Bits} bits";
}

/// <summary>
/// Times the 3x3 layers of ResNet18 (CIFAR stem, width 64), whole, on one thread with the kernel that the engine chooses:
/// packing, row groups of
/// 256 rows, padding, 4-bit ADC clipped to 15 LSB of 7 counts. Input bits are set with probability 0.3, bipolar ones with 0.5.
/// </summary>
public class LayerBenchmarks
{
    private readonly KernelScratch _scratch = new();
    private readonly PackedImage _planes = new();
    private short[] _codes = [];
    private long[] _sums = [];
    private ILayerKernel _kernel = null!, _exact = null!;
    private MappedLayer _layer = null!;

    public static IEnumerable<LayerCase> Cases =>
        from bits in (int[])[1, 2, 4]
        from shape in ((int, int)[])[(64, 32), (128, 16), (256, 8), (512, 4)]
        select new LayerCase(shape.Item1, shape.Item2, bits);

    [ParamsSource(nameof(Cases))]
    public LayerCase Layer { get; set; } = null!;

    [GlobalSetup]
    public void Prepare()
    {
        var random = new CaseRandom(seed: 1, caseIndex: 0);
        bool isBipolar = Layer.Bits == 1;
        OperandFormat input = new(Layer.Bits, isBipolar ? OperandEncoding.Bipolar : OperandEncoding.Unipolar),
            weight = new(Layer.Bits, isBipolar ? OperandEncoding.Bipolar : OperandEncoding.TwosComplement);
        var geometry = new ConvGeometry
        {
            InputChannels = Layer.Channels, InputHeight = Layer.Side, InputWidth = Layer.Side, OutputChannels = Layer.Channels,
            KernelHeight = 3, KernelWidth = 3,
            PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1,
        };
        var range = isBipolar ? new AdcRange(RangeKind.Fixed, -52.5, 52.5) : new AdcRange(RangeKind.Fixed, 0, 105);
        var macro = new MacroSpec { Rows = 256, Adc = new AdcSpec { Bits = 4, Range = range } };
        short[] weights = [.. Enumerable.Range(0, (int)geometry.WeightCount)
            .Select(_ => isBipolar ? (short)random.OneOf(-1, 1) : (short)random.Between(weight.MinCode, weight.MaxCode))];
        _codes = [.. Enumerable.Range(0, geometry.InputSize).Select(_ => isBipolar ? (short)random.OneOf(-1, 1) : Code(random))];
        _sums = new long[geometry.OutputSize];
        _layer = new MappedLayer(new LayerMap("benchmark", geometry, input, weight, macro), weights, inputMayBeUndriven: false);
        var adc = IntegerAdc.FromTransfer(AdcFactory.Create(macro.Adc, macro.Rows, _layer.Map.Product, isLinear: false),
            AccumulationUnit.Codes);
        _kernel = KernelRegistry.Choose(_layer, [adc]).Kernel;
        _exact = ExactKernel.Prepare(_layer);
    }

    [Benchmark]
    public void Convert()
    {
        var geometry = _layer.Map.Geometry;
        _planes.Pack(_codes, _layer.Inputs, geometry.Groups);
        _kernel.Run(_codes, _planes, default, 0, geometry.OutputPixels, _scratch, _sums);
    }

    [Benchmark]
    public void Exact() => _exact.Run(_codes, _planes, default, 0, _layer.Map.Geometry.OutputPixels, _scratch, _sums);

    private short Code(CaseRandom random)
    {
        int code = 0;
        for (int bit = 0; bit < Layer.Bits; bit++) code |= random.WithPercent(30) ? 1 << bit : 0;
        return (short)code;
    }
}
