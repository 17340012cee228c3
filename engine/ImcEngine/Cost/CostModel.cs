namespace ImcEngine.Cost;

/// <summary>What is said of a model wherever one of its numbers is printed.</summary>
/// <param name="Name">A short name that stands in the line of a number.</param>
/// <param name="Formula">The formula with its constants and units.</param>
/// <param name="Source">The publication or program that the formula is of.</param>
/// <param name="Validity">The range that the source checked.</param>
internal sealed record CostModel(string Name, string Formula, string Source, string Validity);
