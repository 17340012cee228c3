using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Quantization;

public class NeverNegativeTests
{
    private static bool IsProven(Action<OnnxBuilder> body) =>
        NeverNegative.TensorsOf(new GraphReader(new GraphIndex(Of(body)))).Contains("y");

    [Theory]
    [InlineData("Relu", true)]
    [InlineData("Sigmoid", true)]
    [InlineData("HardSigmoid", true)]
    [InlineData("Softplus", true)]
    [InlineData("Softmax", true)]
    [InlineData("Exp", true)]
    [InlineData("Abs", true)]
    [InlineData("Sqrt", true)]
    [InlineData("LogSoftmax", false)]
    [InlineData("LeakyRelu", false)]
    [InlineData("HardSwish", false)]
    [InlineData("Elu", false)]
    [InlineData("Tanh", false)]
    [InlineData("Neg", false)]
    public void What_a_function_makes_of_any_image(string @operator, bool expected) =>
        Assert.Equal(expected, IsProven(b => b.Node(@operator, ["x"], "y")));

    [Theory]
    [InlineData("Sum", 1, true)]
    [InlineData("Sum", -1, false)]
    [InlineData("Max", 1, true)]
    [InlineData("Mean", -1, false)]
    public void Operands_among_which_no_constant_is_negative(string @operator, float constant, bool expected) =>
        Assert.Equal(expected, IsProven(b =>
            b.Node(@operator, [b.Node("Relu", ["x"], "r"), b.Floats("k", [1, 32], [.. Enumerable.Repeat(constant, 32)]),
                b.Node("Abs", ["x"], "a")], "y")));

    [Theory]
    [InlineData("ReduceMean", true)]
    [InlineData("ReduceL2", true)]
    [InlineData("ReduceLogSumExp", false)]
    public void Reductions_and_moves_of_what_is_not_negative(string @operator, bool expected) =>
        Assert.Equal(expected, IsProven(b => b.Node(@operator,
            [b.Node("Transpose", [b.Node("Relu", ["x"], "r")], "t", Attribute("perm", [0, 2, 1, 3])), b.Longs("axes", 1)], "y")));
}
