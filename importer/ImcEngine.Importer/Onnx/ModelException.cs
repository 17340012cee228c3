namespace ImcEngine.Importer.Onnx;

/// <summary>A model file cannot be read, or the engine does not support its network.
/// The message names the tensor or node, what was found and what is allowed.</summary>
public sealed class ModelException(string message, Exception? inner = null) : ImcException(message, inner)
{
    /// <summary>What is wrong with which node; null where it is not one node.</summary>
    internal NodeProblem? Problem { get; init; }
}

/// <summary>What is wrong with a node.</summary>
/// <param name="Node">The node's name, or that of its first output.</param>
/// <param name="Operator">The node's operator.</param>
/// <param name="What">A sentence without its full stop.</param>
internal sealed record NodeProblem(string Node, string Operator, string What);
