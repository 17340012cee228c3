using ImcEngine.Randomness;

namespace ImcEngine.Kernels;

/// <summary>What temporal draws depend on besides the conversion's place in its layer.</summary>
/// <param name="Image">Index of the record in its data source, never a position in a batch.</param>
/// <param name="Noise">Of the run.</param>
internal readonly record struct RunContext(int Image, NoiseSeed Noise);
