namespace ImcEngine.Reference;

/// <summary>One row of the summed dimension: a kernel position and a channel of the convolution group.</summary>
/// <param name="Tap">ky * kernelWidth + kx.</param>
/// <param name="Channel">The channel in the convolution group.</param>
internal readonly record struct Row(int Tap, int Channel);
