using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Models that ONNX forbids and OnnxRuntime refuses: read all the same, they would give numbers that nothing else gives.</summary>
public class AgainstTheSpecificationTests
{
    private static readonly long[] Image = [-1, 3, 32, 32];

    /// <summary>A model, and what the refusal says.</summary>
    private sealed record Case(OnnxModel Model, params string[] Parts);

    private static OnnxModel One(string @operator, string[] inputs,
        Action<OnnxBuilder> constants, int opset = 21, params OnnxAttribute[] attributes) => Of(b =>
    {
        constants(b);
        b.Node(@operator, inputs, "y", attributes);
    }, opset);

    private static OnnxModel Linear(long[] bias) => One("Gemm", ["f", "w", "b"], b =>
    {
        b.Node("Flatten", ["x"], "f");
        b.Floats("w", [3072, 10], new float[30720]);
        b.Floats("b", bias, new float[10]);
    });

    private static OnnxModel Norm(long[] scale, int opset = 21, params OnnxAttribute[] attributes) =>
        One("BatchNormalization", ["x", "s", "b", "m", "v"], b =>
    {
        b.Floats("s", scale, [1, 1, 1]);
        foreach (string name in new[] { "b", "m", "v" }) b.Floats(name, [3], [1, 1, 1]);
    }, opset, attributes);

    private static OnnxModel Convolution(OnnxDataType weights, long[] bias) => One("Conv", ["x", "w", "b"], b =>
    {
        b.Initializer(TensorEncoder.Floats("w", [10, 3, 1, 1], new float[30], weights));
        b.Floats("b", bias, new float[10]);
    });

    private static OnnxModel Padding(OnnxTensor pads, OnnxDataType constant = OnnxDataType.Float) => One("Pad", ["x", "pads", "fill"], b =>
    {
        b.Initializer(pads);
        b.Initializer(TensorEncoder.Floats("fill", [], [0], constant));
    });

    /// <summary>x plus what a constant node makes.</summary>
    private static OnnxModel WithConstant(string @operator, params OnnxTensor[] inputs) => WithConstant(21, @operator, inputs);

    private static OnnxModel WithConstant(int opset, string @operator, params OnnxTensor[] inputs) => Of(b =>
    {
        string made = b.Node(@operator, [.. inputs.Select(b.Initializer)], "made");
        b.Node("Add", ["x", b.Node("Cast", [made], "float", Attribute("to", (long)OnnxDataType.Float))], "y");
    }, opset);

    private static OnnxModel Changed(Action<OnnxModel> change) => Quantized(Image, change);

    private static OnnxNode NodeOf(OnnxModel model, string output) => model.Graph!.Nodes.Single(node => node.Outputs[0] == output);

    private static OnnxModel Codes(OnnxDataType type, int opset) => Of(b =>
    {
        b.Float("step", 0.5f);
        b.Codes("zero", [], [0], type);
        b.Node("QuantizeLinear", ["x", "step", "zero"], "q");
        b.Node("DequantizeLinear", ["q", "step", "zero"], "y");
    }, opset);

    private static OnnxValueInfo Stated(string name, OnnxDataType type, params long[] dims) => new()
    {
        Name = name,
        Type = new() { Tensor = new() { ElementType = (int)type,
            Shape = new() { Dimensions = [.. dims.Select(size => new OnnxDimension { Size = size })] } } },
    };

    private static OnnxModel InputWithDefault(OnnxValueInfo stated)
    {
        var model = Of(b => b.Node("Add", ["x", b.Floats("k", [1], [1])], "y"));
        model.Graph!.Inputs.Add(stated);
        return model;
    }

    private static readonly Dictionary<string, Func<Case>> Cases = new()
    {
        ["a batch of 0"] = () => new(Of(b => b.Node("Relu", ["x"], "y"), input: [0, 3, 32, 32]), "'x' has size 0 at axis 0", "open"),
        ["a shape of -2^63"] = () =>
            new(One("Reshape", ["x", "s"], b => b.Longs("s", long.MinValue, 3072)), "'s' holds -9223372036854775808"),
        ["a convolution's bias of 2 axes"] = () =>
            new(Convolution(OnnxDataType.Float, [1, 10]), "'y' (Conv)", "its bias has shape [1, 10]; it must be [10]"),
        ["double weights"] = () => new(Convolution(OnnxDataType.Double, [10]), "'y' (Conv)", "of type Double"),
        ["float16 weights"] = () => new(Convolution(OnnxDataType.Float16, [10]), "'y' (Conv)", "of type Float16"),
        ["a linear layer's bias of 3 axes"] = () => new(Linear([1, 1, 10]), "'y' (Gemm)", "[1, 1, 10]", "at most 2 axes"),
        ["a batch norm's scale of 2 axes"] = () =>
            new(Norm([1, 3]), "'y' (BatchNormalization)", "its scale has shape [1, 3]; it must be [3]"),
        ["a batch norm's attribute of opset 1"] = () => new(Norm([3], 21, Attribute("spatial", 1)), "'spatial'"),
        ["a batch norm's attribute of opset 14"] = () =>
            new(Norm([3], 13, Attribute("training_mode", 0)), "'training_mode' is of opsets 14 and above", "opset 13"),
        ["a double operand"] = () =>
            new(One("Add", ["x", "k"], b => b.Initializer(TensorEncoder.Doubles("k", [1], [1]))), "'k' is of type Double"),
        ["a float16 operand"] = () => new(One("Mul", ["x", "k"], b =>
            b.Initializer(TensorEncoder.Floats("k", [1], [1], OnnxDataType.Float16))), "'k' is of type Float16"),
        ["a double bound"] = () => new(One("Clip", ["x", "k"], b => b.Initializer(TensorEncoder.Doubles("k", [], [1]))),
            "'k' is of type Double", "its input's type"),
        ["a double fill"] = () =>
            new(Padding(TensorEncoder.Integers("pads", [8], new long[8]), OnnxDataType.Double), "'fill' is of type Double"),
        ["pads of 2 axes"] = () =>
            new(Padding(TensorEncoder.Integers("pads", [2, 4], new long[8])), "'pads'", "shape [2, 4]", "vector of Int64"),
        ["pads of int32"] = () => new(Padding(TensorEncoder.Integers("pads", [8], new long[8], OnnxDataType.Int32)),
            "'pads' is of type Int32", "vector of Int64"),
        ["a shape of int32"] = () => new(One("Reshape", ["x", "s"], b =>
            b.Initializer(TensorEncoder.Integers("s", [2], [0, -1], OnnxDataType.Int32))), "'s' is of type Int32"),
        ["indices of uint8"] = () => new(WithConstant("Gather", TensorEncoder.Floats("k", [2], [1, 2]),
            TensorEncoder.Integers("i", [], [1], OnnxDataType.UInt8)), "indices are of type UInt8"),
        ["a sum of bools"] = () => new(WithConstant("Add", TensorEncoder.Integers("a", [], [1], OnnxDataType.Bool),
            TensorEncoder.Integers("b", [], [1], OnnxDataType.Bool)), "of type Bool"),
        ["an order of bools"] = () => new(WithConstant("Less", TensorEncoder.Integers("a", [], [1], OnnxDataType.Bool),
            TensorEncoder.Integers("b", [], [1], OnnxDataType.Bool)), "of type Bool"),
        ["the sign of a bool"] = () => new(WithConstant("Sign", TensorEncoder.Integers("a", [], [1], OnnxDataType.Bool)), "of type Bool"),
        ["a mean's axes as attribute"] = () =>
            new(One("ReduceMean", ["x"], _ => { }, attributes: [Attribute("axes", [2, 3])]), "'axes' is of opsets 1 to 17"),
        ["a mean's axes as input"] = () =>
            new(One("ReduceMean", ["x", "a"], b => b.Longs("a", 2, 3), 13), "it has 2 inputs; it must have 1"),
        ["Squeeze's axes as attribute"] = () =>
            new(One("Squeeze", ["x"], _ => { }, 13, Attribute("axes", [2])), "'axes' is of opsets 1 to 12"),
        ["Squeeze's axes as input"] = () => new(One("Squeeze", ["x", "a"], b => b.Longs("a", 2), 11), "it has 2 inputs; it must have 1"),
        ["Unsqueeze without axes"] = () => new(One("Unsqueeze", ["x"], _ => { }, 13), "it has 1 inputs; it must have 2"),
        ["bounds as attributes"] = () => new(One("Clip", ["x"], _ => { }, 11, Attribute("min", 0f)), "'min' is of opsets 1 to 10"),
        ["bounds as inputs"] = () => new(One("Clip", ["x", "k"], b => b.Float("k", 0), 10), "it has 2 inputs; it must have 1"),
        ["pads as attribute"] = () =>
            new(One("Pad", ["x"], _ => { }, 11, Attribute("pads", new long[8])), "'pads' is of opsets 1 to 10"),
        ["pads as input"] = () => new(One("Pad", ["x", "p"], b => b.Longs("p", new long[8]), 10), "it has 2 inputs; it must have 1"),
        ["old pads without pads"] = () => new(One("Pad", ["x"], _ => { }, 10), "'y' (Pad)", "it has no pads"),
        ["a batch norm of elements"] = () => new(Norm([3], 8, Attribute("spatial", 0)), "spatial is 0; supported is 1"),
        ["a batch norm's spatial after opset 8"] = () => new(Norm([3], 9, Attribute("spatial", 1)), "'spatial' is of opsets 1 to 8"),
        ["a linear layer without bias before opset 11"] = () => new(One("Gemm", ["f", "w"], b =>
        {
            b.Node("Flatten", ["x"], "f");
            b.Floats("w", [3072, 10], new float[30720]);
        }, 10), "it has 2 inputs; it must have 3"),
        ["a ratio after opset 11"] = () =>
            new(One("Dropout", ["x"], _ => { }, 12, Attribute("ratio", 0.5f)), "'ratio' is of opsets 1 to 11"),
        ["Where before opset 9"] = () => new(One("Where", ["c", "x", "k"], b =>
        {
            b.Float("k", 0);
            b.Node("Greater", ["x", "k"], "c");
        }, 8), "since opset 9", "opset 8"),
        ["Sign before opset 9"] = () => new(One("Sign", ["x"], _ => { }, 8), "since opset 9"),
        ["Equal of floats before opset 11"] = () => new(One("Cast", ["c"], b => b.Node("Equal", ["x", b.Float("k", 0)], "c"), 10,
            Attribute("to", (long)OnnxDataType.Float)), "'c' (Equal)", "since opset 11"),
        ["quantizers before opset 10"] = () => new(Codes(OnnxDataType.UInt8, 9), "'q' (QuantizeLinear)", "since opset 10"),
        ["ceil_mode before opset 10"] = () => new(One("MaxPool", ["x"], _ => { }, 9, Attribute("kernel_shape", [2, 2]),
            Attribute("ceil_mode", 1)), "'ceil_mode' is of opsets 10 and above"),
        ["dilations before opset 10"] = () => new(One("MaxPool", ["x"], _ => { }, 9, Attribute("kernel_shape", [2, 2]),
            Attribute("dilations", [1, 1])), "'dilations' is of opsets 10 and above"),
        ["codes clipped before opset 12"] = () => new(Of(b =>
        {
            b.Float("step", 0.5f);
            b.Codes("zero", [], [0], OnnxDataType.UInt8);
            b.Node("QuantizeLinear", ["x", "step", "zero"], "q");
            b.Node("Clip", ["q", "zero"], "clipped");
            b.Node("DequantizeLinear", ["clipped", "step", "zero"], "y");
        }, 11), "'clipped' (Clip)", "since opset 12"),
        ["shapes of a sum before opset 8"] = () => new(Of(b => b.Node("Add",
            ["x", b.Node("Max", [b.Floats("k", [3, 1, 1], [1, 2, 3]), b.Float("m", 2)], "s")], "y"), 7), "'s' (Max)", "since opset 8"),
        ["slices as attributes"] = () => new(Of(b => b.Node("Add", ["x", b.Node("Slice", [b.Floats("k", [2], [1, 2])], "s",
            Attribute("starts", [0]), Attribute("ends", [1]))], "y"), 10), "'starts' is of opsets 1 to 9"),
        ["slices as inputs"] = () => new(Of(b => b.Node("Add", ["x", b.Node("Slice",
            [b.Floats("k", [2], [1, 2]), b.Longs("from", 0), b.Longs("to", 1)], "s")], "y"), 9), "it has 3 inputs; it must have 1"),
        ["integers' largest before opset 12"] = () => new(WithConstant(11, "Max", TensorEncoder.Integers("a", [], [1]),
            TensorEncoder.Integers("b", [], [2])), "'made' (Max)", "Int64 since opset 12"),
        ["a sum of integers"] = () => new(WithConstant("Sum", TensorEncoder.Integers("a", [], [1]),
            TensorEncoder.Integers("b", [], [2])), "'made' (Sum)", "Int64 in no opset"),
        ["a square root of integers"] = () => new(WithConstant("Sqrt", TensorEncoder.Integers("a", [], [4])), "'made' (Sqrt)", "Int64"),
        ["an operator of opset 12"] = () => new(WithConstantOpset("GreaterOrEqual", 11), "since opset 12", "opset 11"),
        ["a pool's dilations of opset 19"] = () => new(One("AveragePool", ["x"], _ => { }, 13, Attribute("kernel_shape", [2, 2]),
            Attribute("dilations", [1, 1])), "'dilations' is of opsets 19 and above"),
        ["Concat without axis"] = () => new(Of(b =>
            b.Node("Reshape", ["x", b.Node("Concat", [b.Longs("p", 0), b.Longs("q", -1)], "s")], "y")), "'s' (Concat)", "'axis'"),
        ["codes of two types"] = () => new(Changed(model => NodeOf(model, "q").Attributes.Add(Attribute("output_dtype",
            (long)OnnxDataType.Int8))), "'q' (QuantizeLinear)", "output_dtype is Int8", "type UInt8"),
        ["a zero point of another type"] = () => new(Changed(model => NodeOf(model, "w").Inputs.Add("zero")), "'w' (DequantizeLinear)",
            "zero point is of type UInt8, its input of type Int8"),
        ["a zero point of other type than activations"] = () => new(Changed(model =>
        {
            model.Graph!.Initializers.Add(TensorEncoder.Codes("other", [], [0], OnnxDataType.Int8));
            NodeOf(model, "d").Inputs[2] = "other";
        }), "'d' (DequantizeLinear)", "zero point is of type Int8, its input of type UInt8"),
        ["codes of 4 bits before opset 21"] = () => new(Codes(OnnxDataType.Int4, 13), "type Int4", "opset 21", "opset 13"),
        ["a default of another type"] = () =>
            new(InputWithDefault(Stated("k", OnnxDataType.Int64, 1)), "'k' is stated as Int64 [1]", "Float [1]"),
        ["a default of another shape"] = () =>
            new(InputWithDefault(Stated("k", OnnxDataType.Float, 1, 1)), "'k' is stated as Float [1, 1]", "Float [1]"),
        ["an output of another type"] = () => new(Changed(model =>
            model.Graph!.Outputs[0].Type!.Tensor!.ElementType = (int)OnnxDataType.Int64), "'y' is stated as Int64, but it makes Float"),
        ["a tensor of another type"] = () => new(Changed(model =>
            model.Graph!.ValueInfos.Add(Stated("c", OnnxDataType.Int64, 1, 10, 32, 32))), "'c' is stated as Int64, but it makes Float"),
    };

    private static OnnxModel WithConstantOpset(string @operator, int opset) =>
        Of(b => b.Node("Cast", [b.Node(@operator, ["x", b.Float("k", 0)], "c")], "y", Attribute("to", (long)OnnxDataType.Float)), opset);

    public static TheoryData<string> Names => new(Cases.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_refused_here_and_by_OnnxRuntime(string name)
    {
        var (model, parts) = Cases[name]();
        IsRefused(model, parts);
        Assert.Throws<ModelException>(() =>
        {
            using var reference = new FloatReference(OnnxFile.ToBytes(model), threads: 1, graphOptimizations: false);
            reference.RunOne(new float[reference.ImageSize]);
        });
    }

    [Fact]
    public void A_batch_of_minus_1_is_open()
    {
        var model = Of(b => b.Node("Relu", ["x"], "y"), input: [-1, 4]);
        model.Graph!.Inputs[0].Type!.Tensor!.Shape!.Dimensions[0] = new() { Size = -1 };
        AgainstOnnxRuntime.Agrees(model);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("", "ai.onnx")]
    [InlineData("ai.onnx", "")]
    public void Two_versions_of_one_domain_are_refused(string first, string second)
    {
        var model = Of(b => b.Node("Relu", ["x"], "y"));
        model.OperatorSets = [new() { Domain = first, Version = 13 }, new() { Domain = "com.microsoft", Version = 1 },
            new() { Domain = second, Version = 11 }];
        IsRefused(model, "2 times", "13, 11", "ai.onnx");
    }

    [Fact]
    public void Another_domain_may_have_a_version_of_its_own()
    {
        var model = Of(b => b.Node("Relu", ["x"], "y"));
        model.OperatorSets.Add(new() { Domain = "com.microsoft", Version = 1 });
        NetworkImporter.Import(model);
    }

    [Theory]
    [InlineData("k")]
    [InlineData("other")]
    public void Sparse_initializers_are_refused(string name)
    {
        var model = Of(b => b.Node("Add", ["x", b.Floats("k", [2], [1, 1])], "y"), input: [-1, 2]);
        model.Graph!.SparseInitializers.Add(new() { Values = TensorEncoder.Floats(name, [1], [5]),
            Indices = TensorEncoder.Integers("", [1], [0]), Dims = [2] });
        IsRefused(model, $"sparse initializers (first: '{name}')", "dense");
    }

    [Fact]
    public void A_Constant_node_has_one_value() =>
        IsRefused(Of(b => b.Node("Add", ["x", b.Node("Constant", [], "k", Attribute("value_float", 1f), Attribute("value_int", 2))],
            "y")), "'k' (Constant)", "2 of the attributes");
}
