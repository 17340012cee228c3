namespace ImcEngine.Images.Pictures;

/// <summary>The passes of <see cref="Resampling"/> over one type of element.</summary>
internal interface IResamplingPasses<T>
    where T : unmanaged
{
    /// <summary>Resizes lines.</summary>
    /// <param name="lines">Lines of <paramref name="width"/> elements.</param>
    /// <param name="weights">Weights of the elements of a line.</param>
    /// <param name="width">The length of a line.</param>
    /// <param name="destination">Receives as many lines of <c>weights.Outputs</c> elements.</param>
    static abstract void AlongRows(ReadOnlySpan<T> lines, ResamplingWeights weights, int width, Span<T> destination);

    /// <summary>Resizes the columns of one plane.</summary>
    /// <param name="plane">Lines of <paramref name="width"/> elements.</param>
    /// <param name="weights">Weights of the lines.</param>
    /// <param name="width">The length of a line.</param>
    /// <param name="destination">Receives <c>weights.Outputs</c> lines of the same length.</param>
    static abstract void AlongColumns(ReadOnlySpan<T> plane, ResamplingWeights weights, int width, Span<T> destination);
}
