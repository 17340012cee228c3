using System.Text;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Fuzzing.Onnx;

/// <summary>Changes a model in ways that leave it a message of ONNX:
/// nodes, attributes, wiring, types, dimensions, constants, versions, metadata.</summary>
internal sealed class OnnxMutator(CaseRandom random, OnnxModel model)
{
    private static readonly string[] Operators =
    [
        "Add", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat", "Constant", "Conv", "DequantizeLinear", "Div", "Dropout",
        "Equal", "Flatten", "Gather", "Gemm", "GlobalAveragePool", "Greater", "GreaterOrEqual", "Identity", "Less", "LessOrEqual", "MatMul",
        "MaxPool", "Mul", "Not", "PRelu", "Pad", "QuantizeLinear", "ReduceMean", "Relu", "Reshape", "Shape", "Sign", "Softmax", "Squeeze",
        "Sub", "Transpose", "Unsqueeze", "Where", "Loop", "", "relu", "Abs", "CastLike", "Ceil", "Exp", "Expand", "Floor", "Max", "Min",
        "Neg", "Pow", "Range", "Reciprocal", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceSum", "Slice", "Split", "Sqrt", "Sum", "Tile",
        "Celu", "DepthToSpace", "Elu", "Erf", "Gelu", "GlobalMaxPool", "GroupNormalization", "HardSigmoid", "HardSwish",
        "InstanceNormalization", "LRN", "LayerNormalization", "LeakyRelu", "Log", "LogSoftmax", "Mean", "Mish", "ReduceL1", "ReduceL2",
        "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare", "Resize", "Round", "Selu", "Sigmoid", "Softplus", "Softsign", "SpaceToDepth",
        "Swish", "Tanh", "ThresholdedRelu", "ArgMax", "ArgMin", "ConstantOfShape", "ConvTranspose", "Upsample",
        "BipolarQuant", "ConvInteger", "DynamicQuantizeLinear", "IntQuant", "MatMulInteger", "QGemm", "QLinearAdd", "QLinearAveragePool",
        "QLinearConcat", "QLinearConv", "QLinearGlobalAveragePool", "QLinearLeakyRelu", "QLinearMatMul", "QLinearMul", "QLinearSigmoid",
        "Quant", "Trunc", "TopK", "Einsum",
    ];

    private static readonly string[] Attributes =
    [
        "auto_pad", "axes", "axis", "ceil_mode", "count_include_pad", "dilations", "epsilon", "group", "keepdims", "kernel_shape", "mode",
        "pads", "strides", "to", "transA", "transB", "alpha", "beta", "value", "value_float", "value_int", "value_ints", "start", "end",
        "perm", "allowzero", "block_size", "output_dtype", "storage_order", "training_mode", "noop_with_empty_axes", "unknown", "ends",
        "max", "min", "num_outputs", "ratio", "spatial", "split", "starts", "gamma", "bias", "size", "blocksize", "num_groups",
        "approximate", "stash_type", "coordinate_transformation_mode", "nearest_mode", "antialias", "exclude_outside",
        "output_padding", "output_shape", "scales", "select_last_index", "channels_last", "narrow", "rounding_mode", "signed",
        "k", "largest", "sorted", "equation",
    ];

    private static readonly string[] Words = ["SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET", "constant", "edge", "reflect", "",
        "same_upper", "DCR", "CRD", "none", "tanh", "linear", "cubic", "nearest", "asymmetric", "align_corners",
        "ROUND", "FLOOR", "HALF_UP", "ab->ba", "ab,bc->ac", "...a,ab->...b", "aa->a", "->"];

    private static readonly string[] Domains = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft", "qonnx.custom_op.general"];

    private static readonly float[] Floats =
        [0, -0f, 1, -1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, float.Epsilon, 1e-38f,
            1e30f, -1e30f, 1e-10f, 0.5f, 1.5f, 2.5f];

    private static readonly int[] Types = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 21, 22, 23, 25, 26, 99, -1];

    private static readonly string[] Keys = ["imc.mean", "imc.std", "imc.layout", "imc.float", "imc.encoding.x", "other"];

    private static readonly string[] Entries = ["1,1,1", "0.5", "[1,2,3]", "0,0,0", "NaN", "", "1e400,1,1", "bgr", "RGB", "bipolar:2",
        "unipolar:4", "unipolar:99", "two", "0.1,0.2,0.3,0.4,0.5,0.6,0.7"];

    /// <summary>The most nodes or axes that are added. The time of import must grow no faster than the file:
    /// this many take a moment, but seconds if each looks at all others.</summary>
    private const int MostRepeated = 30_000;

    private OnnxGraph Graph => model.Graph!;

    public void Once()
    {
        switch (random.Between(0, 20))
        {
            case 0 or 1 or 2 or 3 or 4 when Graph.Nodes.Count > 0:
                ChangeAttribute(random.OneOf<OnnxNode>([.. Graph.Nodes]));
                break;
            case 5 or 6 or 7 when Graph.Nodes.Count > 0:
                Rewire(random.OneOf<OnnxNode>([.. Graph.Nodes]));
                break;
            case 8 when Graph.Nodes.Count > 0:
                random.OneOf<OnnxNode>([.. Graph.Nodes]).Operator = random.OneOf<string>(Operators);
                break;
            case 9 when Graph.Nodes.Count > 0:
                MoveNode(random.Between(0, Graph.Nodes.Count - 1));
                break;
            case 10 or 11 or 12 or 13 when Graph.Initializers.Count > 0:
                ChangeTensor(random.OneOf<OnnxTensor>([.. Graph.Initializers]));
                break;
            case 14:
                ChangeInput();
                break;
            case 15:
                ChangeOutput();
                break;
            case 16:
                ChangeVersion();
                break;
            case 17:
                model.Metadata.Add(new() { Key = random.OneIn(2) ? random.OneOf<string>(Keys) : $"imc.encoding.{AnyTensor()}",
                    Value = random.OneOf<string>(Entries) });
                break;
            case 18 when Graph.Nodes.Count > 0:
                random.OneOf<OnnxNode>([.. Graph.Nodes]).Name = random.OneOf("", "same", "a\u001b[2J", new string('n', 300), AnyTensor());
                break;
            case 19 when Graph.Nodes.Count > 0:
                random.OneOf<OnnxNode>([.. Graph.Nodes]).Domain = random.OneOf<string>(Domains);
                break;
            default:
                Insert();
                break;
        }
    }

    private string AnyTensor()
    {
        string?[] names = [.. Graph.Nodes.SelectMany(node => node.Outputs), .. Graph.Initializers.Select(tensor => tensor.Name),
            .. Graph.Inputs.Select(input => input.Name)];
        return names.Length == 0 ? "x" : random.OneOf<string?>(names) ?? "";
    }

    private void ChangeAttribute(OnnxNode node)
    {
        if (node.Attributes.Count == 0 || random.OneIn(4))
        {
            node.Attributes.Add(NewAttribute());
            return;
        }
        var attribute = random.OneOf<OnnxAttribute>([.. node.Attributes]);
        switch (random.Between(0, 9))
        {
            case 0:
                node.Attributes.Remove(attribute);
                break;
            case 1:
                attribute.Type = random.Between(0, 9);
                break;
            case 2:
                attribute.Name = random.OneOf<string>(Attributes);
                break;
            case 3 when attribute.Ints.Length > 0:
                attribute.Ints = random.OneIn(2) ? attribute.Ints[1..] : [.. attribute.Ints, Long()];
                break;
            case 4:
                attribute.Text = Encoding.UTF8.GetBytes(random.OneOf<string>(Words));
                break;
            default:
                if (attribute.Ints.Length > 0) attribute.Ints[random.Between(0, attribute.Ints.Length - 1)] = Long();
                else if (attribute.Tensor is not null) ChangeTensor(attribute.Tensor);
                else if (attribute.Float is not null) attribute.Float = random.OneOf<float>(Floats);
                else attribute.Int = Long();
                break;
        }
    }

    private OnnxAttribute NewAttribute()
    {
        string name = random.OneOf<string>(Attributes);
        return random.Between(0, 3) switch
        {
            0 => OnnxBuilder.Attribute(name, Long()),
            1 => OnnxBuilder.Attribute(name, [.. Enumerable.Range(0, random.OneOf(1, 2, 4, 8)).Select(_ => Long())]),
            2 => OnnxBuilder.Attribute(name, random.OneOf<string>(Words)),
            _ => OnnxBuilder.Attribute(name, random.OneOf<float>(Floats)),
        };
    }

    private long Long() => random.OneIn(3) ? ByteMutations.Number(random) : random.Between(-2, 5);

    private void Rewire(OnnxNode node)
    {
        int at = random.Between(0, Math.Max(0, node.Inputs.Count - 1));
        switch (random.Between(0, 6))
        {
            case 0 when node.Inputs.Count > 0:
                node.Inputs.RemoveAt(at);
                break;
            case 1:
                node.Inputs.Add(AnyTensor());
                break;
            case 2 when node.Inputs.Count > 0:
                node.Inputs[at] = "";
                break;
            case 3:
                node.Outputs.Add(random.OneIn(2) ? $"more{node.Outputs.Count}" : AnyTensor());
                break;
            case 4 when node.Outputs.Count > 0:
                node.Outputs[0] = random.OneOf("", "nobody", AnyTensor());
                break;
            default:
                if (node.Inputs.Count > 0) node.Inputs[at] = AnyTensor();
                break;
        }
    }

    private void MoveNode(int at)
    {
        var node = Graph.Nodes[at];
        if (!random.OneIn(3)) Graph.Nodes.RemoveAt(at);
        if (!random.OneIn(3)) Graph.Nodes.Insert(random.Between(0, Graph.Nodes.Count), node);
    }

    private void ChangeTensor(OnnxTensor tensor)
    {
        switch (random.Between(0, 9))
        {
            case 0 when tensor.Dims.Length > 0:
                tensor.Dims[random.Between(0, tensor.Dims.Length - 1)] =
                    random.OneIn(2) ? random.Between(-1, 6) : ByteMutations.Number(random);
                break;
            case 1:
                tensor.Dims = random.OneIn(2) ? [.. tensor.Dims, 1] : [.. tensor.Dims.Reverse()];
                break;
            case 2:
                tensor.DataType = random.OneOf<int>(Types);
                break;
            case 3 when tensor.RawData is { } raw:
                tensor.RawData = ByteMutations.Mutate(random, raw, raw);
                break;
            case 4:
                MoveOutside(tensor);
                break;
            case 5 when tensor is { DataType: (int)OnnxDataType.Float, RawData: { } raw }:
                tensor.FloatData =
                    [.. raw.Chunk(sizeof(float)).Where(four => four.Length == sizeof(float)).Select(four => BitConverter.ToSingle(four))];
                tensor.RawData = null;
                break;
            default:
                WriteElement(tensor);
                break;
        }
    }

    private void WriteElement(OnnxTensor tensor)
    {
        int bits = Enum.IsDefined((OnnxDataType)tensor.DataType) ? TensorData.BitsOf((OnnxDataType)tensor.DataType) : 0;
        if (tensor.RawData is not { Length: > 0 } raw || bits < 8) return;
        byte[] element = tensor.DataType == (int)OnnxDataType.Float ? BitConverter.GetBytes(random.OneOf<float>(Floats))
            : BitConverter.GetBytes(Long());
        int at = random.Between(0, (raw.Length / (bits / 8)) - 1) * (bits / 8);
        if (at >= 0) element.AsSpan(0, Math.Min(Math.Min(bits / 8, element.Length), raw.Length - at)).CopyTo(raw.AsSpan(at));
    }

    private void MoveOutside(OnnxTensor tensor)
    {
        tensor.DataLocation = random.Between(0, 2);
        tensor.ExternalData.Add(new() { Key = random.OneOf("location", "offset", "length"),
            Value = random.OneOf("weights.bin", "../x", "0", "-1", "9223372036854775807", "") });
    }

    private void ChangeInput()
    {
        if (Graph.Inputs.Count == 0 || random.OneIn(8))
        {
            Graph.Inputs.Add(new() { Name = AnyTensor(), Type = new() { Tensor = new() { ElementType = 1, Shape = new() } } });
            return;
        }
        var type = Graph.Inputs[0].Type?.Tensor;
        var sizes = type?.Shape?.Dimensions;
        switch (random.Between(0, 5))
        {
            case 0 when type is not null:
                type.ElementType = random.OneOf<int>(Types);
                break;
            case 1 when type is not null:
                type.Shape = random.OneIn(2) ? null : new();
                break;
            case 2:
                Graph.Inputs.RemoveAt(0);
                break;
            case 3 when sizes is { Count: > 0 }:
                sizes.RemoveAt(random.Between(0, sizes.Count - 1));
                break;
            default:
                if (sizes is { Count: > 0 }) sizes[random.Between(0, sizes.Count - 1)] = random.OneIn(4) ? new() { Symbol = "n" }
                    : new() { Size = random.OneIn(2) ? random.Between(0, 12) : ByteMutations.Number(random) };
                break;
        }
    }

    private void ChangeOutput()
    {
        if (Graph.Outputs.Count == 0 || random.OneIn(4))
            Graph.Outputs.Add(new() { Name = AnyTensor(), Type = new() { Tensor = new() { ElementType = 1 } } });
        else if (random.OneIn(6)) Graph.Outputs.RemoveAt(0);
        else Graph.Outputs[0].Name = AnyTensor();
    }

    private void ChangeVersion()
    {
        if (random.OneIn(3)) model.IrVersion = random.OneIn(2) ? random.Between(2, 14) : ByteMutations.Number(random);
        else if (model.OperatorSets.Count == 0 || random.OneIn(5))
            model.OperatorSets.Add(new() { Domain = random.OneOf<string>(Domains),
                Version = random.Between(1, 27) });
        else model.OperatorSets[0].Version = random.OneIn(5) ? ByteMutations.Number(random) : random.Between(9, 27);
    }

    /// <summary>Adds thousands of nodes behind the output, or of axes:
    /// with equal names, with outputs that nobody reads, on one tensor or in a chain.</summary>
    public void Lengthen()
    {
        if (Graph.Outputs.Count == 0) return;
        int count = random.Between(MostRepeated / 10, MostRepeated);
        string last = Graph.Outputs[0].Name ?? "x", @operator = random.OneOf("Relu", "Dropout", "Identity", "Reshape"),
            name = random.OneOf("", "same");
        if (@operator == "Reshape")
        {
            Graph.Initializers.Add(TensorEncoder.Integers("axes", [count], [.. Enumerable.Repeat(1L, count)]));
            Graph.Nodes.Add(new() { Operator = "Reshape", Inputs = [last, "axes"], Outputs = ["long"] });
            Graph.Outputs[0].Name = "long";
            return;
        }
        bool chained = random.OneIn(2);
        for (int i = 0; i < count; i++)
        {
            string result = $"long{i}";
            Graph.Nodes.Add(new() { Operator = @operator, Name = name, Inputs = [last],
                Outputs = @operator == "Dropout" ? [result, $"mask{i}"] : [result] });
            if (chained) last = result;
        }
        if (chained) Graph.Outputs[0].Name = last;
    }

    /// <summary>Inserts a new node between two others or beside them.</summary>
    private void Insert()
    {
        string name = $"inserted{Graph.Nodes.Count}";
        var node = new OnnxNode
        {
            Operator = random.OneOf<string>(Operators),
            Name = name,
            Inputs = [.. Enumerable.Range(0, random.Between(0, 3)).Select(_ => AnyTensor())],
            Outputs = [name],
        };
        if (random.OneIn(2)) node.Attributes.Add(NewAttribute());
        Graph.Nodes.Add(node);
        if (random.OneIn(2) && Graph.Nodes.Count > 1) Rewire(Graph.Nodes[random.Between(0, Graph.Nodes.Count - 2)]);
        if (random.OneIn(2) && Graph.Outputs.Count > 0) Graph.Outputs[0].Name = name;
    }
}
