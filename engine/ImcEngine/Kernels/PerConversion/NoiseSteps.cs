using System.Runtime.CompilerServices;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// Noise by its random bits u, looked up where a step of the high half h raises it by at most one quantum:
/// <code>noise(u) = quanta[h] + 1 where the low half of u exceeds last[h], else quanta[h]</code>
/// </summary>
internal sealed class NoiseSteps
{
    private const int Highs = 1 << 16;

    private static readonly Lock Gate = new();
    private static NoiseSteps? _latest;

    private readonly NoiseTable _noise;
    private readonly int[] _quanta = new int[Highs];
    private readonly ushort[] _last = new ushort[Highs];
    private readonly int _leastDistance;

    private NoiseSteps(NoiseTable noise)
    {
        _noise = noise;
        for (int h = 0; h < Highs; h++)
        {
            var (least, most) = noise.BoundsQuanta(0, (ushort)h);
            if (most > least + 1) _leastDistance = Math.Max(_leastDistance, NarrowNoise.Distance((ushort)h) + 1);
            (_quanta[h], _last[h]) = (least, most == least ? ushort.MaxValue : Last((uint)h << 16, least));
        }
    }

    /// <summary>Returns the steps of a noise that does not depend on the partial sum. The latest are kept: all layers of a die usually have
    /// the same noise.</summary>
    public static NoiseSteps Of(NoiseTable noise)
    {
        lock (Gate) return _latest is { } latest && latest._noise.IsSame(noise) ? latest : _latest = new(noise);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Quanta(ushort high, ushort low) => NarrowNoise.Distance(high) < _leastDistance
        ? _noise.Quanta(0, ((uint)high << 16) | low) : _quanta[high] + (low > _last[high] ? 1 : 0);

    /// <summary>Returns the greatest low half with the least noise.</summary>
    private ushort Last(uint high, int least)
    {
        int low = 0, end = ushort.MaxValue;
        while (low < end)
        {
            int middle = (low + end + 1) / 2;
            if (_noise.Quanta(0, high | (uint)middle) > least) end = middle - 1;
            else low = middle;
        }
        return (ushort)low;
    }
}
