namespace ImcEngine.Tests.Cli;

public class AdcCommandTests
{
    // 4 rows of AND cells, sums 0 .. 4; 3 levels over [0, 4]: 0, 2, 4, edges 1 and 3; ties down: 1 is not above edge 1.
    private static readonly string[] Small = ["adc", "--set", "macro.rows=4", "--set", "macro.adc.levels=3", "--set", "macro.adc.range=full"];

    [Fact]
    public async Task A_line_a_code_and_a_line_a_partial_sum()
    {
        string[] lines = [.. (await ImcRun.Of(Small)).Succeeds().Lines.Select(Squeezed)];
        Assert.Equal("ADC of macro 'default': kind uniform; 4 rows of and cells: partial sums 0 to 4 in steps of 1.", lines[0]);
        Assert.Equal("3 codes, 0 of them unreachable; LSB 2 counts; ties down; not transparent.", lines[1]);
        Assert.Equal(["0 1 down 0 yes", "1 1 3 down 2 yes", "2 3 4 yes"], lines[4..7]);
        Assert.Equal(["0 0 0 0", "1 0 0 -1", "2 1 2 0", "3 1 2 -1", "4 2 4 0"], lines[9..]);
    }

    [Fact]
    public async Task Csv_is_one_table_and_keeps_unreachable_codes()
    {
        // Six levels 0, 2, .. 10, so sums 0 .. 4 never give codes 3 to 5.
        string[] lines = (await ImcRun.Of([.. Small, "--set", "macro.adc.levels=6", "--set", "macro.adc.lsbCounts=2", "--csv"])).Succeeds().Lines;
        Assert.Equal(
        [
            "partialSum,code,levelCounts,errorCounts,edgeBelowCounts,edgeAboveCounts,onEdgeAbove", "0,0,0,0,,1,down", "1,0,0,-1,,1,down", "2,1,2,0,1,3,down", "3,1,2,-1,1,3,down",
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
        (await ImcRun.Of("adc", "--macro", "xnor-sram", "--product", "and")).IsBadInput("--product is and", "macro 'xnor-sram'", "macro.cell=any");
    }

    [Fact]
    public async Task Without_an_adc_sums_pass() =>
        Assert.Contains("passes exactly", (await ImcRun.Of("adc", "--macro", "ideal")).Succeeds().Output, StringComparison.Ordinal);

    [Fact]
    public async Task A_calibrated_range_has_no_list_yet() => (await ImcRun.Of("adc", "--macro", "default")).IsBadInput("macro.adc.range", "'imc calibrate'", "--set macro.adc.range=[low,high]");

    [Fact]
    public async Task An_unknown_macro_lists_the_presets() => (await ImcRun.Of("adc", "--macro", "xnor-257")).IsBadInput("\"xnor-257\"", "xnor-256", "d21-cifar-1bit");

    [Fact]
    public async Task D21s_converter_differs_in_linear_layers()
    {
        // Bound 64, 7 levels: the convolution's edge 32 is 31.99 in the linear layer.
        string[] d21 = ["adc", "--macro", "d21-cifar-2bit", "--set", "macro.adc.boundCounts=64", "--set", "macro.adc.levels=7", "--product", "xnor"];
        Assert.DoesNotContain("31.99", (await ImcRun.Of(d21)).Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains("31.99", (await ImcRun.Of([.. d21, "--linear"])).Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_measured_table_shows_its_likeliest_codes()
    {
        using var folder = new Evaluation.Data.TemporaryFolder();
        File.WriteAllText(folder["chip.csv"], "sum,P(0),P(2)\n0,1,0\n1,0.25,0.75\n2,0,1\n");
        string[] args = ["adc", "--set", "macro.rows=2", "--set", "macro.adc.kind=table", "--set", $"macro.adc.table={folder["chip.csv"]}"];
        string[] lines = [.. (await ImcRun.Of(args)).Succeeds().Lines.Select(Squeezed)];
        Assert.Equal(["0 0 0 1.0000 0.000", "1 1 2 0.7500 1.500", "2 1 2 1.0000 2.000"], lines[^3..]);
        Assert.Equal("1,0,0,0.25", (await ImcRun.Of([.. args, "--csv"])).Succeeds().Lines[3]);
    }

    private static string Squeezed(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
