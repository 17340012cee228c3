namespace ImcEngine.Kernels.PerConversion;

/// <summary>P(code given ideal partial sum), in units of 2^-32: code = number of k with u >= Cdf[k].</summary>
internal interface ICodeDistribution
{
    /// <summary>The number of distributions: one, or one per plane pair <c>[inputBit, weightBit]</c>.</summary>
    int Distributions { get; }

    long Bytes { get; }

    /// <summary>Returns the cumulative distribution: ascending, 0 .. 2^32, one entry fewer than codes.</summary>
    ReadOnlySpan<ulong> Cdf(int distribution, int partialSum);
}
