using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Functions of one element, of random shapes and attributes, against OnnxRuntime: seeds 1 to 40 of each.</summary>
public class FunctionOperatorTests
{
    private const int Seeds = 40;

    /// <summary>Operator, its first opset of those that are supported, and the attributes that may be drawn.</summary>
    private static readonly Dictionary<string, (int First, string[] Attributes)> Operators = new()
    {
        ["Relu"] = (11, []), ["Sign"] = (11, []), ["Abs"] = (11, []), ["Neg"] = (11, []), ["Reciprocal"] = (11, []), ["Floor"] = (11, []),
        ["Ceil"] = (11, []), ["Round"] = (11, []), ["Sqrt"] = (11, []), ["LeakyRelu"] = (11, ["alpha"]), ["Elu"] = (11, ["alpha"]),
        ["Selu"] = (11, ["alpha", "gamma"]), ["Celu"] = (12, ["alpha"]), ["ThresholdedRelu"] = (11, ["alpha"]), ["Sigmoid"] = (11, []),
        ["HardSigmoid"] = (11, ["alpha", "beta"]), ["HardSwish"] = (14, []), ["Mish"] = (18, []), ["Softplus"] = (11, []),
        ["Softsign"] = (11, []), ["Tanh"] = (11, []), ["Erf"] = (11, []), ["Gelu"] = (20, ["approximate"]),
        ["Exp"] = (11, []), ["Log"] = (11, []),
    };

    public static TheoryData<string> Names => new(Operators.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Agrees_with_OnnxRuntime_or_is_refused_before_its_opset(string @operator)
    {
        var (first, names) = Operators[@operator];
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            int opset = Drawn.Opset(random, first);
            OnnxAttribute[] attributes = [.. names.Where(_ => !Drawn.OneIn(random, 3)).Select(name => name == "approximate"
                ? Attribute(name, Drawn.OneOf(random, "none", "tanh")) : Attribute(name, random.Next(1, 33) / 16f))];
            Agrees(Of(b => b.Node(@operator, [Positive(@operator) ? Away(b) : Scaled(b, random)], "y", attributes), opset,
                Drawn.Input(Drawn.Shape(random))), seed: seed);
        }
        if (first > 11)
            IsRefused(Of(b => b.Node(@operator, ["x"], "y"), first - 1), $"'y' ({@operator})", $"since opset {first}");
    }

    private static bool Positive(string @operator) => @operator is "Sqrt" or "Log" or "Reciprocal";

    private static string Away(OnnxBuilder b) => b.Node("Add", [b.Node("Abs", ["x"], "a"), b.Float("k", 0.125f)], "p");

    private static string Scaled(OnnxBuilder b, Random random) =>
        b.Node("Mul", ["x", b.Float("k", Drawn.OneOf(random, 0.01f, 1, 1, 4, 10))], "p");

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_a_constant_is_that_of_an_activation(string @operator)
    {
        float[] numbers = Numbers(24, 5);
        if (Positive(@operator)) numbers = Array.ConvertAll(numbers, x => MathF.Abs(x) + 0.125f);
        int opset = Math.Max(21, Operators[@operator].First);
        var constant = Of(b => b.Node("Add", ["x", b.Node(@operator, [b.Floats("k", [2, 3, 4], numbers)], "f")], "y"), opset,
            [-1, 2, 3, 4]);
        var activation = Of(b =>
        {
            b.Node(@operator, [b.Node("Add", [b.Node("Mul", ["x", b.Float("zero", 0)], "m"), b.Floats("k", [2, 3, 4], numbers)], "n")],
                "f");
            b.Node("Add", ["x", "f"], "y");
        }, opset, [-1, 2, 3, 4]);
        float[] image = Numbers(24, 1);
        Assert.Equal(NodeInterpreter.Run(NetworkImporter.Import(activation).Network, image),
            NodeInterpreter.Run(Agrees(constant).Network, image));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(0.5)]
    [InlineData(-0.5)]
    [InlineData(-2)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1.7)]
    public void Power_with_a_constant_exponent(double exponent)
    {
        for (int seed = 1; seed <= Seeds / 2; seed++)
        {
            var random = new Random(seed);
            int opset = Drawn.Opset(random, 11);
            bool isInteger = exponent % 1 == 0;
            var type = opset < 12 ? OnnxDataType.Float : Drawn.OneOf(random, OnnxDataType.Float, OnnxDataType.Double,
                isInteger ? OnnxDataType.Int32 : OnnxDataType.Float, isInteger ? OnnxDataType.Int64 : OnnxDataType.Float);
            int[] shape = Drawn.Shape(random);
            long[] dims = Drawn.OneIn(random, 2) ? [] : [1, .. shape.Select(size => Drawn.OneIn(random, 2) ? 1L : size)];
            int count = (int)dims.Aggregate(1L, (product, size) => product * size);
            Agrees(Of(b =>
            {
                b.Initializer(type switch
                {
                    OnnxDataType.Float => TensorEncoder.Floats("e", dims, [.. Enumerable.Repeat((float)exponent, count)]),
                    OnnxDataType.Double => TensorEncoder.Doubles("e", dims, [.. Enumerable.Repeat(exponent, count)]),
                    _ => TensorEncoder.Integers("e", dims, [.. Enumerable.Repeat((long)exponent, count)], type),
                });
                b.Node("Pow", [isInteger && exponent >= 0 ? "x" : Away(b), "e"], "y");
            }, opset, Drawn.Input(shape)), seed: seed);
        }
    }

    [Fact]
    public void Powers_that_are_not_supported_name_their_exponent()
    {
        IsRefused(Of(b => b.Node("Pow", ["x", b.Longs("e", 1, 2)], "y"), 12, [-1, 2]), "'y' (Pow)", "'e'", "differs between");
        IsRefused(Of(b => b.Node("Pow", ["x", b.Longs("e", 2)], "y"), 11), "'y' (Pow)", "Int64", "opset 12");
        IsRefused(Of(b => b.Node("Pow", ["x", b.Floats("e", [3, 1], [2, 2, 2])], "y"), input: [-1, 2]), "'y' (Pow)", "does not fit");
    }

    [Fact]
    public void Powers_of_and_by_tensors()
    {
        for (int seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            int[] shape = Drawn.Shape(random);
            float[] exponents = [.. Enumerable.Range(0, shape[^1]).Select(_ => random.Next(-8, 9) / 4f)];
            void Agrees(Action<OnnxBuilder> body) => AgainstOnnxRuntime.Agrees(Of(body, Drawn.Opset(random, 7), Drawn.Input(shape)),
                seed: seed);
            Agrees(b => b.Node("Pow", [b.Node("Exp", ["x"], "t"), b.Floats("e", [shape[^1]], exponents)], "y"));
            Agrees(b => b.Node("Pow", [b.Float("k", 1.5f), "x"], "y"));
            Agrees(b => b.Node("Pow", [b.Node("Exp", ["x"], "t"), "x"], "y"));
        }
    }

    [Fact]
    public void Attributes_that_are_not_supported_are_named()
    {
        IsRefused(Of(b => b.Node("Gelu", ["x"], "y", Attribute("approximate", "sigmoid"))), "'y' (Gelu)", "'sigmoid'", "'tanh'");
        IsRefused(Of(b => b.Node("Celu", ["x"], "y", Attribute("alpha", -1f))), "'y' (Celu)", "alpha is -1");
        IsRefused(Of(b => b.Node("Tanh", ["x"], "y", Attribute("alpha", 1f))), "'y' (Tanh)", "'alpha'");
        IsRefused(Of(b => b.Node("Elu", ["x"], "y", Attribute("alpha", 1))), "'y' (Elu)", "'alpha' is of type Int");
        IsRefused(Of(b => b.Node("Sigmoid", ["x", "x"], "y")), "'y' (Sigmoid)", "2 inputs");
        IsRefused(Of(b => b.Node("Add", ["x", b.Node("Tanh", [b.Longs("k", 1)], "t")], "y")), "'t' (Tanh)", "Int64");
    }

    private static readonly Dictionary<string, Action<OnnxBuilder>> Patterns = new()
    {
        ["SiLU"] = b => b.Node("Mul", ["x", b.Node("Sigmoid", ["x"], "s")], "y"),
        ["ReLU6"] = b => b.Node("Clip", ["x", b.Float("low", 0), b.Float("high", 6)], "y"),
        ["HardSwish"] = b => b.Node("Div", [b.Node("Mul", ["x", HardSigmoid(b)], "m"), b.Float("six", 6)], "y"),
        ["HardSwish by HardSigmoid"] = b =>
            b.Node("Mul", ["x", b.Node("HardSigmoid", ["x"], "h", Attribute("alpha", 1 / 6f))], "y"),
        ["Mish"] = b => b.Node("Mul", ["x", b.Node("Tanh", [b.Node("Softplus", ["x"], "s")], "t")], "y"),
        ["GELU"] = b =>
        {
            string erf = b.Node("Erf", [b.Node("Div", ["x", b.Float("r", 1.41421356f)], "d")], "e");
            b.Node("Mul", [b.Node("Mul", ["x", b.Node("Add", [erf, b.Float("one", 1)], "p")], "m"), b.Float("half", 0.5f)], "y");
        },
        ["GELU by tanh"] = b =>
        {
            string cube = b.Node("Mul", [b.Node("Pow", ["x", b.Float("three", 3)], "c"), b.Float("k", 0.044715f)], "m");
            string tanh = b.Node("Tanh", [b.Node("Mul", [b.Node("Add", ["x", cube], "a"), b.Float("r", 0.7978846f)], "u")], "t");
            b.Node("Mul", [b.Node("Mul", ["x", b.Float("half", 0.5f)], "h"), b.Node("Add", [tanh, b.Float("one", 1)], "p")], "y");
        },
    };

    private static string HardSigmoid(OnnxBuilder b) =>
        b.Node("Clip", [b.Node("Add", ["x", b.Float("three", 3)], "a"), b.Float("low", 0), b.Float("high", 6)], "c");

    public static TheoryData<string> PatternNames => new(Patterns.Keys);

    [Theory]
    [MemberData(nameof(PatternNames))]
    public void Patterns_of_exporters_agree_with_OnnxRuntime(string name)
    {
        for (int seed = 1; seed <= 10; seed++)
            Agrees(Of(Patterns[name], new Random(seed).Next(13, GraphIndex.MostOpset + 1), [-1, 3, 5, 5]), seed: seed);
    }

    /// <summary>OnnxRuntime 1.31 has no such operator.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(1.702f)]
    public void Swish_is_a_product_with_a_sigmoid(float alpha)
    {
        float[] image = Numbers(24, 1);
        OnnxAttribute[] attributes = alpha == 1 ? [] : [Attribute("alpha", alpha)];
        float[] swish = NodeInterpreter.Run(NetworkImporter.Import(Of(b => b.Node("Swish", ["x"], "y", attributes), 24, [-1, 24])).Network,
            image);
        float[] product = NodeInterpreter.Run(Agrees(Of(b => b.Node("Mul",
            ["x", b.Node("Sigmoid", [b.Node("Mul", ["x", b.Float("a", alpha)], "m")], "s")], "y"), 24, [-1, 24])).Network, image);
        for (int i = 0; i < image.Length; i++) Assert.Equal(product[i], swish[i], 1e-6f);
        IsRefused(Of(b => b.Node("Swish", ["x"], "y"), 23), "'y' (Swish)", "since opset 24");
    }

    [Fact]
    public void A_leaky_relu_is_a_prelu_of_one_slope() =>
        Assert.Equal([0.01f], Assert.IsType<PReluNode>(
            Assert.Single(NetworkImporter.Import(Of(b => b.Node("LeakyRelu", ["x"], "y"))).Network.Nodes)).Slopes);
}
