using System.Globalization;
using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Tests.Architecture;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Macro;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>
/// Codes that a network's layer draws from a measured table, against P(code given s):
/// chi-square per partial sum, at 1e-4 over all seeds and sums together.
/// Not in children: there the codes of tables are held to the reference, one by one.
/// <code>
/// three inputs of two planes, weights +1: plane i has s_i = set bits, 0 .. 3          result = level(code_0) + 2 level(code_1)
/// levels 0, 1, 5: all nine results 0, 1, 5, 2, 3, 7, 10, 11, 15 differ, so a result tells both codes
/// </code>
/// </summary>
[Trait(ChildTestRun.InChildren, ChildTestRun.Never)]
public sealed class TableConversionTests : IDisposable
{
    private const int Outputs = 400, Seeds = 20;
    private static readonly int[] Levels = [0, 1, 5];
    private static readonly double[][] P = [[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.05, 0.25, 0.7], [0.34, 0.33, 0.33]];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Codes_have_the_tables_probabilities_and_would_not_pass_for_others()
    {
        var images = SingleLayer.Images([.. Enumerable.Range(0, 64).Select(i => (i & 3, i >> 2 & 3, i >> 4))]);
        var die = DieOf();
        double alpha = 1e-4 / (Seeds * P.Length);
        for (uint seed = 0; seed < Seeds; seed++)
        {
            var counts = Count(images, new NetworkRunner(die.Mapped, new(2)).Run(images, die, noise: new(seed)));
            for (int s = 0; s < P.Length; s++)
            {
                Assert.True(ChiSquareP(counts[s], P[s]) > alpha, $"seed {seed}, s = {s}: {string.Join(", ", counts[s])}");
                // 5 % of all codes moved from one to another.
                Assert.True(ChiSquareP(counts[s], [P[s][0] + 0.05, P[s][1], P[s][2] - 0.05]) < alpha,
                    $"Seed {seed}, s = {s} passes for other probabilities.");
            }
        }
    }

    private Die DieOf()
    {
        File.WriteAllLines(_folder["table.csv"],
            P.Select((row, s) => $"{s},{string.Join(',', row.Select(p => p.ToString(CultureInfo.InvariantCulture)))}"));
        var macro = new MacroSpec
        {
            Rows = 3,
            Columns = 37,
            Adc = new() { Kind = AdcKind.Table, Table = _folder["table.csv"], BeyondTable = BeyondTable.Clamp,
                LevelsCounts = [.. Levels.Select(level => (double)level)] },
        };
        short[] weights = [.. Enumerable.Repeat((short)1, 3 * Outputs)];
        return new(new(SingleLayer.Of(new(1, OperandEncoding.Bipolar), weights), macro), new() { Macro = macro }, null);
    }

    /// <summary>How often each code was drawn, <c>[s][code]</c>.</summary>
    private static int[][] Count(ImageSet images, float[] results)
    {
        int[][] counts = [.. P.Select(row => new int[row.Length])];
        for (int image = 0; image < images.Count; image++)
        {
            int[] codes = [image & 3, image >> 2 & 3, image >> 4];
            for (int output = 0; output < Outputs; output++)
            {
                float result = results[image * Outputs + output];
                var (low, high) =
                    (from a in Enumerable.Range(0, 3) from b in Enumerable.Range(0, 3) where Levels[a] + 2 * Levels[b] == result
                        select (a, b)).Single();
                counts[codes.Sum(code => code & 1)][low]++;
                counts[codes.Sum(code => code >> 1)][high]++;
            }
        }
        return counts;
    }

    private static double ChiSquareP(int[] counts, double[] probabilities)
    {
        int all = counts.Sum();
        double chiSquare = counts.Select((count, code) => Math.Pow(count - all * probabilities[code], 2) / (all * probabilities[code]))
            .Sum();
        return Distributions.ChiSquareUpper(chiSquare, counts.Length - 1);
    }
}
