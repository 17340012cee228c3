using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>Where a bit-sliced kernel's sums of codes go.</summary>
internal interface IRowSink
{
    /// <param name="output">Output channel.</param>
    /// <param name="firstPixel">Of the output.</param>
    /// <param name="sums">Sums of codes times plane weights of neighbouring pixels.</param>
    /// <param name="rests">Those of rests; empty for none.</param>
    void Store(int output, int firstPixel, ReadOnlySpan<int> sums, ReadOnlySpan<int> rests);
}

/// <summary>Sums in the accumulator's unit, <c>[outputChannel, pixel]</c>.</summary>
internal readonly unsafe struct SumRows(long* sums, int pixels, AffineCodes codes) : IRowSink
{
    public void Store(int output, int firstPixel, ReadOnlySpan<int> ofPixels, ReadOnlySpan<int> rests)
    {
        long* to = sums + (long)output * pixels + firstPixel;
        for (int i = 0; i < ofPixels.Length; i++) to[i] = ofPixels[i] * codes.Step + codes.First;
        for (int i = 0; i < rests.Length; i++) to[i] += rests[i] * codes.RestUnit;
    }
}

/// <summary>Results, <c>[outputChannel, pixel]</c>: (float)sum * scale + shift, and what is added to them; every operation rounded by itself; sums stay within 2^24.</summary>
/// <param name="addend">As results; null for nothing.</param>
internal readonly unsafe struct ResultRows(float* results, int pixels, AffineCodes codes, float[] scale, float[] shift, float* addend = null) : IRowSink
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Store(int output, int firstPixel, ReadOnlySpan<int> sums, ReadOnlySpan<int> rests)
    {
        long at = (long)output * pixels + firstPixel;
        float* to = results + at, added = addend is null ? null : addend + at;
        int step = (int)codes.Step, first = (int)codes.First, restUnit = (int)codes.RestUnit, i = 0;
        ref int from = ref MemoryMarshal.GetReference(sums), restsFrom = ref MemoryMarshal.GetReference(rests);
        Vector512<float> scales = Vector512.Create(scale[output]), shifts = Vector512.Create(shift[output]);
        for (; i <= sums.Length - Vector512<int>.Count; i += Vector512<int>.Count)
        {
            var sum = Vector512.LoadUnsafe(ref from, (nuint)i);
            if (step != 1) sum *= step; // the slowest of these operations
            if (!rests.IsEmpty) sum += Vector512.LoadUnsafe(ref restsFrom, (nuint)i) * restUnit;
            var result = Vector512.ConvertToSingle(sum + Vector512.Create(first)) * scales + shifts;
            if (added is not null) result += Vector512.Load(added + i);
            result.Store(to + i);
        }
        for (; i < sums.Length; i++)
        {
            int sum = sums[i] * step + first + (rests.IsEmpty ? 0 : rests[i] * restUnit);
            float result = sum * scale[output] + shift[output];
            to[i] = added is null ? result : result + added[i];
        }
    }
}

/// <summary>A kernel that scales its sums as it stores them.</summary>
internal interface IScalingKernel : ILayerKernel
{
    /// <summary>As <see cref="ILayerKernel.Run"/>, into float results.</summary>
    /// <param name="scale">Per output channel, of sums in the accumulator's unit, which stay within 2^24.</param>
    /// <param name="shift">Per output channel.</param>
    /// <param name="results"><c>[outputChannel, pixel]</c>; only the named pixels are written.</param>
    void Run(ReadOnlySpan<short> codes, PackedImage planes, int firstPixel, int pixels, KernelScratch scratch, float[] scale, float[] shift, Span<float> results);
}
