using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Identity;

/// <summary>What is compared: a quantized model as OnnxRuntime runs it, and as the engine does.</summary>
/// <param name="Model">The model for OnnxRuntime.</param>
/// <param name="Network">What the importer read from it: the original codes of every layer.</param>
/// <param name="Mapped">The network on the macro's arrays.</param>
internal sealed record IdentitySubject(OnnxModel Model, Network Network, MappedNetwork Mapped);
