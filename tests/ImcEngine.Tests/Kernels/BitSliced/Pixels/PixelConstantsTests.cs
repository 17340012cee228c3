using ImcEngine.Kernels.BitSliced.Pixels;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Tests.Kernels.BitSliced.Pixels;

public sealed unsafe class PixelConstantsTests
{
    private static readonly ConvGeometry Geometry = new()
    {
        InputChannels = 4, OutputChannels = 6, InputHeight = 5, InputWidth = 5, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1,
        PadBottom = 1, PadRight = 1, Groups = 2,
    };

    private static MappedLayer Layer { get; } =
        new(new LayerMap("layer", Geometry, KernelLayers.Bipolar1, KernelLayers.Bipolar1, new() { Rows = 12 }),
            [.. Enumerable.Range(0, (int)Geometry.WeightCount).Select(i => (short)(i % 3 == 0 ? 1 : -1))], inputMayBeUndriven: false);

    private static int Columns => Layer.Map.Geometry.Groups * Layer.Map.Groups.Length * Layer.Map.GroupColumns;

    [Fact]
    public void Every_lane_has_the_constant_of_its_pixels_border_class()
    {
        const int Planes = 7, Lanes = 64, Images = 2;
        static int ConstantOf(int column, int borderClass) => (column * 31 + borderClass * 17) % (1 << Planes);
        int pixels = Images * Geometry.OutputPixels, ofGroup = Layer.Map.GroupColumns;
        var constants = PixelConstants.TryPack(Layer, Columns, Planes, Lanes, pixels, ConstantOf)!;
        for (int column = 0; column < Columns; column++)
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                int constant = 0;
                for (int plane = 0; plane < Planes; plane++)
                    constant |= (constants.Vectors(pixel / Lanes, column / ofGroup)[constants.Names(column)[plane] * CompactRowList.Unit
                        + pixel % Lanes / 8] >> pixel % 8 & 1) << plane;
                Assert.Equal(ConstantOf(column, Layer.Borders.ClassOf(pixel % Geometry.OutputPixels)), constant);
            }
    }

    [Fact]
    public void Equal_planes_share_a_vector_and_more_than_names_reach_are_declined()
    {
        long BytesOf(int planes, Func<int, int, int> constantOf, int lanes) =>
            PixelConstants.TryPack(Layer, Columns, planes, lanes, Geometry.OutputPixels, constantOf)?.Bytes ?? -1;
        long names = Columns * 9L * sizeof(ushort);
        Assert.Equal(names + Columns / Layer.Map.GroupColumns * 2 * 8, BytesOf(9, (column, _) => column, 64));
        // Nine border classes make at most 512 patterns: within reach.
        var random = new Random(1);
        Assert.InRange(BytesOf(30, (_, _) => random.Next(), 512), 1, long.MaxValue);

        // 49 border classes: no two planes of 300 random constants are alike. Names reach 8,192 vectors of 512 lanes.
        var wide = Geometry with { Groups = 1, OutputChannels = 300, InputHeight = 7, InputWidth = 7, KernelHeight = 7, KernelWidth = 7,
            PadTop = 3, PadLeft = 3, PadBottom = 3, PadRight = 3 };
        var layer = new MappedLayer(new LayerMap("layer", wide, KernelLayers.Bipolar1, KernelLayers.Bipolar1, new() { Rows = 256 }),
            new short[wide.WeightCount].Select(_ => (short)1).ToArray(), inputMayBeUndriven: false);
        Assert.NotNull(PixelConstants.TryPack(layer, layer.Map.Groups.Length * layer.Map.GroupColumns, 27, 512, wide.OutputPixels,
            (_, _) => random.Next()));
        Assert.Null(PixelConstants.TryPack(layer, layer.Map.Groups.Length * layer.Map.GroupColumns, 28, 512, wide.OutputPixels,
            (_, _) => random.Next()));
    }
}
