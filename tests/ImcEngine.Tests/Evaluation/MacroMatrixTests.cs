using ImcEngine.BitPlanes;
using ImcEngine.Evaluation;
using ImcEngine.Macro;
using ImcEngine.Randomness;
using static ImcEngine.Tests.Evaluation.MatrixExample;

namespace ImcEngine.Tests.Evaluation;

public class MacroMatrixTests
{
    private const string FourBits = "\"adc\": { \"bits\": 4, \"range\": \"full\" }";

    [Fact]
    public void Exact_sums_are_the_product()
    {
        double[] result = Matrix(Run("\"adc\": { \"kind\": \"none\" }")).Multiply(RandomInput);
        Assert.Equal(Enumerable.Range(0, Outputs)
            .Select(o => (double)Enumerable.Range(0, Inputs).Sum(i => RandomWeights[o, i] * RandomInput[i])), result);
    }

    /// <summary>Cells of several bits hold w + 8; the product is still that of w.</summary>
    [Theory]
    [InlineData("\"adc\": { \"kind\": \"none\" }, \"cellBits\": 2")]
    [InlineData("\"adc\": { \"levels\": 961, \"range\": \"full\" }, \"cellBits\": 4")]
    public void Weights_in_offset_binary_give_their_product(string macro) =>
        AssertClose(Matrix(Run("\"adc\": { \"kind\": \"none\" }")).Multiply(RandomInput), Matrix(Run(macro)).Multiply(RandomInput));

    [Fact]
    public void Ternary_weights_have_one_conversion_an_input_plane_and_row_group()
    {
        int[,] weights = { { -1, 0, 1, 1 }, { 0, 0, 0, -1 } };
        var matrix = new MacroMatrix(weights, OperandFormat.Ternary, Activations, Run("\"adc\": { \"levels\": 129, \"range\": \"full\" }"));
        Assert.Equal(2 * 3, matrix.Conversions);
        Assert.Equal([-7.0 + 2 + 5, -5], matrix.Multiply([7, 6, 2, 5]));
        Assert.Equal([-1, 0, 1, 0, 0, -1], [.. matrix.Observe([1, 1, 0, 4]).Select(each => each.S)]);
        weights[1, 1] = -2;
        Assert.Contains("which is not a code of ternary; allowed are numbers from -1 to 1.", Assert.Throws<ImcException>(
            () => new MacroMatrix(weights, OperandFormat.Ternary, Activations, Run(FourBits))).Message, StringComparison.Ordinal);
    }

    /// <summary>The fast kernels' result is that of the conversions that the reference shows.</summary>
    [Theory]
    [InlineData(FourBits)]
    [InlineData("""  "adc": { "bits": 5, "range": [-10, 40] }, "die": { "columnOffsetCounts": 1.5 }""")]
    [InlineData(FourBits + """, "die": { "cellMismatchRelative": 0.05, "bitlineNoiseCounts": 0.7 }""")]
    public void Results_are_the_accumulated_levels_of_all_conversions(string macro)
    {
        var run = Run(macro);
        var matrix = Matrix(run, die: 7);
        var conversions = matrix.Observe(RandomInput, index: 5, new NoiseSeed(9));
        Assert.Equal(matrix.Conversions, conversions.Count);
        Assert.Contains(conversions, conversion => conversion.S > 0);
        AssertClose(Accumulated(matrix, run, 5, new(9)), matrix.Multiply(RandomInput, index: 5, new NoiseSeed(9)));
    }

    /// <summary>Edges and levels of one's own.</summary>
    [Fact]
    public void A_converter_is_a_list_of_edges_and_levels()
    {
        var run = new RunSpec
        {
            Macro = new()
            {
                Rows = 64, Adc = new() { Kind = AdcKind.List, EdgesCounts = [0.5, 4.5, 9], LevelsCounts = [0, 2, 6.5, 12] },
            },
        };
        var matrix = Matrix(run);
        Assert.All(matrix.Observe(RandomInput), conversion =>
            Assert.Equal(conversion.S > 9 ? 3 : conversion.S > 4.5 ? 2 : conversion.S > 0.5 ? 1 : 0, conversion.Code));
        AssertClose(Accumulated(matrix, run), matrix.Multiply(RandomInput));
    }

    [Fact]
    public void Wrong_lengths_and_codes_are_errors_that_say_what_is_allowed()
    {
        var run = Run(FourBits);
        var matrix = Matrix(run);
        Assert.Equal("The input has 3 numbers; the matrix takes 300.", Message(() => matrix.Multiply([1, 2, 3])));
        int[] input = [.. RandomInput];
        input[17] = 8;
        Assert.Equal("Input 17 is 8, which is not a code of unipolar:3; allowed are numbers from 0 to 7.",
            Message(() => matrix.Multiply(input)));
        Assert.Equal("Weight 2 is -9, which is not a code of twos-complement:4; allowed are numbers from -8 to 7.",
            Message(() => new MacroMatrix(new[,] { { 1, 2, -9 } }, Weights, Activations, run)));
        Assert.Contains("0 outputs and 3 inputs", Message(() => new MacroMatrix(new int[0, 3], Weights, Activations, run)),
            StringComparison.Ordinal);
        Assert.Contains("9 bits", Message(() => new MacroMatrix(new[,] { { 1 } }, new(9, OperandEncoding.Unipolar), Activations, run)),
            StringComparison.Ordinal);
        Assert.Contains("no calibration", Message(() => Matrix(Run("\"adc\": { \"bits\": 4, \"range\": \"calibrated\" }"))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Bipolar_codes_are_odd()
    {
        var format = new OperandFormat(2, OperandEncoding.Bipolar);
        var matrix = new MacroMatrix(new[,] { { 3, -1 }, { 1, 1 } }, format, format, Run("\"adc\": { \"kind\": \"none\" }"));
        Assert.Equal([-12.0, 0], matrix.Multiply([-3, 3]));
        Assert.Contains("odd numbers from -3 to 3", Message(() => matrix.Multiply([0, 1])), StringComparison.Ordinal);
    }

    private static string Message(Action action) => Assert.Throws<ImcException>(action).Message;
}
