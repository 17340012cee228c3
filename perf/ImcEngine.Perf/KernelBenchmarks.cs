using BenchmarkDotNet.Attributes;
using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Perf;

/// <summary>
/// Every kernel that this machine accelerates, on one thread and one 256-row group: 512 columns (128 outputs of 4 weight planes), 8 x 8 pixels of
/// 4 input planes, with a 4-bit full-range ADC, shift-and-add and transposition to integers.
/// </summary>
public class KernelBenchmarks
{
    private const int Rows = 256, Outputs = 128, Side = 8, Bits = 4;
    private const long BinaryMacs = (long)Rows * Outputs * Side * Side * Bits * Bits;

    private readonly KernelScratch _scratch = new();
    private readonly PackedImage _planes = new();
    private readonly short[] _codes = new short[Rows * Side * Side];
    private readonly long[] _sums = new long[Outputs * Side * Side];
    private ILayerKernel _kernel = null!;

    public static IEnumerable<string> Kernels => KernelRegistry.All.Where(kernel => kernel.IsAccelerated).Select(kernel => kernel.Name);

    [ParamsSource(nameof(Kernels))]
    public string Kernel { get; set; } = "";

    /// <summary>Of the input bits, how many are set.</summary>
    [Params(30, 50)]
    public int DensityPercent { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var random = new CaseRandom(seed: 1, caseIndex: 0);
        OperandFormat input = new(Bits, Encoding.Unipolar), weight = new(Bits, Encoding.TwosComplement);
        var geometry = new ConvGeometry { InputChannels = Rows, InputHeight = Side, InputWidth = Side, OutputChannels = Outputs };
        var macro = new MacroSpec { Rows = Rows, Adc = new AdcSpec { Kind = AdcKind.Uniform, Bits = Bits, Range = AdcRange.Full } };
        var weights = new short[Outputs * Rows];
        foreach (ref short code in weights.AsSpan()) code = (short)random.Between(weight.MinCode, weight.MaxCode);
        foreach (ref short code in _codes.AsSpan())
            for (int bit = 0; bit < Bits; bit++) code |= (short)(random.WithPercent(DensityPercent) ? 1 << bit : 0);

        var layer = new MappedLayer(new LayerMap("benchmark", geometry, input, weight, macro), weights, inputMayBeUndriven: false);
        var adc = IntegerAdc.Of(AdcFactory.Create(macro.Adc, Rows, layer.Map.Product, isLinear: false), AccumulationUnit.Codes);
        _kernel = KernelRegistry.ByName(Kernel).TryPrepare(layer, [adc]) ?? throw new InvalidOperationException($"Kernel '{Kernel}' does not take this layer.");
        _planes.Pack(_codes, Rows, Side * Side, convGroups: 1, input, withDrivenPlane: false);
    }

    [Benchmark]
    [BinaryMacs(BinaryMacs)]
    public void Convert() => _kernel.Run(_codes, _planes, default, 0, Side * Side, _scratch, _sums);
}
