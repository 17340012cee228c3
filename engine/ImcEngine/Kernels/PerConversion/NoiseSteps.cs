using System.Runtime.CompilerServices;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// Noise by its random bits u, looked up where a step of the high half h raises it by at most one quantum:
/// <code>
/// noise(u)  = least + 1 where the low half of u exceeds last, else least          h in the upper half
/// noise(~u) = -noise(u)
/// entries [distance of h to the nearer end]      least, and last in the upper 16 bits
/// </code>
/// </summary>
internal sealed class NoiseSteps
{
    private const int Entries = 1 << 15;

    private static readonly Lock Gate = new();
    private static NoiseSteps? _latest;

    private readonly NoiseTable _noise;
    private readonly uint[] _entries = new uint[Entries];
    private readonly int _leastDistance;

    private NoiseSteps(NoiseTable noise)
    {
        _noise = noise;
        for (int a = Entries - 1; a >= 0; a--)
        {
            int h = ushort.MaxValue - a;
            var (least, most) = noise.BoundsQuanta(0, (ushort)h);
            if (most > least + 1 || most > ushort.MaxValue)
            {
                // Noise rises, and its steps become higher, towards the end.
                _leastDistance = a + 1;
                return;
            }
            _entries[a] = (uint)least | (uint)(most == least ? ushort.MaxValue : Last((uint)h << 16, least)) << 16;
        }
    }

    /// <summary>Returns the steps of a symmetric noise. The latest are kept: all layers of a die usually have the same noise.</summary>
    public static NoiseSteps Of(NoiseTable noise)
    {
        lock (Gate) return _latest is { } latest && latest._noise.IsSame(noise) ? latest : _latest = new(noise);
    }

    /// <summary>Computes the noise of neighbouring columns.</summary>
    /// <param name="highs">The high halves of their random bits.</param>
    /// <param name="lows">The low halves.</param>
    /// <param name="noise">The noise, in quanta; written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Quanta(ushort* highs, ushort* lows, int columns, int* noise)
    {
        fixed (uint* entries = _entries)
            for (int column = 0; column < columns; column++)
            {
                // In the lower half: noise(u) = -noise(~u). The mask "lower" complements u and negates the noise there.
                int lower = ~(short)highs[column] >> 15;
                uint entry = entries[(ushort)(highs[column] ^ ~lower)], low = (ushort)(lows[column] ^ lower);
                int upper = (int)((ushort)entry + (((entry >> 16) - low) >> 31));
                noise[column] = (upper ^ lower) - lower;
            }
        for (int column = 0; column < columns; column++)
            if (NarrowNoise.Distance(highs[column]) < _leastDistance)
                noise[column] = (int)_noise.Quanta(0, ((uint)highs[column] << 16) | lows[column]);
    }

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
