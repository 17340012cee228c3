using System.Numerics;
using BenchmarkDotNet.Attributes;
using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Perf;

/// <summary>
/// Times every kernel that this machine accelerates, on one thread and one group of 256 rows: 512 columns (128 outputs of 4 weight
/// planes) and 32 x 32 pixels of 4 input planes, so that both columns and pixels fill the widest vectors. The time includes the ADC,
/// shift-and-add and transposition to integers. The baseline has neither an ADC nor packing.
/// </summary>
public class KernelBenchmarks
{
    private const int Rows = 256, Outputs = 128, Side = 32, Bits = 4, Words = Rows / 64;
    private const long BinaryMacs = (long)Rows * Outputs * Side * Side * Bits * Bits;

    private readonly KernelScratch _scratch = new();
    private readonly PackedImage _planes = new();
    private readonly short[] _codes = new short[Rows * Side * Side];
    private readonly long[] _sums = new long[Outputs * Side * Side];
    private ILayerKernel _kernel = null!;
    private MappedLayer _layer = null!;

    public static IEnumerable<string> Kernels => KernelRegistry.All.Where(kernel => kernel.IsAccelerated).Select(kernel => kernel.Name);

    [ParamsSource(nameof(Kernels))]
    public string Kernel { get; set; } = "";

    /// <summary>The percentage of input bits that are set.</summary>
    [Params(30, 50)]
    public int DensityPercent { get; set; }

    /// <summary>Bits of the ADC. Up to 6 bits the range is clipped to 15 LSB of 7 counts, so that the LSB is not a power of two;
    /// beyond, it is the full range.</summary>
    [Params(4, 6, 10)]
    public int AdcBits { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var random = new CaseRandom(seed: 1, caseIndex: 0);
        OperandFormat input = new(Bits, OperandEncoding.Unipolar), weight = new(Bits, OperandEncoding.TwosComplement);
        var geometry = new ConvGeometry { InputChannels = Rows, InputHeight = Side, InputWidth = Side, OutputChannels = Outputs };
        var range = AdcBits > 6 ? AdcRange.Full : new AdcRange(RangeKind.Fixed, 0, 105);
        var macro = new MacroSpec { Rows = Rows, Adc = new AdcSpec { Kind = AdcKind.Uniform, Bits = AdcBits, Range = range } };
        var weights = new short[Outputs * Rows];
        foreach (ref short code in weights.AsSpan()) code = (short)random.Between(weight.MinCode, weight.MaxCode);
        foreach (ref short code in _codes.AsSpan())
            for (int bit = 0; bit < Bits; bit++) code |= (short)(random.WithPercent(DensityPercent) ? 1 << bit : 0);

        _layer = new MappedLayer(new LayerMap("benchmark", geometry, input, weight, macro), weights, inputMayBeUndriven: false);
        var adc = IntegerAdc.FromTransfer(AdcFactory.Create(macro.Adc, Rows, _layer.Map.Product, isLinear: false), AccumulationUnit.Codes);
        _kernel = KernelRegistry.ByName(Kernel).TryPrepare(_layer, [adc])
            ?? throw new InvalidOperationException($"Kernel '{Kernel}' does not take this layer.");
        _planes.Pack(_codes, _layer.Inputs, geometry.Groups);
    }

    [Benchmark]
    [BinaryMacs(BinaryMacs)]
    public void Convert() => _kernel.Run(_codes, _planes, default, 0, Side * Side, _scratch, _sums);

    /// <summary>Scalar AND and POPCNT with shift-and-add: what a simple exact simulator does.</summary>
    [Benchmark(Baseline = true)]
    [BinaryMacs(BinaryMacs)]
    public void ScalarPopcount()
    {
        var map = _layer.Map;
        for (int pixel = 0; pixel < Side * Side; pixel++)
            for (int output = 0; output < Outputs; output++)
            {
                long sum = 0;
                for (int bit = 0; bit < Bits; bit++)
                {
                    var w = _layer.Weights.Column(0, output * Bits + bit);
                    ulong w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3];
                    long ofPlanes = 0;
                    for (int plane = 0; plane < Bits; plane++)
                    {
                        var x = _planes.Plane(0, plane).Slice(pixel * Words, Words);
                        int both = BitOperations.PopCount(w0 & x[0]) + BitOperations.PopCount(w1 & x[1]) + BitOperations.PopCount(w2 & x[2])
                            + BitOperations.PopCount(w3 & x[3]);
                        ofPlanes += (long)both << plane;
                    }
                    sum += map.WeightFormat.PlaneWeight(bit) * ofPlanes;
                }
                _sums[output * Side * Side + pixel] = sum;
            }
    }
}
