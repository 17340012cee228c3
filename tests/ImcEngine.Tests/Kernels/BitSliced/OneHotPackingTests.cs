using System.Numerics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.BitSliced;
using ImcEngine.Kernels.BitSliced.Columns;
using ImcEngine.Mapping;

namespace ImcEngine.Tests.Kernels.BitSliced;

/// <summary>One bit that is set before packing is one bit at the right place afterwards: in weights by column, in weights by row in the
/// lanes, and in the rows under a pixel's window.</summary>
public class OneHotPackingTests
{
    private static readonly ConvGeometry Grouped = new()
    {
        InputChannels = 2 * 23, OutputChannels = 2 * 40, Groups = 2, InputHeight = 4, InputWidth = 5, KernelHeight = 2, KernelWidth = 3,
        PadTop = 1, PadLeft = 1,
        StrideX = 2, DilationX = 2, PadRight = 2,
    };

    public static TheoryData<int, int, int> WeightPlaces { get; } = new()
    {
        { 0, 0, 0 }, { 79, 22, 5 }, { 40, 0, 5 }, { 39, 22, 2 }, { 63, 17, 3 }, { 16, 18, 2 }, { 17, 19, 2 },
    };

    [Theory]
    [MemberData(nameof(WeightPlaces))]
    public void A_weight_sets_its_planes_in_its_column_at_its_row(int output, int channel, int tap)
    {
        var layer = LayerWith(output, channel, tap, code: 0b0101);
        int set = 0;
        for (int convGroup = 0; convGroup < 2; convGroup++)
            for (int column = 0; column < layer.Map.GroupColumns; column++)
                foreach (ulong word in layer.Weights.Column(convGroup, column)) set += BitOperations.PopCount(word);
        Assert.Equal(2, set);
        int row = tap * 23 + channel;
        foreach (int bit in (int[])[0, 2])
            Assert.Equal(1UL << row % 64, layer.Weights.Column(output / 40, output % 40 * 4 + bit)[row / 64]);
    }

    [Theory]
    [MemberData(nameof(WeightPlaces))]
    public void A_weight_sets_its_lanes_in_the_table_row_of_its_kernel_position_and_channel(int output, int channel, int tap)
    {
        var layer = LayerWith(output, channel, tap, code: 0b0101);
        foreach (int lanes in (int[])[64, 256, 512])
        {
            var tables = new VerticalTables(layer, layer.Weights, Conversion(layer, planes: 9), lanes);
            Assert.Equal((160 + lanes - 1) / lanes, tables.Blocks);
            int row = tap * 23 + channel, words = lanes / 64;
            for (int convGroup = 0; convGroup < 2; convGroup++)
                Assert.Equal(convGroup == output / 40 ? 2 : 0,
                    Enumerable.Range(0, tables.Blocks).Sum(block => SetBits(tables, convGroup, block, words)));
            ulong[] ofRow = [.. Enumerable.Range(0, tables.Blocks).SelectMany(block => Row(tables, output / 40, block, row, words))];
            Assert.Equal(LanesOf([output % 40, 2 * 40 + output % 40], lanes, tables.Blocks), ofRow);
            Assert.Equal(6 * 23 * lanes / 64, tables.ZeroRow);
        }
    }

    private static LayerConversion Conversion(MappedLayer layer, int planes) =>
        new(new(layer), new ThresholdsPlan([], planes, IsSigned: false), CountOffset: 0, Certain: 0, []);

    private static unsafe int SetBits(VerticalTables tables, int convGroup, int block, int words)
    {
        int set = 0;
        foreach (ulong word in new Span<ulong>(tables.Rows(convGroup, block), (6 * 23 + 1) * words)) set += BitOperations.PopCount(word);
        return set;
    }

    private static unsafe ulong[] Row(VerticalTables tables, int convGroup, int block, int row, int words) =>
        new Span<ulong>(tables.Rows(convGroup, block), (row + 1) * words)[(row * words)..].ToArray();

    /// <summary>In a block of L lanes, with v = L/8, column i is in lane 8 (i mod v) + i / v; on machines that zip bytes, in lane
    /// 128 ((i mod v) / 16) + 16 (i / v) + i mod 16.</summary>
    private static ulong[] LanesOf(int[] columns, int lanes, int blocks)
    {
        var words = new ulong[lanes / 64 * blocks];
        foreach (int column in columns)
        {
            int i = column % lanes, v = lanes / 8;
            bool zips = lanes == 512 ? Gfni.V512.IsSupported && Avx512BW.IsSupported : lanes == 256 && Gfni.V256.IsSupported
                && Avx2.IsSupported;
            int lane = column - i + (zips ? 128 * (i % v / 16) + 16 * (i / v) + i % 16 : 8 * (i % v) + i / v);
            words[lane / 64] |= 1UL << lane % 64;
        }
        return words;
    }

    [Fact]
    public void Three_valued_inputs_have_every_row_complemented_among_the_columns_and_then_a_row_of_zeros()
    {
        var bipolar = new OperandFormat(2, OperandEncoding.Bipolar);
        var map = new LayerMap("linear", ConvGeometry.Linear(5, 35), KernelLayers.Bipolar1, bipolar, new() { Rows = 5 });
        var weights = new short[5 * 35];
        Array.Fill(weights, (short)-3);
        weights[34 * 5 + 4] = 3;
        var layer = new MappedLayer(map, weights, inputMayBeUndriven: true);
        var tables = new VerticalTables(layer, layer.Weights, Conversion(layer, planes: 7), lanes: 64);
        int[] columns = [.. Enumerable.Range(0, 35), .. Enumerable.Range(40, 35)], ofLast = [34, 74]; // outputs are padded to 40
        ulong[] RowOf(int row) => [.. Enumerable.Range(0, 2).SelectMany(block => Row(tables, 0, block, row, 1))];
        Assert.Equal(LanesOf(ofLast, 64, 2), RowOf(4));
        Assert.Equal(LanesOf([.. columns.Except(ofLast)], 64, 2), RowOf(5 + 4));
        Assert.Equal(LanesOf(columns, 64, 2), RowOf(5 + 3));
        Assert.Equal([0, 0], RowOf(tables.ZeroRow));
    }

    [Fact]
    public void A_pixel_sees_an_input_bit_at_the_rows_of_the_kernel_positions_that_lie_on_it()
    {
        var format = new OperandFormat(2, OperandEncoding.Unipolar);
        var image = new PackedImage();
        var reader = new Patch(Grouped);
        int words = reader.Words;
        for (int channel = 0; channel < 46; channel += 5)
            for (int at = 0; at < 20; at++)
            {
                var codes = new short[46 * 20];
                codes[channel * 20 + at] = 2;
                image.Pack(codes, new(46, 20, format, IsThreeValued: false), 2);
                for (int pixel = 0; pixel < Grouped.OutputPixels; pixel++)
                    for (int convGroup = 0; convGroup < 2; convGroup++)
                    {
                        var patch = new ulong[words * 2];
                        Array.Fill(patch, ulong.MaxValue);
                        reader.Read(image, convGroup, pixel, patch);
                        Assert.Equal(SeenRows(convGroup, channel, at, pixel), SetRows(patch.AsSpan(words)));
                        Assert.Empty(SetRows(patch.AsSpan(0, words)));
                    }
            }
    }

    private static List<int> SeenRows(int convGroup, int channel, int at, int pixel)
    {
        var rows = new List<int>();
        for (int tap = 0; tap < Grouped.Taps; tap++)
        {
            int y = pixel / Grouped.OutputWidth - 1 + tap / 3, x = pixel % Grouped.OutputWidth * 2 - 1 + tap % 3 * 2;
            if (channel / 23 == convGroup && y * 5 + x == at && x is >= 0 and < 5) rows.Add(tap * 23 + channel % 23);
        }
        return rows;
    }

    private static List<int> SetRows(ReadOnlySpan<ulong> words)
    {
        var rows = new List<int>();
        for (int row = 0; row < words.Length * 64; row++)
            if ((words[row / 64] >> row % 64 & 1) != 0) rows.Add(row);
        return rows;
    }

    private static MappedLayer LayerWith(int output, int channel, int tap, short code)
    {
        var weights = new short[Grouped.WeightCount];
        weights[(output * 23 + channel) * 6 + tap] = code;
        var format = new OperandFormat(4, OperandEncoding.TwosComplement);
        return new(new LayerMap("one-hot", Grouped, KernelLayers.Unipolar2, format, new()), weights, inputMayBeUndriven: false);
    }
}
