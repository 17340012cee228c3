using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// The one input of a network: as the file has it, and as the engine takes it, without the batch and channels first.
/// <code>
/// [batch, 3, 32, 32]                                          [3, 32, 32]
/// [batch, 32, 32, 3], whose image only goes through           [3, 32, 32]: images are [channel, y, x], and what OnnxRuntime is
/// operators of elements to Transpose(0, 3, 1, 2)              given is put in the file's order
/// </code>
/// </summary>
/// <param name="Type">Float, Float16, or an <see cref="IntegerInput"/>.</param>
/// <param name="Shape">Of one image, as the engine takes it.</param>
/// <param name="FixedBatch">Images per run; null where it is free.</param>
/// <param name="ChannelsLast">Whether the file has the axis of channels behind y and x.</param>
/// <param name="Transposed">The tensor that has channels first, if a node makes it of the input itself.</param>
internal sealed record ImageInput(string Name, OnnxDataType Type, TensorShape Shape, int? FixedBatch, bool ChannelsLast,
    string? Transposed)
{
    private static readonly long[] FirstOfLast = [0, 3, 1, 2], LastOfFirst = [0, 2, 3, 1];

    public static ReadOnlySpan<long> ToChannelsFirst => FirstOfLast;
    public static ReadOnlySpan<long> ToChannelsLast => LastOfFirst;

    /// <exception cref="ModelException">There is not one input, or it is of a type or shape that is not supported.</exception>
    public static ImageInput Of(GraphIndex graph)
    {
        if (graph.Inputs.Count != 1)
            throw new ModelException($"The graph has {graph.Inputs.Count} inputs ({NetworkChoice.Names(graph.Inputs)}); "
                + "supported is one, the image.");
        var info = graph.Inputs[0];
        var type = info.Type?.Tensor;
        if (type?.Shape is null || type.Shape.Dimensions.Count is < 2 or > 4
            || ((OnnxDataType)type.ElementType is not (OnnxDataType.Float or OnnxDataType.Float16)
                && IntegerInput.Of((OnnxDataType)type.ElementType) is null))
            throw new ModelException($"Graph input '{info.Name}' must be of Float, Float16, UInt8, Int8 or Int32, "
                + "[batch, channel, y, x], [batch, channel, x] or [batch, feature]; "
                + $"it is of type {(OnnxDataType)(type?.ElementType ?? 0)} with {type?.Shape?.Dimensions.Count ?? 0} axes.");
        int[] sizes = Sizes(info, type.Shape.Dimensions);
        bool channelsLast = sizes.Length == 3 && IsChannelsLast(graph.Model, info.Name!);
        if (channelsLast) sizes = [sizes[2], sizes[0], sizes[1]];
        return new(info.Name!, (OnnxDataType)type.ElementType, Checked(info, sizes), Batch(info, type.Shape.Dimensions[0]), channelsLast,
            channelsLast ? Readers(graph.Model.Graph!, info.Name!)
                .FirstOrDefault(node => node.Operator == "Transpose" && node.Outputs[0] != info.Name)?.Outputs[0] : null);
    }

    /// <summary>Whether the image is [y, x, channel] in the file: nothing but operators of elements, and those that pad, cut or join along
    /// an axis, stands between the input and Transposes to [channel, y, x].</summary>
    public static bool IsChannelsLast(OnnxModel model, string input)
    {
        if (model.Metadata.Find(entry => entry.Key == ModelMetadata.InputOrder) is { } stated)
            return stated.Value is ModelMetadata.OrderOfFile or ModelMetadata.OrderChannelsLast
                ? stated.Value == ModelMetadata.OrderChannelsLast
                : throw new ModelException($"Metadata {ModelMetadata.InputOrder} is '{stated.Value}'; supported are "
                    + $"'{ModelMetadata.OrderOfFile}' and '{ModelMetadata.OrderChannelsLast}'. "
                    + "Leave it out to have it found in the graph.");
        var graph = model.Graph!;
        var readers = graph.Nodes.SelectMany(node => node.Inputs.Distinct(), (node, tensor) => (node, tensor))
            .ToLookup(pair => pair.tensor, pair => pair.node);
        var outputs = graph.Outputs.Select(output => output.Name).ToHashSet();
        var seen = new HashSet<string>();
        var open = new Stack<string>([input]);
        bool found = false;
        while (open.TryPop(out string? tensor))
        {
            if (!seen.Add(tensor)) continue;
            if (outputs.Contains(tensor)) return false;
            foreach (var node in readers[tensor])
                if (node.Operator == "Transpose")
                {
                    if (Perm(node) is not { } perm || !perm.AsSpan().SequenceEqual(ToChannelsFirst)) return false;
                    found = true;
                }
                else if ((AxisOrders.KeepsPlaces(node.Operator!) || node.Operator is "Concat" or "Pad" or "Slice" or "Split")
                    && node.Outputs.Count > 0)
                {
                    foreach (string output in node.Outputs.Where(output => output.Length > 0)) open.Push(output);
                }
                else
                {
                    return false;
                }
        }
        return found;
    }

    /// <summary>Writes the order of the image's axes into a model that was made of another, where its nodes alone would give another order:
    /// Transposes and operators of elements may have been removed, or tensors in front of them made outputs.</summary>
    public static void KeepOrder(OnnxModel original, OnnxModel made)
    {
        if (made.Graph!.Inputs is not [{ Name: { } name, Type.Tensor.Shape.Dimensions.Count: 4 }]) return;
        bool isChannelsLast = IsChannelsLast(original, name);
        if (IsChannelsLast(made, name) != isChannelsLast)
            ModelMetadata.Set(made, ModelMetadata.InputOrder,
                isChannelsLast ? ModelMetadata.OrderChannelsLast : ModelMetadata.OrderOfFile);
    }

    /// <summary>The order of axes that a Transpose names; null for none.</summary>
    public static long[]? Perm(OnnxNode transpose) => transpose.Attributes.Find(attribute => attribute.Name == "perm")?.Ints;

    private static IEnumerable<OnnxNode> Readers(OnnxGraph graph, string tensor) =>
        graph.Nodes.Where(node => node.Inputs.Contains(tensor) && node.Outputs.Count > 0);

    private static int[] Sizes(OnnxValueInfo info, List<OnnxDimension> dims)
    {
        var sizes = new int[dims.Count - 1];
        for (int axis = 1; axis < dims.Count; axis++)
            sizes[axis - 1] = dims[axis].Size is long size && size is > 0 and <= int.MaxValue
                ? (int)size
                : throw new ModelException($"Graph input '{info.Name}' has size '{dims[axis].Symbol ?? dims[axis].Size?.ToString()}' at "
                    + $"axis {axis}; only axis 0 (the batch) may be open. Say how large an image is with --input-shape, "
                    + "e.g. --input-shape 3x224x224, or export the model with a fixed image size.");
        return sizes;
    }

    private static int? Batch(OnnxValueInfo info, OnnxDimension batch) => batch.Size switch
    {
        null or < 0 => null,
        > 0 and <= int.MaxValue and var size => (int)size,
        var size => throw new ModelException($"Graph input '{info.Name}' has size {size} at axis 0, the batch; it must be open, or 1 to "
            + $"{int.MaxValue}. Export the model with an open batch."),
    };

    private static TensorShape Checked(OnnxValueInfo info, int[] sizes)
    {
        try
        {
            var shape = new TensorShape(sizes);
            return shape.Count <= ModelLimits.MostElements ? shape
                : throw new ModelException($"Graph input '{info.Name}' {shape} has {shape.Count} elements an image; "
                    + $"at most {ModelLimits.MostElements} are supported.");
        }
        catch (ArgumentException exception)
        {
            throw new ModelException($"Graph input '{info.Name}': {exception.Message}", exception);
        }
    }
}
