using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Sum, Mean, Max and Min of random operands against OnnxRuntime: seeds 1 to 100 of each.</summary>
public class VariadicOperatorTests
{
    private const int Seeds = 100;

    [Theory]
    [InlineData("Sum")]
    [InlineData("Mean")]
    [InlineData("Max")]
    [InlineData("Min")]
    public void Agrees_with_OnnxRuntime(string @operator)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            int[] shape = Drawn.Shape(random);
            Agrees(Of(b => b.Node(@operator, Operands(b, random, shape), "y"), Drawn.Opset(random, 11), Drawn.Input(shape)), seed: seed);
        }
    }

    /// <summary>The image or what is made of it, broadcast perhaps, and constants of any shape that broadcasts; 1 to 5 of them.</summary>
    private static string[] Operands(OnnxBuilder b, Random random, int[] shape)
    {
        var operands = new List<string> { "x" };
        for (int more = random.Next(0, 5); more > 0; more--)
        {
            int choice = random.Next(5);
            string name = $"o{more}";
            if (choice == 0) operands.Add(b.Node("Neg", ["x"], name));
            else if (choice == 1 && shape.Length > 1)
                operands.Add(b.Node("Slice", ["x", b.Longs(name + "s", 0), b.Longs(name + "e", 1), b.Longs(name + "a", -1)], name));
            else operands.Add(Constant(b, random, shape, name));
            if (Drawn.OneIn(random, 3)) operands.Reverse();
        }
        return [.. operands];
    }

    private static string Constant(OnnxBuilder b, Random random, int[] shape, string name)
    {
        long[] dims = [.. shape.Select(size => Drawn.OneIn(random, 2) ? 1L : size)];
        if (Drawn.OneIn(random, 3)) dims = [];
        else if (Drawn.OneIn(random, 3)) dims = [1, .. dims];
        else if (Drawn.OneIn(random, 3)) dims = dims[1..];
        return b.Floats(name, dims, Numbers((int)dims.Aggregate(1L, (product, size) => product * size), random.Next()));
    }

    [Fact]
    public void Two_of_a_sum_are_an_addition_and_one_bound_is_a_clip()
    {
        Node Only(string @operator, params string[] inputs) => Assert.Single(NetworkImporter.Import(Of(b =>
        {
            b.Float("zero", 0);
            b.Floats("row", [1, 32], Numbers(32, 1));
            b.Node(@operator, inputs, "y");
        })).Network.Nodes);
        Assert.Equal(BinaryKind.Add, Assert.IsType<BinaryNode>(Only("Sum", "x", "x")).Kind);
        Assert.Equal((0f, float.PositiveInfinity), Bounds(Only("Max", "zero", "x")));
        Assert.Equal((float.NegativeInfinity, 0f), Bounds(Only("Min", "x", "zero")));
        Assert.IsType<VariadicNode>(Only("Max", "x", "row"));
        Assert.IsType<VariadicNode>(Only("Max", "x", "x"));
        Assert.Equal(UnaryKind.Identity, Assert.IsType<UnaryNode>(Only("Mean", "x")).Kind);
    }

    private static (float Low, float High) Bounds(Node node) => Assert.IsType<ClipNode>(node) is var clip ? (clip.Low, clip.High) : default;

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        IsRefused(Of(b => b.Node("Sum", ["x", b.Floats("k", [5], new float[5])], "y"), input: [-1, 4]), "'y' (Sum)", "do not broadcast");
        IsRefused(Of(b => b.Node("Max", ["x", b.Longs("k", 5)], "y"), input: [-1, 4]), "'y' (Max)", "'k' is of type Int64");
        IsRefused(Of(b => b.Node("Mean", ["x", b.Floats("k", [2, 4], new float[8])], "y"), input: [-1, 4]), "'y' (Mean)",
            "axis 0 must be 1");
        IsRefused(Of(b => b.Node("Min", ["x", ""], "y"), input: [-1, 4]), "'y' (Min)", "input 1 is absent");
        IsRefused(Of(b => b.Node("Min", [], "y"), input: [-1, 4]), "'y' (Min)", "0 inputs");
    }
}
