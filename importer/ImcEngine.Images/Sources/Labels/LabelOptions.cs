namespace ImcEngine.Images.Sources.Labels;

/// <summary>What a user says about labels.</summary>
/// <param name="LabelsFile">The file of <c>--labels</c>; null: the data's own labels.</param>
/// <param name="ClassOrderFile">The file of <c>--class-order</c>; null: no class order.</param>
/// <param name="Outputs">What the network's outputs stand for; stated where there is a class order.</param>
internal sealed record LabelOptions(string? LabelsFile = null, string? ClassOrderFile = null, OutputOrder? Outputs = null);
