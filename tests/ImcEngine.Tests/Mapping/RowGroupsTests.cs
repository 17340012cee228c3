using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Tests.Mapping;

public class RowGroupsTests
{
    [Fact]
    public void Every_tap_and_channel_lies_in_exactly_one_group_of_at_most_rows()
    {
        foreach (var mapping in Enum.GetValues<MappingKind>())
            for (int channels = 1; channels <= 600; channels++)
                for (int rows = 1; rows <= 300; rows++)
                    for (int kernel = 1; kernel <= 7; kernel++)
                        CheckPartition(kernel * kernel, channels, rows, mapping);
    }

    private static void CheckPartition(int taps, int channels, int rows, MappingKind mapping)
    {
        int next = 0;
        foreach (var group in RowGroups.Cut(taps, channels, rows, mapping))
        {
            if (group.FirstRow != next || group.Rows < 1 || group.Rows > rows)
                Assert.Fail($"{mapping}, {taps} taps, {channels} channels, {rows} rows: group {group} after row {next}");
            next = group.EndRow;
        }
        if (next != taps * channels) Assert.Fail($"{mapping}, {taps} taps, {channels} channels, {rows} rows: covers {next} rows");
    }

    [Theory]
    [InlineData(191, 64, false, new[] { 63, 64, 64 })]
    [InlineData(191, 64, true, new[] { 63, 63, 65 })] // D21's overfull fold
    [InlineData(300, 256, false, new[] { 150, 150 })]
    [InlineData(130, 64, false, new[] { 43, 43, 44 })]
    [InlineData(64, 64, false, new[] { 64 })]
    public void Channels_beyond_the_rows_are_cut_into_even_folds(int channels, int rows, bool legacy, int[] folds) =>
        Assert.Equal([.. folds, .. folds], RowGroups.Cut(2, channels, rows, MappingKind.WholeTaps, legacy).Select(g => g.Rows));

    [Fact]
    public void Whole_taps_takes_as_many_kernel_positions_as_fit() =>
        Assert.Equal([192, 192, 192], RowGroups.Cut(9, 64, 255, MappingKind.WholeTaps).Select(g => g.Rows));

    [Fact]
    public void Single_tap_numbers_its_chunks_by_channel_cut() =>
        Assert.Equal([0, 1, 0, 1], RowGroups.Cut(2, 100, 64, MappingKind.SingleTap).Select(g => g.Chunk));
}
