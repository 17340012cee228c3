using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Reference;

public class ReferenceRowGroupsTests
{
    [Theory]
    // 191 = 3 folds of floor(191 / 3) = 63, rest 2: 65 exceeds 64, so the last two folds take one more each.
    [InlineData(191, 64, false, new[] { 63, 64, 64 })]
    [InlineData(191, 64, true, new[] { 63, 63, 65 })]
    // 300 = 5 folds of 60. 130 at 128: two folds of 65. 7 at 3: 3 folds of 2, rest 1 fits.
    [InlineData(300, 64, false, new[] { 60, 60, 60, 60, 60 })]
    [InlineData(130, 128, false, new[] { 65, 65 })]
    [InlineData(7, 3, false, new[] { 2, 2, 3 })]
    public void Whole_taps_folds_channels_evenly(int channels, int rows, bool legacyOverfull, int[] sizes)
    {
        var groups = ReferenceRowGroups.Cut(Conv(channels, 1), rows, MappingKind.WholeTaps, legacyOverfull);
        Assert.Equal(sizes, groups.Select(group => group.Length));
    }

    [Fact]
    public void Whole_taps_packs_kernel_positions_and_single_tap_does_not()
    {
        // 16 channels at 64 rows: 4 positions a group, 9 = 4 + 4 + 1. Single-tap: 9 groups of 16.
        Assert.Equal([64, 64, 16], ReferenceRowGroups.Cut(Conv(16, 3), 64, MappingKind.WholeTaps, false).Select(group => group.Length));
        Assert.Equal(Enumerable.Repeat(16, 9),
            ReferenceRowGroups.Cut(Conv(16, 3), 64, MappingKind.SingleTap, false).Select(group => group.Length));
        // Dense: 144 = 64 + 64 + 16; row 63 of group 0 is kernel position 3, channel 15.
        var dense = ReferenceRowGroups.Cut(Conv(16, 3), 64, MappingKind.Dense, false);
        Assert.Equal(new Row(3, 15), dense[0][63]);
    }

    [Fact]
    public void Every_row_lies_in_exactly_one_group_and_the_packed_mapping_agrees()
    {
        foreach (int channels in new[] { 1, 2, 3, 16, 63, 64, 65, 191, 300 })
            foreach (int rows in new[] { 1, 2, 5, 16, 63, 64, 65, 128, 256 })
                foreach (int kernel in new[] { 1, 2, 3, 5 })
                    foreach (var mapping in Enum.GetValues<MappingKind>())
                        foreach (bool legacy in new[] { false, true })
                        {
                            var groups = ReferenceRowGroups.Cut(Conv(channels, kernel), rows, mapping, legacy);
                            var all = groups.SelectMany(group => group).ToList();
                            Assert.Equal(channels * kernel * kernel, all.Count);
                            Assert.Equal(all.Count, all.Distinct().Count());
                            if (!legacy) Assert.All(groups, group => Assert.InRange(group.Length, 1, rows));
                            var packed = RowGroups.Cut(kernel * kernel, channels, rows, mapping, legacy);
                            Assert.Equal(packed.Select(group => (group.FirstRow, group.Rows)),
                                groups.Select(group => ((group[0].Tap * channels) + group[0].Channel, group.Length)));
                        }
    }

    [Theory]
    [InlineData(GroupingKind.Separate, 24, 10)]
    [InlineData(GroupingKind.BlockDiagonal, 96, 63)]
    [InlineData(GroupingKind.BlockDiagonal, 56, null)]
    public void Columns_and_rows_lie_where_the_layer_map_puts_them(GroupingKind grouping, int arrayRows, int? columns)
    {
        var geometry = new ConvGeometry
        {
            InputChannels = 10,
            InputHeight = 3,
            InputWidth = 3,
            OutputChannels = 14,
            KernelHeight = 3,
            KernelWidth = 3,
            Groups = 2,
        };
        var format = new OperandFormat(3, OperandEncoding.Bipolar);
        var macro = new MacroSpec { Rows = 8, ArrayRows = arrayRows, Columns = columns, Grouping = grouping };
        var layer = new ReferenceLayer(geometry, format, format, []);
        var map = new LayerMap("layer", geometry, format, format, macro);
        var placement = new ReferencePlacement(layer, cells: 3, macro,
            ReferenceRowGroups.Cut(layer.Geometry, macro.Rows, macro.Mapping, macro.LegacyOverfull));
        Assert.Equal(map.Arrays, placement.Arrays);
        for (int output = 0; output < 14; output++)
            for (int r = 0; r < map.Groups.Length; r++)
                for (int bit = 0; bit < 3; bit++)
                {
                    var place = map.Place(output / 7, r, output % 7, bit);
                    Assert.Equal(new ReferenceColumn(place.Array, place.Column), placement.Column(r, output, bit));
                    Assert.Equal(place.FirstRow, placement.PhysicalRow(output / 7, r, 0));
                }
    }

    private static ConvGeometry Conv(int channels, int kernel) =>
        new() { InputChannels = channels, InputHeight = kernel, InputWidth = kernel, OutputChannels = 1, KernelHeight = kernel,
            KernelWidth = kernel };
}
