namespace ImcEngine.Images.Pictures;

/// <summary>The channels that a network takes.</summary>
internal enum ChannelOrder
{
    /// <summary>Red, green, blue; gray is repeated.</summary>
    Rgb,

    /// <summary>Blue, green, red; gray is repeated.</summary>
    Bgr,

    /// <summary>One channel of brightness.</summary>
    Gray,
}
