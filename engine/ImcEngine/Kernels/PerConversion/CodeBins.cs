using System.Numerics;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>The codes of one partial sum by the upper bits of u, one per bin.</summary>
internal static class CodeBins
{
    /// <summary>What a bin holds whose upper bits do not decide the code, or whose code exceeds a byte.</summary>
    public const byte Unsure = byte.MaxValue;

    /// <summary>Writes the bins of a distribution.</summary>
    /// <param name="cdf">The steps of u at which the code rises, as <see cref="ICodeDistribution"/> has them.</param>
    /// <param name="bins">The bins, a power of two of them.</param>
    public static void Fill(ReadOnlySpan<ulong> cdf, Span<byte> bins)
    {
        int shift = 32 - BitOperations.Log2((uint)bins.Length);
        for (int bin = 0, code = 0; bin < bins.Length; bin++)
        {
            while (code < cdf.Length && cdf[code] <= (ulong)bin << shift) code++;
            bool isSure = code < Unsure && (code == cdf.Length || cdf[code] >= (ulong)(bin + 1) << shift);
            bins[bin] = (byte)(isSure ? code : Unsure);
        }
    }
}
