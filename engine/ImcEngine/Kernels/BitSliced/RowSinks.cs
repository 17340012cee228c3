using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.Kernels.Adc;

namespace ImcEngine.Kernels.BitSliced;

/// <summary>The sums of a bit-sliced kernel for some neighbouring outputs and pixels, <c>[output, pixel]</c>.</summary>
/// <param name="sums">The sums of codes times plane weights.</param>
/// <param name="residuals">The sums of residuals, in the same layout; null for none.</param>
/// <param name="stride">The distance from one output's sums to the next one's.</param>
internal readonly unsafe struct SumTile(int* sums, int* residuals, int stride, int outputs, int pixels)
{
    public readonly int Outputs = outputs, Pixels = pixels;

    public bool HasResiduals => residuals is not null;

    /// <summary>Returns the sums of codes of one output.</summary>
    public int* Sums(int output) => sums + (long)output * stride;

    /// <summary>Returns the sums of residuals of one output; null where there are none.</summary>
    public int* Residuals(int output) => HasResiduals ? residuals + (long)output * stride : null;

    public SumTile OfPixels(int first, int count) => new(sums + first, HasResiduals ? residuals + first : null, stride, Outputs, count);
}

/// <summary>Takes the sums of a bit-sliced kernel, output by output.</summary>
internal interface IRowSink
{
    /// <summary>Stores the sums of a tile.</summary>
    /// <param name="firstOutput">The output channel of the tile's first output.</param>
    /// <param name="firstPixel">The first output pixel of the tile, row-major.</param>
    void Store(int firstOutput, int firstPixel, in SumTile tile);
}

/// <summary>Stores sums in the accumulator's unit, <c>[outputChannel, pixel]</c>.</summary>
internal readonly unsafe struct SumRows(long* sums, int pixels, AccumulatorDecoding codes) : IRowSink
{
    public void Store(int firstOutput, int firstPixel, in SumTile tile)
    {
        for (int output = 0; output < tile.Outputs; output++)
        {
            long* to = sums + (long)(firstOutput + output) * pixels + firstPixel;
            int* from = tile.Sums(output), residuals = tile.Residuals(output);
            for (int i = 0; i < tile.Pixels; i++)
                to[i] = from[i] * codes.Step + codes.First + (residuals is null ? 0 : residuals[i] * codes.ResidualUnit);
        }
    }
}

/// <summary>Stores results, <c>[outputChannel, pixel]</c>: (float)sum * scale + shift, plus the addend. Every operation is rounded
/// separately. The sums stay within 2^24.</summary>
/// <param name="addend">Added to the results and laid out like them; null to add nothing.</param>
internal readonly unsafe struct ResultRows(float* results, int pixels, AccumulatorDecoding codes, float[] scale, float[] shift,
    float* addend = null) : IRowSink
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Store(int firstOutput, int firstPixel, in SumTile tile)
    {
        // Prefetches the place of this image's next tile, which is stored after the tiles of the other images.
        long ahead = (long)tile.Outputs * pixels;
        for (int output = 0; output < tile.Outputs; output++)
        {
            long at = (long)(firstOutput + output) * pixels + firstPixel;
            if (Sse.IsSupported) Sse.Prefetch0(results + at + ahead);
            if (Sse.IsSupported && addend is not null) Sse.Prefetch0(addend + at + ahead);
            Store(tile.Sums(output), tile.Residuals(output), tile.Pixels, scale[firstOutput + output], shift[firstOutput + output],
                results + at, addend is null ? null : addend + at);
        }
    }

    /// <summary>Each of these calls is inlined with its own constants, so that its loop does not test for residuals or an addend.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store(int* sums, int* residuals, int count, float scale, float shift, float* to, float* added)
    {
        if (residuals is not null) Store(sums, residuals, hasResiduals: true, count, scale, shift, to, added, isAdded: added is not null);
        else if (added is not null) Store(sums, residuals, hasResiduals: false, count, scale, shift, to, added, isAdded: true);
        else Store(sums, residuals, hasResiduals: false, count, scale, shift, to, added, isAdded: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store(int* sums, int* residuals, bool hasResiduals, int count, float scale, float shift, float* to, float* added,
        bool isAdded)
    {
        int step = (int)codes.Step, first = (int)codes.First, residualUnit = (int)codes.ResidualUnit, i = 0;
        // Vectors are not wider, since a thread's part of a small layer is eight pixels.
        Vector256<float> scales = Vector256.Create(scale), shifts = Vector256.Create(shift);
        Vector256<int> steps = Vector256.Create(step), firsts = Vector256.Create(first), residualUnits = Vector256.Create(residualUnit);
        for (; i <= count - Vector256<int>.Count; i += Vector256<int>.Count)
        {
            var sum = Vector256.Load(sums + i) * steps + firsts;
            if (hasResiduals) sum += Vector256.Load(residuals + i) * residualUnits;
            var result = Vector256.ConvertToSingle(sum) * scales + shifts;
            if (isAdded) result += Vector256.Load(added + i);
            result.Store(to + i);
        }
        for (; i < count; i++)
        {
            int sum = sums[i] * step + first + (hasResiduals ? residuals[i] * residualUnit : 0);
            float result = sum * scale + shift;
            to[i] = isAdded ? result + added[i] : result;
        }
    }
}
