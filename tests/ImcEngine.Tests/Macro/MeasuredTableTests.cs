using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Tests.Macro;

public class MeasuredTableTests
{
    private static readonly string[] Lines = ["s,P(-4),P(0),P(code=1;level=4)", "-4,1,0,0", "0,0.25,0.5,0.25", "2,0,0.125,0.875", ""];

    private static readonly MeasuredTable Table = MeasuredTable.Parse(Lines, "chip.csv");

    [Fact]
    public void Levels_come_from_the_header_or_are_given()
    {
        Assert.Equal([-4, 0, 4], Table.LevelCounts);
        Assert.Equal([1, 2, 3], MeasuredTable.Parse(Lines[1..], "chip.csv", [1, 2, 3]).LevelCounts);
    }

    [Fact]
    public void Cumulative_probabilities_are_held_in_units_of_2_to_the_minus_32() =>
        Assert.Equal([1UL << 30, 3UL << 30], Table.Cdf(0).ToArray());

    [Fact]
    public void A_missing_sum_is_interpolated_and_the_ends_extend()
    {
        Assert.Equal([-3, -2, -1, 1], Table.InterpolatedSums);
        Assert.Equal([(ulong)(0.625 * 4294967296.0), (ulong)(0.875 * 4294967296.0)], Table.Cdf(-2).ToArray());
        Assert.Equal(Table.Cdf(-4).ToArray(), Table.Cdf(-1000).ToArray());
        Assert.Equal(Table.Cdf(2).ToArray(), Table.Cdf(1000).ToArray());
    }

    [Theory]
    [InlineData(0u, 0)]
    [InlineData((1u << 30) - 1, 0)]
    [InlineData(1u << 30, 1)]
    [InlineData((3u << 30) - 1, 1)]
    [InlineData(3u << 30, 2)]
    [InlineData(uint.MaxValue, 2)]
    public void The_code_is_the_number_of_cumulative_probabilities_that_u_reaches(uint u, int code) =>
        Assert.Equal(code, Table.Sample(0, u));

    [Fact]
    public void A_certain_code_is_taken_for_every_u()
    {
        Assert.Equal(0, Table.Sample(-4, uint.MaxValue));
        Assert.Equal(0, Table.Sample(-4, 0));
    }

    [Fact]
    public void Codes_come_in_their_measured_frequencies()
    {
        var stream = new DrawStream(11, DrawPurpose.Conversion, 0);
        const int draws = 1 << 16;
        for (int s = -4; s <= 2; s++)
        {
            int[] seen = new int[Table.Codes];
            for (int i = 0; i < draws; i++) seen[Table.Sample(s, Draws.Conversion(stream, new(0, i & 63, i >> 6, s + 4, 0, 0)))]++;
            double chiSquare = 0;
            int possible = 0;
            for (int code = 0; code < Table.Codes; code++)
            {
                double expected = draws * Table.Probability(s, code);
                if (expected == 0) Assert.Equal(0, seen[code]);
                else chiSquare += (seen[code] - expected) * (seen[code] - expected) / expected;
                possible += expected > 0 ? 1 : 0;
            }
            Assert.True(possible == 1 || Distributions.ChiSquareUpper(chiSquare, possible - 1) > 1e-4 / 7,
                $"s = {s}: chi-square {chiSquare}.");
        }
    }

    [Theory]
    [InlineData("-2,0.5,0.5,0.002", "chip.csv line 3 (s = -2): the probabilities add up to 1.002")]
    [InlineData("-2,0.5,0.498,0", "chip.csv line 3 (s = -2): the probabilities add up to 0.998")]
    [InlineData("-2,1.1,-0.1,0", "chip.csv line 3 (s = -2): probability 1.1 of code 0")]
    [InlineData("-2,1,0.1,-0.1", "chip.csv line 3 (s = -2): probability -0.1 of code 2")]
    [InlineData("-2,1,NaN,0", "chip.csv line 3 (s = -2): field 3 is 'NaN'")]
    [InlineData("-2,1,,0", "chip.csv line 3 (s = -2): field 3 is ''")]
    [InlineData("-2,1,0", "chip.csv line 3: 3 fields; the first line has 4")]
    [InlineData("-4,1,0,0", "chip.csv line 3: s = -4 is already in line 2")]
    [InlineData("1.5,1,0,0", "chip.csv line 3: partial sum '1.5'; allowed are integers")]
    [InlineData("9999999,1,0,0", "chip.csv line 3: partial sum '9999999'; allowed are integers")]
    public void A_bad_row_is_named_by_line_and_sum(string line, string message)
    {
        var error = Assert.Throws<ImcException>(() => MeasuredTable.Parse([.. Lines[..2], line, .. Lines[2..]], "chip.csv"));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sum_within_the_tolerance_is_taken_and_the_last_code_takes_the_difference()
    {
        var table = MeasuredTable.Parse(["0,0.5,0.4991"], "chip.csv", [0, 1]);
        Assert.Equal(0.5, table.Probability(0, 1));
    }

    [Fact]
    public void Levels_that_are_missing_or_do_not_fit_are_refused()
    {
        Assert.Contains("no header", Assert.Throws<ImcException>(() => MeasuredTable.Parse(["0,1,0"], "chip.csv")).Message,
            StringComparison.Ordinal);
        Assert.Contains("'x' gives no level",
            Assert.Throws<ImcException>(() => MeasuredTable.Parse(["s,P(1),x", "0,1,0"], "chip.csv")).Message, StringComparison.Ordinal);
        Assert.Contains("3 levels are given",
            Assert.Throws<ImcException>(() => MeasuredTable.Parse(["0,1,0"], "chip.csv", [0, 1, 2])).Message, StringComparison.Ordinal);
    }

    /// <summary>The formula at the top of the file, at every partial sum.</summary>
    [Fact]
    public void The_table_of_preset_xnor_sram_is_its_levels_with_gaussian_noise()
    {
        var table = MeasuredTable.Read(MacroPresets.Get("xnor-sram").Adc.Table!);
        Assert.Equal(Enumerable.Range(-5, 11).Select(code => 12.0 * code), table.LevelCounts);
        Assert.Equal((-256, 256, 0), (table.LeastSum, table.MostSum, table.InterpolatedSums.Count));
        Assert.True(MeasuredTableReport.Create(table).LooksSound);
        double Below(int code, int s) => code < 0 ? 0 : code == 10 ? 1 : Distributions.NormalCdf((-54 + 12 * code - s) / 4.25);
        for (int s = -256; s <= 256; s++)
            for (int code = 0; code < 11; code++) Assert.Equal(Below(code, s) - Below(code - 1, s), table.Probability(s, code), 2e-6);
    }

    [Fact]
    public void A_table_that_comes_with_no_preset_is_refused_and_those_that_do_are_listed()
    {
        string message = Assert.Throws<ImcException>(() => MeasuredTable.Read("preset:xnor-ram")).Message;
        Assert.Equal("preset:xnor-ram: the product has no such table; it has preset:xnor-sram. Use one of them or a CSV file.",
            message);
    }

    [Fact]
    public void Levels_that_are_all_one_are_refused() =>
        Assert.Contains("are both 3", Assert.Throws<ImcException>(() => MeasuredTable.Parse(["0,1,0"], "chip.csv", [3, 3])).Message,
            StringComparison.Ordinal);

    /// <summary>Falling sums must not take quadratic time.</summary>
    [Fact]
    public void A_long_table_in_falling_order_is_read_at_once()
    {
        var time = System.Diagnostics.Stopwatch.StartNew();
        var table = MeasuredTable.Parse(Enumerable.Range(-250_000, 500_001).Select(s => $"{-s},0.5,0.5"), "chip.csv", [0, 1]);
        Assert.Equal((-250_000, 250_000), (table.LeastSum, table.MostSum));
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(30), $"{time.Elapsed}");
    }

    [Fact]
    public void Files_that_are_empty_absent_or_span_too_much_are_refused()
    {
        Assert.Contains("no rows", Assert.Throws<ImcException>(() => MeasuredTable.Parse(["# nothing"], "chip.csv")).Message,
            StringComparison.Ordinal);
        Assert.Contains("There is no CSV file", Assert.Throws<ImcException>(() => MeasuredTable.Read("no such folder/chip.csv")).Message,
            StringComparison.Ordinal);
        string wide = string.Concat(Enumerable.Repeat(",0", 99));
        var error =
            Assert.Throws<ImcException>(() => MeasuredTable.Parse([$"-1000000,1{wide}", $"1000000,1{wide}"], "chip.csv", new double[100]));
        Assert.Contains("entries", error.Message, StringComparison.Ordinal);
    }
}
