namespace ImcEngine;

/// <summary>The versions that every JSON file of the product states.</summary>
public static class ImcVersion
{
    /// <summary>The version of the numerics; every change of code that changes any result raises it. What each changed is in
    /// engine/docs/arithmetic.md.</summary>
    public const int Numerics = 3;

    public static string Product { get; } = typeof(ImcVersion).Assembly.GetName().Version!.ToString(3);
}
