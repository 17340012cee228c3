namespace ImcEngine.Importer.Onnx;

/// <summary>A model file that cannot be read, or a network that the engine does not support:
/// names the tensor or node, what was found and what is allowed.</summary>
public sealed class ModelException(string message, Exception? inner = null) : ImcException(message, inner);
