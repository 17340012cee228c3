using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Importer.Quantization;

/// <summary>A layer as it will run on the macro, known before its codes are.</summary>
internal sealed record PlannedLayer(string Name, ConvGeometry Geometry, OperandFormat Input, OperandFormat Weight);

/// <summary>A layer that stays digital.</summary>
/// <param name="Why">The reason, a sentence without its full stop.</param>
internal sealed record KeptLayer(string Name, string Why);

/// <summary>What <see cref="PostTrainingQuantizer"/> will make of a float network, found without images.</summary>
/// <param name="OnMacro">Layers on the macro, in graph order.</param>
/// <param name="Digital">Layers that stay digital, in graph order.</param>
internal sealed record QuantizationOutline(IReadOnlyList<PlannedLayer> OnMacro, IReadOnlyList<KeptLayer> Digital);
