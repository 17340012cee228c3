using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>One of a network's outputs among all of its numbers.</summary>
/// <param name="Name">The name in the network's file.</param>
/// <param name="First">The place of its first number.</param>
/// <param name="Count">How many numbers it has for an image.</param>
internal sealed record OutputPart(string Name, int First, int Count);

/// <summary>All outputs of a network as one: each is flattened, and they stand one behind the other in the order of the file. What runs a
/// network of one output thus runs one of several.</summary>
internal static class JoinedOutputs
{
    private const string Name = "imc.outputs";

    /// <summary>Replaces the outputs by the joined one.</summary>
    public static void Join(OnnxGraph graph)
    {
        var outputs = graph.Outputs;
        string[] flat = [.. outputs.Select((_, i) => $"{Name}.{i}")];
        for (int i = 0; i < outputs.Count; i++)
            graph.Nodes.Add(new() { Operator = "Flatten", Name = flat[i], Inputs = [outputs[i].Name!], Outputs = [flat[i]] });
        graph.Nodes.Add(new()
        {
            Operator = "Concat", Name = Name, Inputs = [.. flat], Outputs = [Name], Attributes = [OnnxBuilder.Attribute("axis", 1L)],
        });
        graph.Outputs = [new() { Name = Name, Type = TypeOf(outputs[0]) }];
    }

    /// <summary>Whether the model's outputs were joined.</summary>
    public static bool AreIn(OnnxModel model) => model.Graph?.Outputs is [{ Name: Name }];

    /// <summary>Returns the names of the outputs that were joined, in order.</summary>
    public static string[] NamesIn(OnnxModel model) =>
        [.. model.Graph!.Nodes.Where(node => node.Name?.StartsWith($"{Name}.", StringComparison.Ordinal) == true)
            .Select(node => node.Inputs[0])];

    /// <summary>Returns the outputs that were joined.</summary>
    /// <param name="names">Their names.</param>
    /// <param name="network">The network that computes them.</param>
    public static IReadOnlyList<OutputPart> PartsOf(IReadOnlyList<string> names, Network network)
    {
        int[] tensors = network.Nodes.LastOrDefault(node => node.Result == network.OutputTensor) is ConcatNode joined && names.Count > 1
            ? joined.Inputs : [network.OutputTensor];
        var parts = new List<OutputPart>();
        for (int i = 0, first = 0; i < names.Count; first += parts[i].Count, i++)
            parts.Add(new(names[i], first, network.Tensors[tensors[i]].Shape.Count));
        return parts;
    }

    /// <summary>Returns the type of the joined output: elements as those of the first one, in two axes of open size.</summary>
    private static OnnxType? TypeOf(OnnxValueInfo output) => output.Type?.Tensor is not { } tensor ? null
        : new() { Tensor = new() { ElementType = tensor.ElementType, Shape = new() { Dimensions = [new(), new()] } } };
}
