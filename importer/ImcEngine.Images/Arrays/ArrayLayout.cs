namespace ImcEngine.Images.Arrays;

/// <summary>Where an array of images has its channels.</summary>
internal enum ArrayLayout
{
    /// <summary><c>[image, channel, y, x]</c>.</summary>
    Nchw,

    /// <summary><c>[image, y, x, channel]</c>.</summary>
    Nhwc,
}
