using System.Globalization;
using ImcEngine.Randomness;

namespace ImcEngine.Tests.Cli;

public class AdcCommandTests
{
    // 4 rows of AND cells, sums 0 .. 4; 3 levels over [0, 4]: 0, 2, 4, edges 1 and 3; ties down: 1 is not above edge 1.
    private static readonly string[] Small = ["adc", "--set", "macro.rows=4", "--set", "macro.adc.levels=3", "--set",
        "macro.adc.range=full"];

    [Fact]
    public async Task A_line_a_code_and_a_line_a_partial_sum()
    {
        string[] lines = [.. (await ImcRun.Of(Small)).Succeeds().Lines.Select(Squeezed)];
        Assert.Equal("ADC of macro 'default, changed: rows 4, adc.levels 3, adc.range full, adc.bits left out': kind uniform; "
            + "4 rows of and cells: partial sums 0 to 4 in steps of 1.", lines[0]);
        Assert.Equal("3 codes, 0 of them unreachable; LSB 2 counts; ties down; not transparent.", lines[1]);
        Assert.Equal(["full scale 4 2 100 %", "levels of the ADC, highest less lowest 4 2 100 %", "LSB 2 1 50 %"], lines[4..7]);
        Assert.Equal(["0 1 down 0 yes", "1 1 3 down 2 yes", "2 3 4 yes"], lines[9..12]);
        Assert.Equal(["0 0 0 0", "1 0 0 -1", "2 1 2 0", "3 1 2 -1", "4 2 4 0"], lines[14..]);
    }

    /// <summary>16 rows and digits of 4 x 1 bits: 16 * 15 = 240 counts. Levels 0, 80, 160, 240. A parasitic of a quarter amplifies noise of
    /// the bitline, and the comparator's where the reference does not track it.</summary>
    [Fact]
    public async Task Errors_are_stated_in_counts_in_lsb_and_as_a_share_of_the_full_scale()
    {
        string[] die = ["columnOffsetLsb=0.25", "edgeErrorLsb=0.1", "bitlineNoiseCounts=4.8", "comparatorNoiseLsb=0.5",
            "parasiticRelative=0.25", "referenceTracksParasitic=false"];
        string[] args = ["adc", "--set", "macro.rows=16", "--set", "macro.inputDigitBits=4", "--set", "macro.adc.bits=2", "--set",
            "macro.adc.range=full", .. die.SelectMany(field => (string[])["--set", $"macro.die.{field}"])];
        string[] lines = [.. (await ImcRun.Of(args)).Succeeds().Lines.Select(Squeezed)];
        Assert.Equal(
        [
            "full scale 240 3 100 %", "levels of the ADC, highest less lowest 240 3 100 %", "LSB 80 1 33.3333 %",
            "column offset, sigma 25 0.3125 10.4167 %", "edge error, sigma 8 0.1 3.33333 %", "bitline noise, sigma 6 0.075 2.5 %",
            "comparator noise, sigma 50 0.625 20.8333 %", "",
        ], lines[4..12]);
    }

    [Theory]
    [InlineData("ternary-gated", "4 rows of ternary-gated cells, input digits of 2 bits: partial sums -12 to 12 in steps of 1.")]
    [InlineData("ternary-xnor", "4 rows of ternary-xnor cells, input digits of 2 bits: partial sums -12 to 12 in steps of 1.")]
    public async Task Ternary_cells_hold_one_digit_whatever_cells_hold_otherwise(string product, string expected)
    {
        string line = (await ImcRun.Of("adc", "--product", product, "--set", "macro.rows=4", "--set", "macro.inputDigitBits=2", "--set",
            "macro.cellBits=4", "--set", "macro.adc.range=full")).Succeeds().Lines[0];
        Assert.EndsWith(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codes_of_more_than_1100_partial_sums_are_left_to_csv()
    {
        string[] digits = ["adc", "--set", "macro.inputDigitBits=4", "--set", "macro.weightDigitBits=2", "--set", "macro.adc.range=full"];
        Assert.Equal("--csv lists the codes of all 11521 partial sums.", (await ImcRun.Of(digits)).Succeeds().Lines[^1]);
        Assert.Equal(11522, (await ImcRun.Of([.. digits, "--csv"])).Succeeds().Lines.Length);
    }

    [Fact]
    public async Task Csv_is_one_table_and_keeps_unreachable_codes()
    {
        // Six levels 0, 2, .. 10, so sums 0 .. 4 never give codes 3 to 5.
        string[] lines =
            (await ImcRun.Of([.. Small[..3], "--set", "macro.adc.levels=6", "--set", "macro.adc.lsbCounts=2", "--csv"])).Succeeds().Lines;
        Assert.Equal(
        [
            "partialSum,code,levelCounts,errorCounts,edgeBelowCounts,edgeAboveCounts,onEdgeAbove", "0,0,0,0,,1,down", "1,0,0,-1,,1,down",
            "2,1,2,0,1,3,down", "3,1,2,-1,1,3,down",
            "4,2,4,0,3,5,down", ",3,6,,5,7,down", ",4,8,,7,9,down", ",5,10,,9,,",
        ], lines);
    }

    [Fact]
    public async Task Signed_products_convert_signed_sums()
    {
        var run = await ImcRun.Of([.. Small, "--product", "xnor"]);
        Assert.Contains("4 rows of xnor cells: partial sums -4 to 4 in steps of 2.", run.Succeeds().Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_macro_of_xnor_cells_shows_its_own_product_and_refuses_the_other()
    {
        Assert.Contains("of xnor cells", (await ImcRun.Of("adc", "--macro", "xnor-sram")).Succeeds().Lines[0], StringComparison.Ordinal);
        (await ImcRun.Of("adc", "--macro", "xnor-sram", "--product", "and")).IsBadInput("--product is and", "macro 'xnor-sram'",
            "macro.cell=any");
    }

    [Fact]
    public async Task Without_an_adc_sums_pass() =>
        Assert.Contains("passes exactly", (await ImcRun.Of("adc", "--macro", "ideal")).Succeeds().Output, StringComparison.Ordinal);

    [Fact]
    public async Task A_calibrated_range_has_no_list_yet() =>
        (await ImcRun.Of("adc", "--macro", "default")).IsBadInput("macro.adc.range", "'imc calibrate'", "--set macro.adc.range=[low,high]");

    [Fact]
    public async Task An_unknown_macro_lists_the_presets() =>
        (await ImcRun.Of("adc", "--macro", "xnor-257")).IsBadInput("\"xnor-257\"", "xnor-256", "d21-cifar-1bit");

    [Fact]
    public async Task D21s_converter_differs_in_linear_layers()
    {
        // Bound 64, 7 levels: the convolution's edge 32 is 31.99 in the linear layer.
        string[] d21 = ["adc", "--macro", "d21-cifar-2bit", "--set", "macro.adc.boundCounts=64", "--set", "macro.adc.levels=7",
            "--product", "xnor"];
        Assert.DoesNotContain("31.99", (await ImcRun.Of(d21)).Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains("31.99", (await ImcRun.Of([.. d21, "--linear"])).Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_measured_table_shows_its_likeliest_codes()
    {
        using var folder = new Data.TemporaryFolder();
        File.WriteAllText(folder["chip.csv"], "sum,P(0),P(2)\n0,1,0\n1,0.25,0.75\n2,0,1\n");
        string[] args = ["adc", "--set", "macro.rows=2", "--set", "macro.adc.kind=table", "--set", $"macro.adc.table={folder["chip.csv"]}"];
        string[] lines = [.. (await ImcRun.Of(args)).Succeeds().Lines.Select(Squeezed)];
        Assert.Equal(["0 0 0 1.0000 0.000", "1 1 2 0.7500 1.500", "2 1 2 1.0000 2.000"], lines[^3..]);
        Assert.Equal("1,0,0,0.25", (await ImcRun.Of([.. args, "--csv"])).Succeeds().Lines[3]);
    }

    [Fact]
    public async Task Partial_sums_beyond_a_table_are_named_and_shown_only_where_they_are_clamped()
    {
        using var folder = new Data.TemporaryFolder();
        File.WriteAllText(folder["chip.csv"], "sum,P(0),P(2)\n1,1,0\n2,0,1\n");
        string[] args = ["adc", "--set", "macro.rows=4", "--set", "macro.adc.kind=table", "--set", $"macro.adc.table={folder["chip.csv"]}"];
        var refused = (await ImcRun.Of(args)).Succeeds();
        Assert.Contains("Beyond the table: 0, 3, 4; a layer that makes such partial sums is refused (adc.beyondTable is error).",
            refused.Lines);
        Assert.Equal(["1 0 0 1.0000 0.000", "2 1 2 1.0000 2.000"], refused.Lines[^2..].Select(Squeezed));
        var clamped = (await ImcRun.Of([.. args, "--set", "macro.adc.beyondTable=clamp"])).Succeeds();
        Assert.Contains("Beyond the table: 0, 3, 4; they are clamped to its end lines (adc.beyondTable is clamp).", clamped.Lines);
        Assert.Equal("4 1 2 1.0000 2.000", Squeezed(clamped.Lines[^1]));
    }

    [Fact]
    public async Task The_adc_of_a_die_has_inl_and_dnl_under_their_definitions()
    {
        // Only an offset: the fit takes it out; 2 edges 2 counts apart.
        string[] args = [.. Small, "--die", "7", "--layer", "3", "--array", "1", "--column", "2", "--set",
            "macro.die.columnOffsetCounts=0.5"];
        string[] lines = (await ImcRun.Of([.. args, "--csv"])).Succeeds().Lines;
        Assert.Equal("# ADCs of macro 'default, changed: "
            + "rows 4, adc.levels 3, adc.range full, adc.bits left out and 1 more', die 7, layer 3", lines[0]);
        Assert.StartsWith("# end-point fit: a = ", lines[1], StringComparison.Ordinal);
        Assert.Equal("array,column,edge,idealEdgeCounts,edgeCounts,inlLsb,dnlLsb", lines[3]);
        double offset = 0.5 * Draws.Normal(new(7, DrawPurpose.ColumnOffset, 3), 1, 0, 2);
        string first = (Math.Round(4096 * (1 + offset)) / 4096).ToString("R", CultureInfo.InvariantCulture),
            second = (Math.Round(4096 * (3 + offset)) / 4096).ToString("R", CultureInfo.InvariantCulture);
        Assert.Equal([$"1,2,0,1,{first},0,0", $"1,2,1,3,{second},0,"], lines[4..]);
        string[] table = (await ImcRun.Of(args)).Succeeds().Lines;
        Assert.EndsWith(" 0.000 % 0.0000 0.0000 0", Squeezed(table[^1]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_columns_of_a_layer_of_a_network_are_listed()
    {
        using var files = new TinyFiles();
        string[] args = ["adc", "--model", files.Model(4), "--layer", "layer1.0.conv1", "--set", "macro.adc.range=[0,60]", "--set",
            "macro.columns=6", "--set", "macro.die.edgeErrorLsb=0.2", "--die", "1"];
        string[] lines = (await ImcRun.Of([.. args, "--csv"])).Succeeds().Lines[4..];
        // Outputs of 4 planes: one in each array of 6 columns, so columns 0 to 3 of every array, 15 edges each.
        Assert.Equal(["0", "1", "2", "3"], lines.Select(line => line.Split(',')[1]).Distinct());
        Assert.Equal(lines.Select(line => line.Split(',')[0]).Distinct().Count() * 4 * 15, lines.Length);
        Assert.Equal(15, lines.Count(line => line.StartsWith("1,2,", StringComparison.Ordinal)));
        Assert.Equal(lines.Where(line => line.StartsWith("1,2,", StringComparison.Ordinal)),
            (await ImcRun.Of([.. args, "--csv", "--array", "1", "--column", "2"])).Succeeds().Lines[4..]);
        (await ImcRun.Of([.. args, "--column", "4"])).IsBadInput("--column is 4; an array has 4 columns here");
        (await ImcRun.Of([.. args, "--array", "99"])).IsBadInput("--array is 99", "arrays, from 0 on");
        (await ImcRun.Of([.. args[..3], "--die", "1"])).IsBadInput("--layer is missing; the layers", "layer1.0.conv1");
    }

    [Theory]
    [InlineData("--column chooses ADCs of a die", "--column", "2")]
    [InlineData("macro.adc.kind: found \"none\"", "--die", "0", "--macro", "ideal")]
    [InlineData("macro.adc.range: found \"calibrated\"", "--die", "0", "--macro", "default")]
    [InlineData("--layer is 'conv1'; without --model", "--die", "0", "--layer", "conv1", "--set", "macro.adc.range=full")]
    public async Task Adcs_of_a_die_that_cannot_be_listed_are_named(string message, params string[] options) =>
        (await ImcRun.Of(["adc", .. options])).IsBadInput(message);

    private static string Squeezed(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
