using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Tests.Kernels;

namespace ImcEngine.Tests.Mapping;

public class RowBitsTests
{
    /// <summary>Rows and columns around the squares of 64 bits, of which four are transposed at once.</summary>
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(64, 32, 1)]
    [InlineData(65, 33, 2)]
    [InlineData(256, 40, 1)]
    [InlineData(700, 70, 3)]
    public void Rows_hold_the_bits_that_the_columns_hold(int channels, int outputs, int groups)
    {
        var geometry = new ConvGeometry
        {
            InputChannels = groups * channels, OutputChannels = groups * outputs, Groups = groups, InputHeight = 1, InputWidth = 1,
            KernelHeight = 1, KernelWidth = 1,
        };
        OperandFormat input = new(1, OperandEncoding.Unipolar), weight = new(2, OperandEncoding.TwosComplement);
        var map = new LayerMap("rows", geometry, input, weight, new MacroSpec { Rows = 256 });
        var weights = new PackedWeights(map,
            KernelLayers.Codes(new CaseRandom(2, (uint)channels), weight, (int)geometry.WeightCount, 50));
        var rows = new RowBits(weights, groups, map.GroupColumns);
        for (int group = 0; group < groups; group++)
            for (int row = 0; row < channels; row++)
                for (int column = 0; column < (map.GroupColumns + 63) / 64 * 64; column++)
                {
                    ulong expected = column < map.GroupColumns ? weights.Column(group, column)[row >> 6] >> (row & 63) & 1 : 0;
                    Assert.Equal(expected, rows.Of(group, column / 64, row) >> (column % 64) & 1);
                }
    }
}
