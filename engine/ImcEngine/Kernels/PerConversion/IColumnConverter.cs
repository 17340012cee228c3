namespace ImcEngine.Kernels.PerConversion;

/// <summary>The ADCs of a die. For each column, a conversion adds plane weight * level(code) to the column's sum.</summary>
internal interface IColumnConverter
{
    /// <summary>Whether it reads <see cref="PlaneConversions.Highs"/>, so that the caller must draw them.</summary>
    bool Draws { get; }

    /// <summary>Whether it reads <see cref="PlaneConversions.Lows"/> too.</summary>
    bool DrawsLows => false;

    /// <summary>Whether it takes counts as bytes where no count exceeds one.</summary>
    bool TakesBytes => false;

    /// <summary>The sums to which it adds.</summary>
    CodeSums Sums { get; }

    long Bytes { get; }

    void Convert(in PlaneConversions at);
}
