using ImcEngine.Randomness;

namespace ImcEngine.Kernels;

/// <summary>The part of the key of temporal draws that does not come from the conversion's place in its layer.</summary>
/// <param name="Image">The index of the image in its data source, never its position in a batch.</param>
/// <param name="Noise">The run's noise seed.</param>
internal readonly record struct RunContext(int Image, NoiseSeed Noise);
