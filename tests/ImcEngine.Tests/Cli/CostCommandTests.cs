using System.Text.Json.Nodes;
using ImcEngine.Cli.Costs;
using ImcEngine.Tests.Architecture;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Cli;

public sealed class CostCommandTests : IDisposable
{
    private static readonly string Model = Path.Combine(Repository.Root, "weights", "resnet18-w16-shapes10-w4a4.onnx"),
        Binary = Path.Combine(Repository.Root, "weights", "resnet18-cifar10-w1a1.onnx");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_images_driven_rows_are_bounds_and_called_so()
    {
        var run = (await ImcRun.Of("cost", Model)).Succeeds();
        Assert.Contains("are bounds", run.Output, StringComparison.Ordinal);
        Assert.Contains("at most driven rows", run.Output, StringComparison.Ordinal);
        Assert.Contains("Energy with ADC A: at most ", run.Output, StringComparison.Ordinal);
        Assert.Contains("28 nm (assumed), 0.9 V (assumed)", run.Output, StringComparison.Ordinal);
        Assert.Contains("TOPS/W of unipolar:4 x twos-complement:4", run.Output, StringComparison.Ordinal);
        Assert.Contains("All arrays of a layer work at once; columns per ADC: 1; the cycle is that of the model.", run.Lines);
        foreach (string model in new[] { "ADC A: ", "ADC B: ", "array by gates: ", "shift-and-add: ", "cycle: " })
            Assert.Contains(run.Lines, line => line.StartsWith(model, StringComparison.Ordinal)
                && line.Contains("Source: ", StringComparison.Ordinal) && line.Contains("Valid: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Measured_energies_lie_below_the_bounds_and_conversions_are_those_of_inspect()
    {
        string[] hardware = ["--set", "macro.rows=128", "--set", "macro.technology.unitCapacitanceFemtofarads=1.2",
            "--set", "macro.technology.arrayEnergy=sharing"];
        var bound = await Json(["cost", Model, .. hardware]);
        var measured = await Json(["cost", Model, "--data", "shapes10", "--images", "2", .. hardware]);
        var inspected = await Json(["inspect", Model, "--set", "macro.rows=128"]);
        Assert.True((bool)bound["totals"]!["isBound"]! && !(bool)measured["totals"]!["isBound"]!);
        Assert.Equal((long)inspected["totals"]!["conversionsPerImage"]!, (long)measured["totals"]!["conversions"]!);
        Assert.Equal((long)inspected["totals"]!["macroMultiplyAccumulatesPerImage"]!, (long)bound["totals"]!["multiplyAccumulates"]!);
        Assert.Contains("2 images of shapes10", (string?)measured["measuredOn"], StringComparison.Ordinal);
        var (most, found) = (bound["layers"]!.AsArray(), measured["layers"]!.AsArray());
        for (int layer = 0; layer < most.Count; layer++)
        {
            Assert.Equal("array, sharing", (string?)found[layer]!["arrayModel"]);
            Assert.Equal("sharing", (string?)found[layer]!["technology"]!["arrayEnergy"]);
            Assert.InRange((double)found[layer]!["arrayPicojoules"]!, 1e-9, (double)most[layer]!["arrayPicojoules"]!);
            // n products cost n C V^2: with AND cells and whole planes, n is s.
            Assert.NotNull(found[layer]!["counts"]!["meanSquaredSum"]);
            Assert.Null(most[layer]!["counts"]!["meanSquaredSum"]);
        }
        Assert.Equal(["ADC A", "ADC B"], measured["totals"]!["energies"]!.AsArray().Select(each => (string?)each!["adcModel"]));
        Assert.All(measured["models"]!.AsArray(), model => Assert.NotEqual("", (string?)model!["validity"]));
    }

    [Fact]
    public async Task C3SRAM_shows_model_over_measured_and_what_is_outside()
    {
        var run = (await ImcRun.Of("cost", Binary, "--macro", "c3sram-256x64")).Succeeds();
        Assert.Contains("measured 762 fJ a column and cycle, models 680 fJ with an array of 28 nm: model / measured 0.89.", run.Output,
            StringComparison.Ordinal);
        Assert.Contains("models 917 fJ with an array scaled to 65 nm: model / measured 1.20.", run.Output, StringComparison.Ordinal);
        Assert.Contains("ADC A: 65 nm, and the model is of 22 to 28 nm", run.Output, StringComparison.Ordinal);
        Assert.Contains("65 nm (that of Jiang et al.", run.Output, StringComparison.Ordinal);
        var json = await Json("cost", Binary, "--macro", "c3sram-256x64");
        Assert.Equal([0.89, 1.20], json["chips"]!.AsArray().Single()!["energies"]!.AsArray()
            .Select(each => Math.Round((double)each!["modelOverMeasured"]!, 2)));
    }

    [Fact]
    public async Task XNOR_SRAM_is_not_modelled()
    {
        var run = (await ImcRun.Of("cost", Binary, "--macro", "xnor-sram")).Succeeds();
        Assert.Contains("measured 1,270 fJ a column and cycle; not modelled: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("They are not those of Yin et al.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_networks_that_ship_are_in_one_table()
    {
        var json = await Json("cost", "--shipped");
        Assert.Contains(json["costs"]!.AsArray(), each => (string?)each!["preset"] == "default");
        Assert.Contains("resnet18-w16-shapes10-w4a4  default", (await ImcRun.Of("cost", "--shipped")).Succeeds().Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_shipped_network_is_on_every_preset_that_takes_it()
    {
        var json = new ShippedCosts(network => Path.Combine(Repository.Root, "weights", network.File)).ToJson();
        Assert.Empty(json["missing"]!.AsArray());
        var pairs = json["costs"]!.AsArray().Select(each => ((string?)each!["network"], (string?)each["preset"])).ToHashSet();
        Assert.Contains(("resnet18-w16-shapes10-w4a4.onnx", "default"), pairs);
        Assert.Contains(("resnet18-cifar10-w1a1.onnx", "c3sram-256x64"), pairs);
        Assert.Contains(("resnet18-cifar10-w1a1.onnx", "xnor-sram"), pairs);
        Assert.DoesNotContain(("resnet18-w16-shapes10-w4a4.onnx", "c3sram-256x64"), pairs);
        Assert.All(json["costs"]!.AsArray(), each => Assert.True((bool)each!["totals"]!["isBound"]!));
    }

    [Fact]
    public async Task Compare_and_attribute_have_the_cost_that_this_command_prints()
    {
        string[] run = ["--images", "4", "--set", "macro.rows=64", "--set", "macro.technology.nodeNanometres=65"];
        var cost = (await Json(["cost", Model, "--data", "shapes10", .. run]))["totals"]!;
        Assert.Equal(4, (int)cost["measuredImages"]!);
        foreach (string command in new[] { "compare", "attribute" })
        {
            var found = await Json([command, "--stats", "0", .. run]);
            Assert.True(JsonNode.DeepEquals(cost, found["cost"]), $"{command}: {found["cost"]} and {cost}");
        }
        var text = (await ImcRun.Of(["compare", "--stats", "0", .. run])).Succeeds();
        Assert.Contains(text.Lines, line => line.StartsWith("cost of an image ", StringComparison.Ordinal)
            && line.Contains("top-1", StringComparison.Ordinal) && line.Contains("nJ", StringComparison.Ordinal));
        Assert.Contains("as on 4 images; 'imc cost' has the models and their validity. Outside of it: ADC A: 65 nm", text.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_of_the_technology_are_offered_and_taken()
    {
        string[] technology = ["--set", "macro.technology.supplyVolts=1", "--set", "macro.technology.unitCapacitanceFemtofarads=1",
            "--set", "macro.cell=and"];
        var offered = (await ImcRun.Of(["cost", Model, .. technology])).Succeeds();
        Assert.Contains("Thermal noise of AND cells: 0.0326 counts", offered.Output, StringComparison.Ordinal);
        Assert.Contains("Published mismatch of a cell: 0.00664", offered.Output, StringComparison.Ordinal);
        var compared = await Json(["compare", "--images", "4", "--stats", "0", "--thermal-noise", "--published-mismatch", .. technology]);
        var die = compared["run"]!["macro"]!["die"]!;
        Assert.Equal(0.0326, (double)die["bitlineNoiseCounts"]!, 4);
        Assert.Equal(0.00664, (double)die["cellMismatchRelative"]!, 5);
    }

    [Fact]
    public async Task Thermal_noise_is_that_of_each_settings_and_each_layers_own_columns()
    {
        var document = await Json(["compare", "--images", "4", "--stats", "0", "--thermal-noise", "--set", "macro.cell=and",
            "--set", "macro.technology.supplyVolts=1", "--set", "macro.technology.unitCapacitanceFemtofarads=1",
            "--set", "layers.layer1.*.macro.rows=64", "--versus", "macro.rows=1024"]);
        // Noise grows with the root of the cells on a column: 256, 64 and 1024.
        foreach (var (setting, rows) in new[] { (0, 256), (1, 1024) })
        {
            var spec = document["points"]![setting]!["run"]!;
            Assert.Equal(0.0326 * Math.Sqrt(rows / 256.0), (double)spec["macro"]!["die"]!["bitlineNoiseCounts"]!, 0.0002);
            Assert.Equal(0.0163, (double)spec["layers"]!["layer1.*"]!["macro"]!["die"]!["bitlineNoiseCounts"]!, 0.0002);
        }
    }

    [Fact]
    public async Task A_layers_own_macro_is_costed_with_images_too()
    {
        string[] mixed = ["--set", "layers.layer1.*.macro.rows=64", "--set", "layers.layer1.*.macro.inputDigitBits=2"];
        static long[] Conversions(JsonNode cost) => [.. cost["layers"]!.AsArray().Select(layer => (long)layer!["counts"]!["conversions"]!)];
        long[] bound = Conversions(await Json(["cost", Model, .. mixed]));
        Assert.Equal(bound, Conversions(await Json(["cost", Model, "--images", "2", "--data", "shapes10", .. mixed])));
        Assert.NotEqual(bound[0], Conversions(await Json(["cost", Model]))[0]);
    }

    [Theory]
    [InlineData("macro.technology.unitCapacitanceFemtofarads", "--published-mismatch")]
    [InlineData("macro.cell", "--thermal-noise")]
    [InlineData("macro.technology.unitCapacitanceFemtofarads", "--thermal-noise", "--set", "macro.cell=and")]
    [InlineData("macro.technology.supplyVolts", "--thermal-noise", "--set", "macro.cell=and",
        "--set", "macro.technology.unitCapacitanceFemtofarads=1")]
    [InlineData("cellMismatchRelative", "--published-mismatch", "--set", "macro.die.cellMismatchRelative=0.01")]
    [InlineData("bitlineNoiseCounts", "--thermal-noise", "--set", "macro.die.bitlineNoiseCounts=1")]
    [InlineData("leave out --thermal-noise", "--thermal-noise", "--exact")]
    public async Task Errors_need_what_they_follow_from(string missing, params string[] options) =>
        (await ImcRun.Of(["compare", "--images", "4", .. options])).IsBadInput(missing);

    [Fact]
    public async Task What_cannot_be_costed_is_refused()
    {
        (await ImcRun.Of("cost")).IsBadInput("MODEL, or --shipped");
        (await ImcRun.Of("cost", Model, "--shipped")).IsBadInput("leave out MODEL");
        (await ImcRun.Of("cost", "--shipped", "--macro", "ideal")).IsBadInput("leave out --macro");
        (await ImcRun.Of("cost", Model, "--macro", "c3sram-256x64")).IsBadInput("needs and cells");
    }

    [Fact]
    public async Task A_float_network_is_planned()
    {
        var run = await Json("cost", Path.Combine(Repository.Root, "weights", "resnet18-w16-shapes10-fp32.onnx"), "--macro", "ideal");
        Assert.Null(run["layers"]![0]!["adcBits"]);
        Assert.Empty(run["layers"]![0]!["adcs"]!.AsArray());
    }

    private async Task<JsonNode> Json(params string[] arguments)
    {
        string file = _folder["out.json"];
        (await ImcRun.Of([.. arguments, "--json", file])).Succeeds();
        return JsonNode.Parse(await File.ReadAllTextAsync(file))!;
    }
}
