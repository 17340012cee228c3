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
    void Store(int output, int firstPixel, ReadOnlySpan<int> sums);
}

/// <summary>Sums in the accumulator's unit, <c>[outputChannel, pixel]</c>.</summary>
internal readonly unsafe struct SumRows(long* sums, int pixels, AffineCodes codes) : IRowSink
{
    public void Store(int output, int firstPixel, ReadOnlySpan<int> ofPixels)
    {
        long* to = sums + (long)output * pixels + firstPixel;
        for (int i = 0; i < ofPixels.Length; i++) to[i] = ofPixels[i] * codes.Step + codes.First;
    }
}

/// <summary>Results, <c>[outputChannel, pixel]</c>: (float)sum * scale + shift, multiplication and addition rounded separately; sums stay within 2^24.</summary>
internal readonly unsafe struct ResultRows(float* results, int pixels, AffineCodes codes, float[] scale, float[] shift) : IRowSink
{
    public void Store(int output, int firstPixel, ReadOnlySpan<int> sums)
    {
        float* to = results + (long)output * pixels + firstPixel;
        int step = (int)codes.Step, first = (int)codes.First, i = 0;
        ref int from = ref MemoryMarshal.GetReference(sums);
        Vector512<float> scales = Vector512.Create(scale[output]), shifts = Vector512.Create(shift[output]);
        for (; i <= sums.Length - Vector512<int>.Count; i += Vector512<int>.Count)
        {
            var sum = Vector512.LoadUnsafe(ref from, (nuint)i);
            if (step != 1) sum *= step; // the slowest of these operations
            (Vector512.ConvertToSingle(sum + Vector512.Create(first)) * scales + shifts).Store(to + i);
        }
        for (; i < sums.Length; i++) to[i] = (float)(sums[i] * step + first) * scale[output] + shift[output];
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
