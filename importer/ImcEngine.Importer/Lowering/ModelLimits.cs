namespace ImcEngine.Importer.Lowering;

/// <summary>
/// The most that a model may ask for. A file of a few bytes can name shapes of any size and read one constant many times. So what it asks
/// for is compared with these limits before memory is allocated. Each is far above any network for images.
/// </summary>
internal static class ModelLimits
{
    /// <summary>Bytes of the model file, and of all elements together that it keeps in other files.</summary>
    public const long MostBytes = 1L << 30;

    /// <summary>Axes of a tensor, the batch included.</summary>
    public const int MostAxes = 8;

    /// <summary>Elements of one image's tensor.</summary>
    public const int MostElements = 1 << 26;

    /// <summary>Weights of all layers together; a weight that several layers read counts for each.</summary>
    public const long MostWeights = 1L << 28;

    /// <summary>Elements of all constants that the network reads, those of ConstantOfShape included.</summary>
    public const long MostConstants = 1L << 28;

    /// <summary>Elements of all constants computed at import: this many, and for each element that the file holds
    /// <see cref="ComputedPerConstant"/> more.</summary>
    public const long MostComputed = 1L << 24;

    /// <inheritdoc cref="MostComputed"/>
    public const int ComputedPerConstant = 16;

    /// <summary>Clips that a quantizer takes into its range of codes.</summary>
    public const int MostClips = 16;
}
