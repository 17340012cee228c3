using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Reference;

/// <summary>
/// The row groups of one convolution group (ARITHMETIC §2), ordered by first kernel position, then by first channel. The position of a
/// <see cref="Row"/> in its list is its row in the group: kernel position in the group * channels + channel.
/// </summary>
internal static class ReferenceRowGroups
{
    /// <param name="rows">The rows of one conversion. A row group exceeds them only with <paramref name="legacyOverfull"/>.</param>
    public static List<Row[]> Cut(ConvGeometry geometry, int rows, MappingKind mapping, bool legacyOverfull)
    {
        int taps = geometry.Taps, channels = geometry.GroupInputChannels;
        if (geometry.IsLinear || mapping == MappingKind.Dense) return Dense(taps, channels, rows);
        if (mapping == MappingKind.SingleTap) return EachTap(taps, EvenCuts(channels, rows));
        return rows > channels ? WholeTaps(taps, channels, rows / channels) : EachTap(taps, Folds(channels, rows, legacyOverfull));
    }

    private static List<Row[]> Dense(int taps, int channels, int rows)
    {
        var flattened = Rows(0, taps, 0, channels);
        return [.. flattened.Chunk(rows)];
    }

    private static List<Row[]> WholeTaps(int taps, int channels, int tapsPerGroup)
    {
        var groups = new List<Row[]>();
        for (int tap = 0; tap < taps; tap += tapsPerGroup) groups.Add(Rows(tap, Math.Min(tap + tapsPerGroup, taps), 0, channels));
        return groups;
    }

    private static List<Row[]> EachTap(int taps, List<int> sizes)
    {
        var groups = new List<Row[]>();
        for (int tap = 0; tap < taps; tap++)
        {
            int first = 0;
            foreach (int size in sizes)
            {
                groups.Add(Rows(tap, tap + 1, first, first + size));
                first += size;
            }
        }
        return groups;
    }

    private static List<int> EvenCuts(int channels, int rows)
    {
        var sizes = new List<int>();
        for (int left = channels; left > 0; left -= rows) sizes.Add(Math.Min(left, rows));
        return sizes;
    }

    private static List<int> Folds(int channels, int rows, bool legacyOverfull)
    {
        int folds = (channels + rows - 1) / rows, size = channels / folds, over = channels % folds;
        var sizes = Enumerable.Repeat(size, folds).ToList();
        if (size + over <= rows || legacyOverfull) sizes[^1] += over;
        else for (int fold = folds - over; fold < folds; fold++) sizes[fold]++;
        return sizes;
    }

    private static Row[] Rows(int firstTap, int endTap, int firstChannel, int endChannel)
    {
        var rows = new List<Row>();
        for (int tap = firstTap; tap < endTap; tap++)
            for (int channel = firstChannel; channel < endChannel; channel++) rows.Add(new(tap, channel));
        return [.. rows];
    }
}
