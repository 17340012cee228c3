namespace ImcEngine.Evaluation.Intervals;

/// <summary>A confidence interval.</summary>
public readonly record struct Interval(double Low, double High)
{
    public bool Holds(double number) => number >= Low && number <= High;
}
