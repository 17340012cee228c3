namespace ImcEngine.Kernels.PerConversion;

/// <summary>A distribution of codes for conversions whose matches are bytes.</summary>
internal unsafe interface IByteCodes
{
    /// <summary>The memory of the tables, in bytes.</summary>
    long Bytes { get; }

    /// <summary>Converts some columns.</summary>
    /// <param name="columns">The number of columns. Buffers reach to a multiple of 64.</param>
    /// <param name="matches">The matches of each column.</param>
    /// <param name="driven">The rows of the conversions. No more than 255 of them match in any column.</param>
    /// <param name="highs">The high halves of the random bits.</param>
    /// <param name="codes">The codes; written.</param>
    /// <param name="unsure">For every 64 columns a mask of those whose code is not sure; written.</param>
    void Convert(int columns, byte* matches, in DrivenRows driven, ushort* highs, byte* codes, ulong* unsure);
}
