namespace ImcEngine.Kernels;

/// <summary>What a die's ADCs make of the sums of a block of columns: each adds plane weight * value(code) to its column's accumulator.</summary>
internal interface IColumnConverter
{
    /// <summary>Whether partial sums in counts are read even where cells deviate.</summary>
    bool ReadsCounts { get; }

    long Bytes { get; }

    /// <param name="sums">Ideal partial sums s, counts; undefined where nothing reads them.</param>
    /// <param name="quanta">4096 s + mismatch.</param>
    void Convert(in BlockConversions at, ReadOnlySpan<int> sums, ReadOnlySpan<int> quanta);
}
