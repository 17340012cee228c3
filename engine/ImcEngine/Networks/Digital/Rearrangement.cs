using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// Elements taken from other places, each any number of times (see <see cref="RearrangeNode"/>), prepared once; immutable and thread-safe.
/// The last axes that walk on without a gap are one copy:
/// <code>
/// [64, 8, 8], every second channel     32 copies of 64 elements
/// [64, 8, 8] to [8, 8, 64]             64 times 64 elements, one by one
/// </code>
/// </summary>
internal sealed class Rearrangement
{
    private readonly int[] _outer, _inner;
    private readonly int _length;

    public Rearrangement(RearrangeNode node)
    {
        int[][] axes = node.Offsets;
        int start = 0, length = 1, joined = axes.Length;
        while (joined > 0 && AdvancesBy(axes[joined - 1], length))
        {
            start += axes[joined - 1][0];
            length *= axes[--joined].Length;
        }
        _length = length;
        _inner = Array.ConvertAll(joined == 0 ? [0] : axes[joined - 1], offset => offset + start);
        _outer = AxisOffsets.Sums(axes.AsSpan(0, Math.Max(0, joined - 1)));
    }

    /// <exception cref="ArgumentException">The result has another number of elements.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> result)
    {
        SpanChecks.Require(result, _outer.Length * _inner.Length * _length, nameof(result));
        int at = 0;
        foreach (int outer in _outer)
            if (_length == 1)
                foreach (int inner in _inner) result[at++] = input[outer + inner];
            else
                foreach (int inner in _inner)
                {
                    input.Slice(outer + inner, _length).CopyTo(result[at..]);
                    at += _length;
                }
    }

    private static bool AdvancesBy(int[] offsets, int step)
    {
        for (int i = 1; i < offsets.Length; i++)
            if (offsets[i] != offsets[0] + (i * step)) return false;
        return true;
    }
}
