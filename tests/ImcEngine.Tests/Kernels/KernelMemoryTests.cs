using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Plain;
using ImcEngine.Kernels.Selection;
using ImcEngine.Mapping;

namespace ImcEngine.Tests.Kernels;

/// <summary>Kernels stay within their buffers, write only the requested pixels, and do not depend on the earlier contents of their
/// scratch.</summary>
public class KernelMemoryTests
{
    private const long Untouched = long.MinValue;

    /// <summary>A layer of 45 output pixels: tiles of 16 and a rest. Channels, columns and row groups do not fill their words
    /// either.</summary>
    private static readonly ConvGeometry Geometry = new()
    {
        InputChannels = 2 * 7, OutputChannels = 2 * 11, Groups = 2, InputHeight = 5, InputWidth = 9, KernelHeight = 3, KernelWidth = 3,
        PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1,
    };

    public static TheoryData<string, int> Kernels { get; } = KernelsTimesProducts();

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Only_the_pixels_asked_for_are_written_and_nothing_behind_the_buffers_is_touched(string name, int product)
    {
        var layer = Layer(product, Geometry, rows: 20);
        var kernel = Prepare(name, layer);
        short[] image = Image(layer, 1);
        long[] whole = KernelRun.Layer(layer, kernel, image);
        using var codes = new GuardedMemory<short>(image);
        using var sums = new GuardedMemory<long>(Geometry.OutputSize);
        foreach (var (first, count) in new[] { (0, 1), (0, 45), (16, 16), (15, 17), (44, 1), (29, 16), (7, 0) })
        {
            sums.Span.Fill(Untouched);
            var scratch = new KernelScratch();
            kernel.Run(codes.Span, Pack(layer, image), default, first, count, scratch, sums.Span);
            GC.KeepAlive(scratch);
            for (int i = 0; i < whole.Length; i++)
                Assert.Equal(i % 45 >= first && i % 45 < first + count ? whole[i] : Untouched, sums.Span[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void What_a_larger_layer_or_anyone_left_in_the_scratch_changes_nothing(string name, int product)
    {
        var small = Layer(product, Geometry, rows: 20);
        var large = Layer(product, Geometry with { InputChannels = 2 * 70, OutputChannels = 2 * 90 }, rows: 300);
        var kernel = Prepare(name, small);
        short[] image = Image(small, 2), largeImage = Image(large, 3);
        var scratch = new KernelScratch();
        var largeKernel = Prepare(name, large);
        largeKernel.Run(largeImage, Pack(large, largeImage), default, 0, 45, scratch, new long[large.Map.Geometry.OutputSize]);
        GC.KeepAlive(largeKernel);
        long[] expected = KernelRun.Layer(small, kernel, image);
        RequireSums();
        foreach (byte garbage in new byte[] { 0xA5, 0xFF, 0x7F })
        {
            Assert.True(Poison.Fill(scratch, garbage).Values.Sum() > 0, "the scratch is empty");
            RequireSums();
        }

        void RequireSums()
        {
            var sums = new long[Geometry.OutputSize];
            kernel.Run(image, Pack(small, image), default, 0, 45, scratch, sums);
            Assert.Equal(expected, sums);
        }
    }

    private static TheoryData<string, int> KernelsTimesProducts()
    {
        var data = new TheoryData<string, int>();
        foreach (string name in KernelRegistry.All.Where(kernel => kernel.IsAvailable).Select(kernel => kernel.Name).AtLeastOne()
            .Append("exact"))
            for (int product = 0; product < KernelLayers.Products.Length; product++) data.Add(name, product);
        return data;
    }

    private static ILayerKernel Prepare(string name, MappedLayer layer) => name == "exact" ? ExactKernel.Prepare(layer)
        : KernelRegistry.ByName(name).TryPrepare(layer,
            [IntegerAdc.FromTransfer(KernelLayers.Coarse(20, layer.Map.Product), ImcEngine.Macro.AccumulationUnit.Codes)])!;

    private static MappedLayer Layer(int product, ConvGeometry geometry, int rows)
    {
        var (input, weight) = KernelLayers.Products[product];
        var map = new LayerMap("memory", geometry, input, weight, new() { Rows = rows });
        return new(map, KernelLayers.Codes(new CaseRandom(11, (uint)product), weight, (int)geometry.WeightCount, 50),
            input.Encoding == OperandEncoding.Bipolar);
    }

    private static short[] Image(MappedLayer layer, uint seed) =>
        KernelLayers.Codes(new CaseRandom(seed, 0), layer.Map.InputFormat, layer.Map.Geometry.InputSize, 60);

    private static PackedImage Pack(MappedLayer layer, short[] codes)
    {
        var planes = new PackedImage();
        planes.Pack(codes, layer.Inputs, layer.Map.Geometry.Groups);
        return planes;
    }
}
