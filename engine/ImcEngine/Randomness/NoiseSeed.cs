namespace ImcEngine.Randomness;

/// <summary>The seed of a run's temporal noise. The die's seed is not part of it, so that different dies see the same noise.</summary>
/// <param name="Run">The run's seed.</param>
/// <param name="Repeat">The repetition, from 0.</param>
public readonly record struct NoiseSeed(uint Run, int Repeat = 0);
