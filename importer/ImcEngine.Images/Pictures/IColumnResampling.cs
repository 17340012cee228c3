namespace ImcEngine.Images.Pictures;

/// <summary>The pass of <see cref="Resampling"/> over one type of element.</summary>
internal interface IColumnResampling<T>
    where T : unmanaged
{
    /// <summary>Resizes the columns of one plane.</summary>
    /// <param name="plane">Lines of <paramref name="width"/> elements.</param>
    /// <param name="weights">Weights of the lines.</param>
    /// <param name="width">The length of a line.</param>
    /// <param name="destination">Receives <c>weights.Outputs</c> lines of the same length.</param>
    static abstract void Resize(ReadOnlySpan<T> plane, ResamplingWeights weights, int width, Span<T> destination);
}
