namespace ImcEngine.Kernels.PerConversion;

/// <summary>What a die's ADCs make of the sums of some columns: each adds plane weight * value(code) to its column's sum.</summary>
internal interface IColumnConverter
{
    /// <summary>Whether it reads random bits.</summary>
    bool Draws { get; }

    /// <summary>What the sums hold.</summary>
    CodeSums Sums { get; }

    long Bytes { get; }

    void Convert(in DieConversions at);
}
