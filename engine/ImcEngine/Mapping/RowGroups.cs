using ImcEngine.Macro;

namespace ImcEngine.Mapping;

/// <summary>
/// Cuts a layer's rows into row groups (ARITHMETIC §2). Kernel positions t0, t1, ... are row-major; c0, c1, ... are channels, C their
/// number.
/// <code>
/// whole-taps  rows > C:  floor(rows / C) kernel positions, all channels    | t0 c0..cC-1 t1 c0..cC-1 | t2 ...
///             else:      F = ceil(C / rows) folds of floor(C / F) channels | t0 c0..  | t0 ..cC-1 | t1 c0.. | ...
/// single-tap             the channels of each position, cut every 'rows'         | t0 c0..rows-1 | t0 rows.. | t1 ...
/// dense                  the whole axis, cut every 'rows'
/// </code>
/// </summary>
internal static class RowGroups
{
    /// <param name="taps">The number of kernel positions.</param>
    /// <param name="channels">The input channels of one convolution group.</param>
    /// <param name="rows">The rows that one conversion activates.</param>
    /// <param name="legacyOverfull">Whether the last fold keeps the whole remainder, even beyond <paramref name="rows"/>.</param>
    public static RowGroup[] Cut(int taps, int channels, int rows, MappingKind mapping, bool legacyOverfull = false) => mapping switch
    {
        MappingKind.WholeTaps when rows > channels => Evenly(taps * channels, rows / channels * channels),
        MappingKind.WholeTaps => PerTap(taps, channels, Folds(channels, rows, legacyOverfull)),
        MappingKind.SingleTap => PerTap(taps, channels, [.. Evenly(channels, rows).Select(cut => cut.Rows)]),
        _ => Evenly(taps * channels, rows),
    };

    private static RowGroup[] Evenly(int length, int size)
    {
        var groups = new RowGroup[(length + size - 1) / size];
        for (int i = 0; i < groups.Length; i++)
            groups[i] = new(i * size, Math.Min(size, length - i * size), 0);
        return groups;
    }

    private static RowGroup[] PerTap(int taps, int channels, int[] cuts)
    {
        var groups = new RowGroup[taps * cuts.Length];
        for (int tap = 0, at = 0; tap < taps; tap++)
        {
            int first = tap * channels;
            for (int chunk = 0; chunk < cuts.Length; first += cuts[chunk++])
                groups[at++] = new(first, cuts[chunk], chunk);
        }
        return groups;
    }

    private static int[] Folds(int channels, int rows, bool legacyOverfull)
    {
        int folds = (channels + rows - 1) / rows, size = channels / folds, rest = channels % folds;
        var cuts = new int[folds];
        Array.Fill(cuts, size);
        if (size + rest <= rows || legacyOverfull) cuts[^1] += rest;
        else
            for (int fold = folds - rest; fold < folds; fold++) cuts[fold]++;
        return cuts;
    }
}
