using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// What a user chooses where a file leaves it open: the size of an image, and one of several outputs. A model with the choice applied is
/// one whose input is closed but for the batch, with one output.
/// </summary>
/// <param name="Output">Name of an output; null: the only one, or the only one of [batch, classes].</param>
/// <param name="InputShape">Sizes of one image, in the file's order of axes or channels first; null: those of the file.</param>
/// <param name="Note">Is told which of several outputs was taken where none is named.</param>
/// <param name="AllOutputs">Whether the outputs are no classes, and all are taken.</param>
internal sealed record NetworkChoice(string? Output = null, int[]? InputShape = null, Action<string>? Note = null,
    bool AllOutputs = false)
{
    private const int MostNamed = 8;

    public static NetworkChoice None { get; } = new();

    /// <summary>Returns the choice as text for the keys of stored results; empty if nothing is chosen.</summary>
    public string Text => (Output is null ? "" : $";output={Output}")
        + (InputShape is null ? "" : $";inputShape={string.Join("x", InputShape)}");

    /// <summary>The choice of a network that belongs to the chosen one: its outputs may have other names.</summary>
    public NetworkChoice ForPartner(OnnxModel model) =>
        model.Graph?.Outputs.Exists(output => output.Name == Output) == true ? this : this with { Output = null };

    /// <summary>Applies the choice to the model.</summary>
    /// <param name="data">Sizes of the images that will run, for axes that nothing else closes; null where no images run.</param>
    /// <exception cref="ModelException">There is no such output, none is named of several, or the sizes do not fit the input.</exception>
    public void Apply(OnnxModel model, ReadOnlySpan<int> data = default)
    {
        if (model.Graph is not { } graph) return;
        if (AllOutputs && graph.Outputs.Count > 0) JoinedOutputs.Join(graph);
        else graph.Outputs = [OutputOf(graph)];
        var initializers = graph.Initializers.Select(tensor => tensor.Name).ToHashSet();
        if (graph.Inputs.Where(input => !initializers.Contains(input.Name)).ToList() is not [{ Type.Tensor.Shape: { } shape } input])
            return;
        bool isOpen = shape.Dimensions.Skip(1).Any(size => size.Size is not > 0);
        if (InputShape is not null) Close(model, input, shape, InputShape);
        else if (isOpen && data.Length == shape.Dimensions.Count - 1) Close(model, input, shape, data);
    }

    /// <summary>The names of a graph's outputs, with their sizes where the file states them.</summary>
    public static string Outputs(OnnxGraph graph) => Listed(graph.Outputs, output => output.Type?.Tensor?.Shape is { } shape
        ? $"{output.Name} [{string.Join(", ", shape.Dimensions.Select(size => size.Symbol ?? size.Size?.ToString() ?? "?"))}]"
        : output.Name!);

    public static string Names(IReadOnlyList<OnnxValueInfo> tensors) => Listed(tensors, tensor => tensor.Name!);

    private static string Listed(IReadOnlyList<OnnxValueInfo> tensors, Func<OnnxValueInfo, string> text) =>
        string.Join(", ", tensors.Take(MostNamed).Select(text)) + (tensors.Count > MostNamed ? ", ..." : "");

    private OnnxValueInfo OutputOf(OnnxGraph graph)
    {
        if (Output is not null)
            return graph.Outputs.Find(output => output.Name == Output)
                ?? throw new ModelException($"--output is '{Output}'; the network's outputs are {Outputs(graph)}.");
        if (graph.Outputs.Count == 0) throw new ModelException("The network has no outputs. Export it with the logits as its output.");
        if (graph.Outputs.Count == 1) return graph.Outputs[0];
        if (graph.Outputs.Where(output => output.Type?.Tensor?.Shape?.Dimensions.Count == 2).ToList() is not [var logits])
            throw new ModelException($"The network has {graph.Outputs.Count} outputs: {Outputs(graph)}. One is needed; name it with "
                + "--output. 'imc compare --all-outputs' finds the SQNR of each.");
        Note?.Invoke($"Of the network's outputs ({Outputs(graph)}) '{logits.Name}' is taken, the only one of [batch, classes]; "
            + "--output names another.");
        return logits;
    }

    /// <summary>Writes sizes into the input: in the file's order, or channels first where the file has them last.</summary>
    private static void Close(OnnxModel model, OnnxValueInfo input, OnnxShape shape, ReadOnlySpan<int> given)
    {
        int[] sizes = given.ToArray();
        if (sizes.Length == shape.Dimensions.Count) sizes = sizes[1..];
        bool Fits(int[] axes) => axes.Length == shape.Dimensions.Count - 1
            && axes.Zip(shape.Dimensions.Skip(1)).All(pair => pair.Second.Size is not > 0 || pair.Second.Size == pair.First);
        if (sizes.Length == 3 && ImageInput.IsChannelsLast(model, input.Name!) && Fits([sizes[1], sizes[2], sizes[0]]))
            sizes = [sizes[1], sizes[2], sizes[0]];
        if (!Fits(sizes))
            throw new ModelException($"Images of {string.Join("x", given.ToArray())} do not fit graph input '{input.Name}', which is "
                + $"[{string.Join(", ", shape.Dimensions.Select(size => size.Symbol ?? size.Size?.ToString() ?? "?"))}], the batch first. "
                + "Give sizes for its axes behind the batch, e.g. --input-shape 3x224x224.");
        for (int axis = 0; axis < sizes.Length; axis++) shape.Dimensions[axis + 1] = new() { Size = sizes[axis] };
    }
}
