namespace ImcEngine.Importer.Onnx;

/// <summary>A model file cannot be read, or the engine does not support its network.
/// The message names the tensor or node, what was found and what is allowed.</summary>
public sealed class ModelException(string message, Exception? inner = null) : ImcException(message, inner);
