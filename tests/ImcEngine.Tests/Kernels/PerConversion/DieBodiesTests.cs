using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Kernels.PerConversion;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Kernels.PerConversion;

/// <summary>The kernels of a die at every vector width, not only the one that this machine would choose.</summary>
public sealed class DieBodiesTests
{
    private static readonly Dictionary<string, Func<MappedLayer, PackedWeights, MatchCounter>> Counters = Widths();

    /// <summary>The kernels with which column thresholds are tested; their widths are those of the counters.</summary>
    public static TheoryData<string> Names =>
        [.. ColumnThresholdKernel.Likes.Select(id => id.Name).Where(name => Counters.ContainsKey(WidthOf(name)))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_width_of_counting_equals_the_reference_on_random_dies(string name)
    {
        int thresholds = 0;
        for (int index = 0; index < 40; index++)
        {
            var verification = RandomDieCases.Make(9, index);
            var layer = Map(verification);
            var kernel = LayerKernels.OfDie(verification.Name, layer, verification.Macro, [verification.Adc], verification.Unit,
                verification.Seeds.Die, counterOf: Counters[WidthOf(name)], thresholdsLike: KernelRegistry.ByName(name).Id);
            thresholds += kernel is PerConversionKernel ? 0 : 1;
            long[] results = [.. verification.Input.Chunk(layer.Map.Geometry.InputSize).SelectMany((codes, image) =>
                KernelRun.Layer(layer, kernel, codes, new(image, new(verification.Seeds.Run, verification.Seeds.Repeat))))];
            Assert.True(verification.RunReference().SequenceEqual(results),
                $"{verification.Name}: {kernel.GetType().Name}, {verification.Macro.Die}");
        }
        Assert.InRange(thresholds, 1, 39);
    }

    private static string WidthOf(string kernel) => kernel[(kernel.IndexOf('-', StringComparison.Ordinal) + 1)..];

    /// <summary>Offsets alone shift all thresholds of a column equally, edge errors do not. So both conversions are tested, with columns
    /// and with pixels in the lanes, for one image and for several together.</summary>
    [Theory]
    [InlineData("vertical-256", 0, "uniform")]
    [InlineData("vertical-256", 0.4, "uniform")]
    [InlineData("vertical-256", 0, "d21")]
    [InlineData("vertical-256", 0.4, "list")]
    [InlineData("pixels-256", 0, "uniform")]
    [InlineData("pixels-256", 0.4, "uniform")]
    [InlineData("pixels-256", 0, "d21, truncated")]
    [InlineData("pixels-256", 0.4, "d21")]
    [InlineData("pixels-256", 0.4, "list")]
    public void Columns_that_err_convert_as_the_reference_does(string like, double edgeErrorLsb, string levels)
    {
        const int Images = 3;
        for (int index = 0; index < 12; index++)
        {
            var random = new CaseRandom(seed: 11, caseIndex: (uint)index);
            var (input, weight) = KernelLayers.Products[index % KernelLayers.Products.Length];
            var geometry = new ConvGeometry
            {
                InputChannels = 24,
                InputHeight = 6,
                InputWidth = 5,
                OutputChannels = 18,
                KernelHeight = 3,
                KernelWidth = 3,
                PadTop = 1,
                PadLeft = 1,
                PadBottom = 1,
                PadRight = 1,
            };
            var macro = new MacroSpec { Rows = 100, Die = new() { ColumnOffsetCounts = 1.5, EdgeErrorLsb = edgeErrorLsb } };
            var product = new LayerMap("l", geometry, input, weight, macro).Product;
            var adc = levels switch
            {
                "uniform" => AdcFactory.UniformByRange(12, product.IsSigned() ? new(-31.3, 31.3) : new(0, 61), TieRule.Down),
                "d21" => D21Converters.Cifar(20, 11, edgeDecimals: 0, isLinear: false),
                "d21, truncated" => D21Converters.Cifar(30, 15, edgeDecimals: 2, isLinear: false),
                _ => UnevenLevels(random),
            };
            var reference = new ReferenceLayer(geometry, input, weight, KernelLayers.Codes(random, weight, (int)geometry.WeightCount, 50));
            var verification = new VerificationCase($"{like} {index}", reference,
                KernelLayers.Codes(random, input, Images * geometry.InputSize, 50), macro, adc, new(7, 0));
            var layer = Map(verification);
            var kernel = LayerKernels.OfDie(verification.Name, layer, macro, [adc], verification.Unit, verification.Seeds.Die,
                thresholdsLike: KernelRegistry.ByName(like).Id);
            Assert.IsType<ColumnThresholdKernel>(kernel);
            long[] expected = verification.RunReference();
            Assert.Equal(expected, verification.Input.Chunk(geometry.InputSize).SelectMany(codes => KernelRun.Layer(layer, kernel, codes)));
            Assert.Equal(like.StartsWith("pixels", StringComparison.Ordinal), kernel.Batched is not null);
            if (kernel.Batched is not { } together) continue;
            var sums = new long[Images * geometry.OutputSize];
            var scratch = new KernelScratch();
            together.Run(verification.Input, scratch, sums);
            GC.KeepAlive(scratch);
            Assert.Equal(expected, sums);
        }
    }

    [Fact]
    public void Columns_that_err_take_the_kernel_of_thresholds_and_cells_or_noise_do_not()
    {
        Assert.IsNotAssignableFrom<PerConversionKernel>(
            Kernel(new() { ColumnOffsetCounts = 1, EdgeErrorLsb = 0.3, GainErrorRelative = 0.05, StuckAtOneRelative = 0.1 }));
        Assert.IsAssignableFrom<PerConversionKernel>(Kernel(new() { ColumnOffsetCounts = 1, CellMismatchRelative = 0.02 }));
        Assert.IsAssignableFrom<PerConversionKernel>(Kernel(new() { ColumnOffsetCounts = 1, BitlineNoiseCounts = 0.5 }));
    }

    /// <summary>Makes a list of levels that are on no line, two of them equal, and of edges some of which coincide.</summary>
    private static AdcTransfer UnevenLevels(CaseRandom random)
    {
        double[] edges = [.. Enumerable.Range(0, 14).Select(_ => random.Between(-30, 60) + random.OneOf(0, 0.5, 0.25)).Order()];
        double[] levels = [.. Enumerable.Range(0, 15).Select(k => 6 * k - 30 + random.Between(-2, 2) + random.OneOf(0, 0.25))];
        levels[7] = levels[6];
        return new(edges, levels, TieRule.Up, AdcTransfer.LsbOf(levels), AccumulationUnit.Levels);
    }

    private static Dictionary<string, Func<MappedLayer, PackedWeights, MatchCounter>> Widths()
    {
        var widths = new Dictionary<string, Func<MappedLayer, PackedWeights, MatchCounter>>
        {
            ["64"] = (layer, weights) => new MatchCounter<Lanes64, ulong>(layer, weights),
            ["256"] = (layer, weights) => new MatchCounter<Lanes256, Vector256<ulong>>(layer, weights),
            ["512"] = (layer, weights) => new MatchCounter<Lanes512, Vector512<ulong>>(layer, weights),
        };
        if (Avx512F.VL.IsSupported)
            widths["256-ternary"] = (layer, weights) => new MatchCounter<Lanes256Ternary, Vector256<ulong>>(layer, weights);
        if (Avx512F.IsSupported)
            widths["512-ternary"] = (layer, weights) => new MatchCounter<Lanes512Ternary, Vector512<ulong>>(layer, weights);
        return widths;
    }

    private static IDieKernel Kernel(DieSpec die) =>
        LayerKernels.OfDie("layer", Layer(rows: 40, outputs: 5), new() { Rows = 40, Die = die }, [KernelLayers.Coarse(40, CellProduct.And)],
            AccumulationUnit.Codes, 1);

    private static MappedLayer Layer(int rows, int outputs)
    {
        OperandFormat input = KernelLayers.Unipolar2, weight = KernelLayers.Twos3;
        var geometry = new ConvGeometry { InputChannels = rows, InputHeight = 1, InputWidth = 1, OutputChannels = outputs };
        return new(new LayerMap("layer", geometry, input, weight, new() { Rows = rows }),
            KernelLayers.Codes(new CaseRandom(4, 1), weight, rows * outputs, 50), inputMayBeUndriven: false);
    }

    private static MappedLayer Map(VerificationCase verification)
    {
        var layer = verification.Layer;
        return new(new LayerMap(verification.Name, layer.Geometry, layer.InputFormat, layer.WeightFormat, verification.Macro),
            layer.WeightCodes, layer.InputMayBeUndriven, layer.Ordinal);
    }
}
