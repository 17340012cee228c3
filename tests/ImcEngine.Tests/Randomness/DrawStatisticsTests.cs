using System.Runtime.InteropServices;
using ImcEngine.Randomness;
using ImcEngine.Tests.Macro;

namespace ImcEngine.Tests.Randomness;

/// <summary>
/// Every statistic of every one of 20 seeds must have a p-value above 1e-4 / (statistics x seeds);
/// the negative controls must fall below the same bound.
/// </summary>
public class DrawStatisticsTests
{
    private const int Seeds = 20;
    private const int StatisticsPerSample = 20;
    private const double Alpha = 1e-4 / (Seeds * StatisticsPerSample);
    private const int Draws20 = 1 << 17;

    private enum Kind
    {
        Static,
        Temporal,
    }

    [Fact]
    public void Static_draws_are_independent_and_normal() => RequireNormal(seed => Sample(Walk(Kind.Static, seed, Draws20)));

    [Fact]
    public void Temporal_draws_are_independent_and_normal() => RequireNormal(seed => Sample(Walk(Kind.Temporal, seed, Draws20)));

    [LongFact]
    public void A_hundred_million_static_draws_are_independent_and_normal() =>
        RequireNormal(seed => Sample(Walk(Kind.Static, seed, 100_000_000)), 1);

    [LongFact]
    public void A_hundred_million_temporal_draws_are_independent_and_normal() =>
        RequireNormal(seed => Sample(Walk(Kind.Temporal, seed, 100_000_000)), 1);

    [Fact]
    public void A_sigma_three_percent_larger_is_caught() =>
        RequireCaught(seed => Sample(Walk(Kind.Static, seed, Draws20).Select(x => 1.03 * x)));

    [Fact]
    public void An_offset_that_columns_share_is_caught() =>
        RequireCaught(
            seed => Sample(Walk(Kind.Static, seed, Draws20).Chunk(64)
                .SelectMany(columns => columns.Select((x, i) => i % 2 == 0 ? x : columns[i - 1]))));

    [Fact]
    public void A_correlation_of_neighbours_is_caught() =>
        RequireCaught(seed => Sample(Correlated(Walk(Kind.Static, seed, Draws20), 0.05)));

    [Fact]
    public void A_constant_offset_is_caught() => RequireCaught(seed => Sample(Walk(Kind.Temporal, seed, Draws20).Select(x => x + 0.03)));

    public static TheoryData<string> Axes { get; } =
        new("seed", "next die", "purpose", "layer", "array", "row", "column", "image", "pixel", "row group", "input bit", "vote", "repeat",
            "half");

    [Theory]
    [MemberData(nameof(Axes))]
    public void Neighbours_along_every_field_are_independent(string axis)
    {
        double alpha = 1e-4 / (Seeds * 2 * Axes.Count);
        for (uint seed = 0; seed < Seeds; seed++)
        {
            var sample = new NormalSample();
            for (int i = 0; i < 1 << 13; i++)
            {
                var (x, y) = Neighbours(axis, seed, i);
                sample.AddPair(x, y);
            }
            foreach (var (statistic, p) in sample.PairPValues())
                Assert.True(p > alpha, $"{statistic} along {axis}, seed {seed}: p = {p:E2}, allowed from {alpha:E2}.");
        }
    }

    private static (double X, double Y) Neighbours(string axis, uint seed, int i)
    {
        var cells = new DrawStream(seed, DrawPurpose.CellMismatch, 1);
        var run = new DrawStream(seed, DrawPurpose.Conversion, 1);
        // Every other index, so that no draw stands in two pairs.
        int at = 2 * (i >> 4), beside = i & 15;
        var place = new ConversionPlace(beside, beside, beside, beside, beside, beside % 8);
        double Cell(DrawStream stream, int array, int row, int column) => Draws.Normal(stream, array, row, column);
        double Run(DrawStream stream, ConversionPlace of) => Gaussian.Normal(Draws.Conversion(stream, of));
        return axis switch
        {
            "seed" => (Cell(cells, beside, at, 5), Cell(cells with { Seed = seed + 1 }, beside, at, 5)),
            "next die" => (Run(run, place with { Pixel = at }), Run(run with { Seed = seed + 1 }, place with { Pixel = at })),
            "purpose" => (Cell(cells, beside, at, 5), Cell(cells with { Purpose = DrawPurpose.StuckCell }, beside, at, 5)),
            "layer" => (Cell(cells with { Layer = at }, beside, 0, 5), Cell(cells with { Layer = at + 1 }, beside, 0, 5)),
            "array" => (Cell(cells, at, beside, 5), Cell(cells, at + 1, beside, 5)),
            "row" => (Cell(cells, beside, at, 5), Cell(cells, beside, at + 1, 5)),
            "column" => (Run(run, place with { Column = at }), Run(run, place with { Column = at + 1 })),
            "image" => (Run(run, place with { Image = at }), Run(run, place with { Image = at + 1 })),
            "pixel" => (Run(run, place with { Pixel = at }), Run(run, place with { Pixel = at + 1 })),
            "row group" => (Run(run, place with { RowGroup = at }), Run(run, place with { RowGroup = at + 1 })),
            "input bit" => (Run(run, place with { InputBit = 2 * (beside % 4), Pixel = at }),
                Run(run, place with { InputBit = 2 * (beside % 4) + 1, Pixel = at })),
            "vote" => (Run(run, place with { Vote = 2 * (beside % 8), Pixel = at }),
                Run(run, place with { Vote = 2 * (beside % 8) + 1, Pixel = at })),
            "repeat" => (Run(run with { Repeat = at }, place), Run(run with { Repeat = at + 1 }, place)),
            _ => (Gaussian.Normal(Draws.Conversion(run, place with { Pixel = at })),
                Gaussian.Normal(Draws.Conversion(run, place with { Pixel = at }) << 16)),
        };
    }

    // Columns first, then rows (of cells), or pixels and then images (of conversions).
    private static IEnumerable<double> Walk(Kind kind, uint seed, int count)
    {
        const int columns = 4096;
        uint[] line = new uint[columns];
        for (int first = 0, n = 0; first < count; first += columns, n++)
        {
            if (kind == Kind.Static) Draws.Uniforms(new(seed, DrawPurpose.CellMismatch, 2), n >> 8, n & 255, line);
            else FillConversions(new(seed, DrawPurpose.Conversion, 2), new(1, 0, n >> 10, n & 1023, 3, 1), line);
            for (int i = 0; i < columns && first + i < count; i++) yield return Gaussian.Normal(line[i]);
        }
    }

    private static void FillConversions(DrawStream stream, ConversionPlace place, Span<uint> columns)
    {
        Span<ushort> high = new ushort[columns.Length], low = new ushort[columns.Length];
        Philox.Fill(stream.Key(), Draws.ConversionCounter(place, 0), Draws.NextColumns, MemoryMarshal.Cast<ushort, uint>(high));
        Philox.Fill(stream.Key(), Draws.ConversionCounter(place, 1), Draws.NextColumns, MemoryMarshal.Cast<ushort, uint>(low));
        for (int i = 0; i < columns.Length; i++) columns[i] = ((uint)high[i] << 16) | low[i];
    }

    private static IEnumerable<double> Correlated(IEnumerable<double> draws, double correlation)
    {
        double last = 0;
        foreach (double x in draws)
        {
            yield return correlation * last + Math.Sqrt(1 - correlation * correlation) * x;
            last = x;
        }
    }

    private static NormalSample Sample(IEnumerable<double> draws)
    {
        var sample = new NormalSample();
        foreach (double x in draws) sample.Add(x);
        return sample;
    }

    private static void RequireNormal(Func<uint, NormalSample> sampleOf, int seeds = Seeds)
    {
        for (uint seed = 1; seed <= seeds; seed++)
        {
            var values = sampleOf(seed).PValues().ToArray();
            Assert.Equal(StatisticsPerSample, values.Length);
            foreach (var (statistic, p) in values)
                Assert.True(p > Alpha, $"{statistic}, seed {seed}: p = {p:E2}, allowed from {Alpha:E2}.");
        }
    }

    private static void RequireCaught(Func<uint, NormalSample> sampleOf)
    {
        for (uint seed = 1; seed <= Seeds; seed++)
        {
            var values = sampleOf(seed).PValues().ToArray();
            Assert.True(values.Any(value => value.P <= Alpha),
                $"Seed {seed}: nothing below {Alpha:E2}; the least is {values.Min(value => value.P):E2}.");
        }
    }
}
