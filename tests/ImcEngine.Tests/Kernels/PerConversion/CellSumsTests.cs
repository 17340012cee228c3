using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels.PerConversion;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Tests.Kernels.PerConversion;

/// <summary>The summed deviations of driven cells against sums row by row, at every vector width.</summary>
public sealed class CellSumsTests
{
    private static readonly OperandFormat Weight = new(2, OperandEncoding.TwosComplement), Bipolar = new(2, OperandEncoding.Bipolar);

    /// <summary>Numbers of rows around the words of bits, dies that need several segments, and planes that fill one list, part of it, and
    /// more than one.</summary>
    [Theory]
    [InlineData(900, 0.02, 2, 1)]
    [InlineData(900, 0.15, 2, 2)]
    [InlineData(256, 0.02, 1, 1)]
    [InlineData(64, 0.02, 3, 1)]
    [InlineData(65, 0.02, 4, 1)]
    [InlineData(127, 0.3, 4, 1)]
    [InlineData(300, 0.02, 7, 1)]
    [InlineData(1, 0.02, 4, 1)]
    [InlineData(9000, 0.0005, 2, 3)]
    public void Deviations_of_cells_add_up_at_every_width_in_as_many_segments_as_they_need(int rows, double sigma, int planes,
        int leastSegments)
    {
        foreach (int percent in new[] { 0, 30, 60, 100 })
        {
            RequireSums(Layer(rows, 30, new(planes, OperandEncoding.Unipolar), Weight), sigma, percent, leastSegments);
            RequireSums(Layer(rows, 30, new(planes, OperandEncoding.Unipolar), Bipolar), sigma, percent, leastSegments);
            RequireSums(Layer(rows, 30, new(planes, OperandEncoding.Bipolar), Bipolar), sigma, percent, leastSegments);
        }
    }

    private static unsafe void RequireSums(MappedLayer layer, double sigma, int percent, int leastSegments)
    {
        var map = layer.Map;
        int rows = layer.LargestGroup, planes = map.InputFormat.Bits, words = layer.Patch.Words;
        var sampler = new DieSampler(new() { Rows = rows, Die = new() { CellMismatchRelative = sigma } }, 5, layer.Ordinal);
        var cells = new DieCells(layer, sampler);
        int segments = cells.SegmentCount(0, 0), columns = map.GroupColumns, stride = (columns + 63) / 64 * 64;
        Assert.True(segments >= leastSegments, $"{segments} segments");
        var random = new CaseRandom(3, (uint)percent);
        ulong[] bits = new ulong[planes * words], driven = new ulong[words];
        for (int row = 0; row < rows; row++)
        {
            if (map.Product == CellProduct.Xnor && random.WithPercent(10)) continue;
            driven[row >> 6] |= 1UL << (row & 63);
            for (int plane = 0; plane < planes; plane++)
                bits[plane * words + (row >> 6)] |= (random.WithPercent(percent) ? 1UL : 0) << (row & 63);
        }
        var lists = new ushort[(planes + 3) / 4 * segments * cells.ListLength];
        short[] narrow = new short[planes * segments * stride], wide = new short[planes * segments * stride];
        fixed (ushort* list = lists)
        fixed (short* narrowAt = narrow, wideAt = wide)
        {
            var selections = new DrivenRows[planes];
            for (int plane = 0; plane < planes; plane += CellRows.MostPlanes)
            {
                ushort* ofPlanes = list + plane / CellRows.MostPlanes * segments * cells.ListLength;
                cells.List(0, 0, bits.AsSpan(plane * words), Math.Min(planes - plane, CellRows.MostPlanes), driven, ofPlanes);
                selections[plane] = new(null, 0, ofPlanes, 1, 0);
            }
            CellSums.Sum<CellLanes256>(cells, 0, 0, stride, 0, selections, planes, narrowAt, stride);
            CellSums.Sum<CellLanes512>(cells, 0, 0, stride, 0, selections, planes, wideAt, stride);
            Assert.Equal(narrow, wide);
            for (int plane = 0; plane < planes; plane++)
                for (int column = 0; column < columns; column++)
                    Assert.Equal(Expected(layer, sampler, column, driven, bits.AsSpan(plane * words, words)),
                        new CellQuanta(narrowAt, segments, stride).OfPlane(plane).QuantaOf(column));
        }
    }

    private static int Expected(MappedLayer layer, DieSampler sampler, int column, ReadOnlySpan<ulong> driven, ReadOnlySpan<ulong> bits)
    {
        int sum = 0;
        var weights = layer.Weights.Column(0, column);
        for (int row = 0; row < layer.LargestGroup; row++)
        {
            bool isDriven = Bit(driven, row), input = Bit(bits, row), weight = Bit(weights, row);
            int product = layer.Map.Product switch
            {
                CellProduct.And => input && weight ? 1 : 0,
                CellProduct.Xnor => !isDriven ? 0 : input == weight ? 1 : -1,
                _ => !input ? 0 : weight ? 1 : -1,
            };
            if (product != 0) sum += product * sampler.CellEpsQuanta(0, row, column);
        }
        return sum;

        static bool Bit(ReadOnlySpan<ulong> words, int row) => (words[row >> 6] >> (row & 63) & 1) != 0;
    }

    /// <summary>A fully connected layer, whose rows are one row group.</summary>
    private static MappedLayer Layer(int rows, int outputs, OperandFormat input, OperandFormat weight)
    {
        var geometry = new ConvGeometry
        {
            InputChannels = rows, InputHeight = 1, InputWidth = 1, OutputChannels = outputs, KernelHeight = 1, KernelWidth = 1,
        };
        return new(new LayerMap("cells", geometry, input, weight, new() { Rows = rows }),
            KernelLayers.Codes(new CaseRandom(8, (uint)rows), weight, (int)geometry.WeightCount, 50),
            input.Encoding == OperandEncoding.Bipolar);
    }
}
