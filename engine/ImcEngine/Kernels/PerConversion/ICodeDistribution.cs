namespace ImcEngine.Kernels.PerConversion;

/// <summary>P(code given ideal partial sum), in steps of 2^-32: code = number of k with u >= Cdf[k].</summary>
internal interface ICodeDistribution
{
    /// <summary>One, or one per plane pair <c>[inputBit, weightBit]</c>.</summary>
    int Distributions { get; }

    long Bytes { get; }

    /// <summary>Ascending, 0 .. 2^32; one fewer than codes.</summary>
    ReadOnlySpan<ulong> Cdf(int distribution, int partialSum);
}
