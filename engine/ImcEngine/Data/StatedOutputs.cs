namespace ImcEngine.Data;

/// <summary>Says that labels were stated as outputs of a network, which may have more of them.</summary>
/// <param name="LargestAt">The file and the line that state the largest.</param>
internal sealed record StatedOutputs(string LargestAt);
