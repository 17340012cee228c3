using ImcEngine.BitPlanes;
using ImcEngine.Evaluation;
using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Tests.Evaluation;

/// <summary>A random matrix of 4-bit weights and an input of 3-bit activations.</summary>
internal static class MatrixExample
{
    public const int Outputs = 37, Inputs = 300;

    public static OperandFormat Weights { get; } = new(4, OperandEncoding.TwosComplement);
    public static OperandFormat Activations { get; } = new(3, OperandEncoding.Unipolar);

    public static int[,] RandomWeights { get; } = MakeWeights();
    public static int[] RandomInput { get; } = MakeInput();

    public static MacroMatrix Matrix(RunSpec run, uint die = 0, LayerErrors? errors = null) =>
        new(RandomWeights, Weights, Activations, run, die, errors);

    /// <param name="macro">Fields of the macro but rows.</param>
    public static RunSpec Run(string macro) => RunSpecJson.Read($$"""{ "macro": { "rows": 64, {{macro}} } }""");

    /// <summary>The levels of all conversions, accumulated.</summary>
    public static double[] Accumulated(MacroMatrix matrix, RunSpec run, int index = 0, NoiseSeed noise = default)
    {
        double[] levels = AdcFactory.Create(run.Macro.Adc, run.Macro.Rows, CellProduct.And, isLinear: true).LevelCounts;
        double[] results = new double[Outputs];
        foreach (var conversion in matrix.Observe(RandomInput, index, noise))
            results[conversion.OutputChannel] += (double)Activations.PlaneWeight(conversion.InputDigit)
                * Weights.PlaneWeight(conversion.WeightDigit) * levels[conversion.Code];
        return results;
    }

    public static void AssertClose(double[] expected, double[] actual) =>
        Assert.All(expected.Zip(actual, (a, b) => (a, b)), pair => Assert.Equal(pair.a, pair.b, 1e-3));

    private static int[,] MakeWeights()
    {
        var random = new Random(1);
        var weights = new int[Outputs, Inputs];
        for (int o = 0; o < Outputs; o++)
            for (int i = 0; i < Inputs; i++) weights[o, i] = random.Next(-8, 8);
        return weights;
    }

    private static int[] MakeInput()
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, Inputs).Select(_ => random.Next(0, 8))];
    }
}
