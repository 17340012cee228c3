using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.Mapping;

/// <summary>Convolution groups packed as blocks along the diagonal of arrays (ARITHMETIC §2): where their cells lie, and that nothing but
/// the die depends on it.</summary>
public class BlockDiagonalTests
{
    private static readonly OperandFormat Unipolar = new(4, OperandEncoding.Unipolar), Twos = new(4, OperandEncoding.TwosComplement);

    [Fact]
    public void As_many_groups_share_an_array_as_its_rows_and_columns_hold()
    {
        // A depthwise 3x3 layer: k = 9 rows, c = 4 columns a group.
        Assert.Equal((28, 4), Size(Depthwise(100), new() { Rows = 256 }));
        Assert.Equal((16, 7), Size(Depthwise(100), new() { Rows = 256, Columns = 64 }));
        Assert.Equal((100, 1), Size(Depthwise(100), new() { Rows = 256, ArrayRows = 1024 }));
        Assert.Equal((1, 100), Size(Depthwise(100), new() { Rows = 9, Columns = 7 }));

        // Group 20 is the fifth of array 1: rows from 4 * 9, columns from 4 * 4.
        var map = Map(Depthwise(100), new() { Rows = 256, Columns = 64 });
        Assert.Equal(new(1, 36, 18), map.Place(20, 0, 0, 2));
    }

    [Fact]
    public void Every_cell_holds_one_weight_bit_and_no_two_groups_share_a_row_or_a_column_of_an_array()
    {
        int packed = 0;
        for (int index = 0; index < 600; index++)
        {
            var verification = RandomDieCases.Make(11, index);
            if (verification.Macro.Grouping != GroupingKind.BlockDiagonal) continue;
            packed++;
            var (layer, macro) = (verification.Layer, verification.Macro);
            var map = new LayerMap(verification.Name, layer.Geometry, layer.InputFormat, layer.WeightFormat, macro);
            var cells = new Dictionary<(int Array, int Row, int Column), (int Channel, int Bit, int FlatRow)>();
            var groupOfRow = new Dictionary<(int Array, int Row), int>();
            var groupOfColumn = new Dictionary<(int Array, int Column), int>();
            foreach (var place in ColumnPlacement.PlaceColumns(map))
            {
                int group = place.OutputChannel / layer.Geometry.GroupOutputChannels;
                Assert.InRange(place.Array, 0, map.Arrays - 1);
                Assert.InRange(place.Column, 0, Math.Min(map.ArrayColumns, macro.Columns ?? int.MaxValue) - 1);
                Assert.InRange(place.FirstRow, 0, macro.ColumnCells - place.Rows);
                Assert.Equal(group, Of(groupOfColumn, (place.Array, place.Column), group));
                for (int row = 0; row < place.Rows; row++)
                {
                    var cell = (place.Array, place.FirstRow + row, place.Column);
                    Assert.True(cells.TryAdd(cell, (place.OutputChannel, place.WeightBit, place.FirstFlatRow + row)), $"{place}");
                    Assert.Equal(group, Of(groupOfRow, (place.Array, place.FirstRow + row), group));
                }
            }
            Assert.Equal(map.CellsUsed, cells.Count);
            RequireInverse(map, macro, cells);
        }
        Assert.True(packed > 50, $"{packed} cases");
    }

    [Fact]
    public void A_layer_without_groups_lies_as_it_does_without_packing()
    {
        var geometry = new ConvGeometry { InputChannels = 40, InputHeight = 4, InputWidth = 4, OutputChannels = 30, KernelHeight = 3,
            KernelWidth = 3 };
        var macro = new MacroSpec { Rows = 32, ArrayRows = 64, Columns = 10 };
        Assert.True(Map(geometry, macro).PlacesAs(new("layer", geometry, Unipolar, Twos, macro)));
        Assert.False(Map(Depthwise(8), macro).PlacesAs(new("layer", Depthwise(8), Unipolar, Twos, macro)));
    }

    [Fact]
    public void A_group_that_does_not_fit_an_array_is_an_error()
    {
        var rows = Assert.Throws<ImcException>(() => Map(Depthwise(8), new() { Rows = 8 }));
        Assert.Contains("9 rows and 4 columns", rows.Message, StringComparison.Ordinal);
        Assert.Contains("'separate'", rows.Message, StringComparison.Ordinal);
        var columns = Assert.Throws<ImcException>(() => Map(Depthwise(8) with { OutputChannels = 16 }, new() { Rows = 16, Columns = 7 }));
        Assert.Contains("9 rows and 8 columns", columns.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void On_an_ideal_die_packing_changes_no_sum()
    {
        int compared = 0;
        for (int index = 0; index < 300; index++)
        {
            var packed = RandomDieCases.Make(12, index);
            if (packed.Macro.Grouping != GroupingKind.BlockDiagonal) continue;
            packed = packed with { Macro = packed.Macro with { Die = new() } };
            var separate = packed with { Macro = packed.Macro with { Grouping = GroupingKind.Separate } };
            long[] expected = separate.RunReference();
            Assert.Equal(expected, packed.RunReference());
            foreach (var kernel in EngineKernels.All) Assert.Null(kernel.FirstFailure(packed, expected, out _));
            compared++;
        }
        Assert.True(compared > 20, $"{compared} cases");
    }

    [Fact]
    public void A_network_with_a_grouped_layer_has_the_same_logits_packed_until_cells_deviate()
    {
        float[] Logits(params string[] changes)
        {
            var run = RunSpecJson.Set(RunSpecJson.Default,
                ["macro.arrayRows=1024", "macro.adc.range=full", "macro.adc.bits=6", .. changes]);
            var mapped = new MappedNetwork(TinyNetworks.FourBits(), run.Macro);
            return new NetworkRunner(mapped, new(1)).Run(Shapes10.Render(Split.Test, 2), new(mapped, run, null, seed: 3));
        }
        const string Packed = "macro.grouping=blockDiagonal", Deviating = "macro.die.cellMismatchRelative=0.1";
        Assert.Equal(Logits(), Logits(Packed));
        Assert.NotEqual(Logits(Deviating), Logits(Packed, Deviating));
    }

    private static void RequireInverse(LayerMap map, MacroSpec macro,
        Dictionary<(int Array, int Row, int Column), (int Channel, int Bit, int FlatRow)> cells)
    {
        int found = 0, bits = map.WeightFormat.Bits;
        for (int array = 0; array < map.Arrays; array++)
            for (int row = 0; row < macro.ColumnCells; row++)
                if (map.CellsOf(array, row) is { } used)
                    for (int i = 0; i < used.Columns; i++, found++)
                    {
                        int column = used.FirstGroupColumn + i;
                        Assert.Equal((used.ConvGroup * map.Geometry.GroupOutputChannels + column / bits, column % bits, used.FlatRow),
                            cells[(array, row, used.FirstColumn + i)]);
                    }
        Assert.Equal(cells.Count, found);
    }

    private static int Of<T>(Dictionary<T, int> groups, T key, int group) where T : notnull =>
        groups.TryGetValue(key, out int known) ? known : groups[key] = group;

    private static (int Blocks, int Arrays) Size(ConvGeometry geometry, MacroSpec macro)
    {
        var map = Map(geometry, macro);
        return (map.Blocks!.Value, map.Arrays);
    }

    private static LayerMap Map(ConvGeometry geometry, MacroSpec macro) =>
        new("layer", geometry, Unipolar, Twos, macro with { Grouping = GroupingKind.BlockDiagonal });

    private static ConvGeometry Depthwise(int channels) => new()
    {
        InputChannels = channels, InputHeight = 4, InputWidth = 4, OutputChannels = channels, KernelHeight = 3, KernelWidth = 3,
        Groups = channels,
    };
}
