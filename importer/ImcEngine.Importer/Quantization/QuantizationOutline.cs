using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Importer.Quantization;

/// <summary>A layer as it will run on the macro, known before its codes are.</summary>
internal sealed record PlannedLayer(string Name, ConvGeometry Geometry, OperandFormat Input, OperandFormat Weight);

/// <summary>What <see cref="PostTrainingQuantizer"/> will make of a float network, found without images.</summary>
/// <param name="OnMacro">Layers on the macro, in graph order.</param>
/// <param name="Digital">Names of the layers that stay digital, in graph order.</param>
internal sealed record QuantizationOutline(IReadOnlyList<PlannedLayer> OnMacro, IReadOnlyList<string> Digital);
