namespace ImcEngine.Evaluation.Optimization;

/// <summary>
/// What a setting has to reach. Both kinds of goal bound a loss, the mean over images of
/// <code>
/// reference - correct     correct: 1 or 0, with several dies their mean
///                         reference: 1 or 0, whether the digital network is right; 1 for a goal of accuracy
/// </code>
/// so an accuracy of at least Y is a loss of at most 1 - Y against the labels.
/// </summary>
/// <param name="MostLoss">The greatest loss, a fraction of images.</param>
/// <param name="IsAccuracy">Whether the loss is against the labels; else it is against the digital network.</param>
/// <param name="Yield">The share of dies that must reach the goal each; null: the mean of dies decides alone.</param>
internal sealed record Goal(double MostLoss, bool IsAccuracy = false, double? Yield = null)
{
    /// <summary>The probability that any confirmed setting truly loses more than it may.</summary>
    public const double Alpha = 0.05;

    /// <summary>Returns the reference of each image.</summary>
    /// <param name="digital">Whether the digital network is right.</param>
    public bool[] ReferenceOf(bool[] digital) => IsAccuracy ? [.. digital.Select(_ => true)] : digital;
}
