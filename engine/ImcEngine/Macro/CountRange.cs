namespace ImcEngine.Macro;

/// <summary>The first and the last level of a uniform ADC, counts.</summary>
public readonly record struct CountRange(double LowCounts, double HighCounts);
