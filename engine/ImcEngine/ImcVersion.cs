namespace ImcEngine;

/// <summary>Stands in every JSON that the product writes.</summary>
public static class ImcVersion
{
    /// <summary>Raised by every change of code that changes any result.</summary>
    public const int Numerics = 1;

    public static string Product { get; } = typeof(ImcVersion).Assembly.GetName().Version!.ToString(3);
}
