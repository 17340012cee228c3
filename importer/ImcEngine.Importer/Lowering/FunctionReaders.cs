using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>Functions of one element: of activations a node of the engine, of constants computed by the same code.</summary>
internal static class FunctionReaders
{
    /// <summary>The first whose Pow takes base and exponent of two types.</summary>
    private const int FirstOpsetOfMixedTypes = 12;
    private const float MostAlphaOfCelu = 1000;

    /// <summary>Returns the engine's node of a function of one element; null for every other operator.</summary>
    /// <exception cref="ModelException">An attribute is not supported.</exception>
    public static Node? Prototype(NodeView node) => node.Operator switch
    {
        "Relu" => Exact(node, UnaryKind.Relu),
        "Sign" => Exact(node, UnaryKind.Sign),
        "Abs" => Exact(node, UnaryKind.Abs),
        "Neg" => Exact(node, UnaryKind.Neg),
        "Reciprocal" => Exact(node, UnaryKind.Reciprocal),
        "Floor" => Exact(node, UnaryKind.Floor),
        "Ceil" => Exact(node, UnaryKind.Ceil),
        "Round" => Exact(node, UnaryKind.Round),
        "Sqrt" => Exact(node, UnaryKind.Sqrt),
        "LeakyRelu" => LeakyRelu(node),
        "Elu" => Function(node, FunctionKind.Elu, alpha: 1),
        "Selu" => Function(node, FunctionKind.Selu, alpha: 1.67326319217681884765625f, gamma: 1.05070102214813232421875f),
        "Celu" => Celu(node),
        "ThresholdedRelu" => Function(node, FunctionKind.ThresholdedRelu, alpha: 1),
        "Sigmoid" => Function(node, FunctionKind.Sigmoid),
        "HardSigmoid" => Function(node, FunctionKind.HardSigmoid, alpha: 0.2f, beta: 0.5f),
        "HardSwish" => Function(node, FunctionKind.HardSwish),
        "Mish" => Function(node, FunctionKind.Mish),
        "Softplus" => Function(node, FunctionKind.Softplus),
        "Softsign" => Function(node, FunctionKind.Softsign),
        "Tanh" => Function(node, FunctionKind.Tanh),
        "Erf" => Function(node, FunctionKind.Erf),
        "Gelu" => Gelu(node),
        "Swish" => Function(node, FunctionKind.Swish, alpha: 1),
        "Exp" => Function(node, FunctionKind.Exp),
        "Log" => Function(node, FunctionKind.Log),
        _ => null,
    };

    public static PlainStep Read(GraphReader graph, NodeView node, Node prototype)
    {
        var x = graph.OperandFlow(node, 0);
        return new(node, [x], graph.Made(node, x.FileSizes, x.Type), prototype);
    }

    /// <summary>The function of a constant.</summary>
    /// <exception cref="ModelException">It is of another type than Float.</exception>
    public static ConstantValue Fold(NodeView node, ConstantValue x, Node prototype)
    {
        float[] floats = x.Floats
            ?? throw node.Error($"its constant '{x.Name}' is of type {x.Type}; supported is Float");
        var result = new float[floats.Length];
        switch (prototype)
        {
            case UnaryNode unary: Elementwise.Unary(floats, unary.Kind, result); break;
            case PReluNode prelu: Elementwise.PRelu(floats, prelu.Slopes, result); break;
            case FunctionNode function: Functions.Apply(floats, Functions.Of(function.Kind, function.A, function.B), result); break;
            default: throw new ArgumentException($"{prototype.GetType().Name} is no function of one element.", nameof(prototype));
        }
        return ConstantValue.OfFloats(x.Name, x.Dims, result);
    }

    /// <summary>The exponent of type Float, or of any other type since opset 12; one for all elements is a function of the base.
    /// </summary>
    public static PlainStep Pow(GraphReader graph, NodeView node)
    {
        node.AllowAttributes();
        if (graph.FlowAt(node, 1) is not null || graph.FlowAt(node, 0) is null) return StepReaders.Binary(graph, node, BinaryKind.Pow);
        var x = graph.FloatFlow(node, 0);
        var exponent = graph.Constant(node, 1, "exponent")!;
        node.Require(!exponent.HasBatch && exponent.Type != OnnxDataType.Bool
            && (exponent.Type == OnnxDataType.Float || node.Opset >= FirstOpsetOfMixedTypes),
            $"its exponent '{exponent.Name}' is of type {exponent.Type}; supported is Float, and from opset {FirstOpsetOfMixedTypes} on "
                + $"other numbers");
        double[] exponents = exponent.ToDoubles();
        bool isOne = exponents.Length > 0 && Array.TrueForAll(exponents, each => each == exponents[0]);
        if (!isOne && exponent.Floats is not null) return StepReaders.Binary(graph, node, BinaryKind.Pow);
        node.Require(isOne,
            $"its exponent '{exponent.Name}' of shape [{string.Join(", ", exponent.Dims)}] and type {exponent.Type} differs "
            + $"between elements; supported is one number for all, or exponents of type Float");
        int[] shape = [1, .. x.Shape.Sizes];
        node.Require(Broadcasting.Shape(shape, exponent.Dims) is { } result && result.AsSpan().SequenceEqual(shape),
            $"its exponent of shape [{string.Join(", ", exponent.Dims)}] does not fit its input {x.Shape} (without the batch)");
        return StepReaders.Plain(node, [x], x.Shape, new FunctionNode("", [], 0, FunctionKind.Pow, exponents[0], 0));
    }

    private static UnaryNode Exact(NodeView node, UnaryKind kind)
    {
        node.AllowAttributes();
        return new("", [], 0, kind);
    }

    private static FunctionNode Function(NodeView node, FunctionKind kind, float? alpha = null, float? beta = null, float? gamma = null)
    {
        (string Name, float? Default)[] attributes = [("alpha", alpha), ("beta", beta), ("gamma", gamma)];
        node.AllowAttributes([.. attributes.Where(attribute => attribute.Default is not null).Select(attribute => attribute.Name)]);
        return new("", [], 0, kind, alpha is null ? 0 : node.Float("alpha", alpha.Value),
            beta is not null ? node.Float("beta", beta.Value) : gamma is not null ? node.Float("gamma", gamma.Value) : 0);
    }

    private static PReluNode LeakyRelu(NodeView node)
    {
        node.AllowAttributes("alpha");
        return new("", [], 0, [node.Float("alpha", 0.01f)]);
    }

    /// <summary>Reads Celu. OnnxRuntime makes alpha * (exp(x / alpha) - 1) of float32 numbers, whose error grows with alpha.</summary>
    private static FunctionNode Celu(NodeView node)
    {
        var function = Function(node, FunctionKind.Celu, alpha: 1);
        node.Require(function.A is > 0 and <= MostAlphaOfCelu,
            $"its alpha is {function.A}; it must be above 0 and at most {MostAlphaOfCelu}");
        return function;
    }

    private static FunctionNode Gelu(NodeView node)
    {
        node.AllowAttributes("approximate");
        string approximate = node.Text("approximate", "none");
        return approximate switch
        {
            "none" => new("", [], 0, FunctionKind.Gelu, 0, 0),
            "tanh" => new("", [], 0, FunctionKind.GeluTanh, 0, 0),
            _ => throw node.Error($"its approximation is '{approximate}'; supported are 'none' and 'tanh'"),
        };
    }
}
