namespace ImcEngine.Randomness;

/// <summary>Which temporal noise a run sees; the die's seed has no part in it, so that noise is paired across dies.</summary>
/// <param name="Run">The run seed.</param>
/// <param name="Repeat">Which repetition.</param>
public readonly record struct NoiseSeed(uint Run, int Repeat = 0);
