namespace ImcEngine.Reference;

/// <summary>One element of the summed axis: a kernel position and a channel of the convolution group.</summary>
/// <param name="Tap">ky * kernelWidth + kx.</param>
/// <param name="Channel">Within the convolution group.</param>
internal readonly record struct Row(int Tap, int Channel);
