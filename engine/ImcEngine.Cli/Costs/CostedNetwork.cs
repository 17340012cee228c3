using System.Text.Json.Nodes;
using ImcEngine.Cost;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Costs;

/// <summary>A network, the hardware that it is on, and what that costs.</summary>
/// <param name="Name">The network's name.</param>
/// <param name="Model">The file, as <see cref="JsonOutput.OfModel"/> writes it.</param>
/// <param name="Run">The run specification.</param>
/// <param name="IsQuantizedAlready">Whether the file holds codes.</param>
/// <param name="Cost">The cost.</param>
/// <param name="MeasuredOn">The images on which driven products were measured, in words; null: bounds.</param>
internal sealed record CostedNetwork(string Name, JsonObject Model, RunSpec Run, bool IsQuantizedAlready, NetworkCost Cost,
    string? MeasuredOn);
