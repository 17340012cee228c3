using System.Text.Json.Nodes;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Importer.Packing;

namespace ImcEngine.Tests.Cli;

public sealed class InspectCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Layers_on_the_macro_and_digital_ones_with_their_reasons()
    {
        var run = (await ImcRun.Of("inspect", Model(4))).Succeeds();
        // layer4.1.conv2: 32 channels, 9 taps: 8 taps of 32 channels fill 256 rows, the ninth is alone;
        // 16 plane pairs; 32 outputs of 4x4 pixels.
        // In two tables, which begin with the layer.
        Assert.Equal("32x4x4 -> 32x4x4, 3x3 unipolar:4 x twos-complement:4 and 2 256 16 2 36864 56.2 % 16384 147456",
            string.Join(' ', run.Lines.Where(line => line.StartsWith("layer4.1.conv2 ", StringComparison.Ordinal))
                .Select(line => Squeezed(line)["layer4.1.conv2 ".Length..])));
        Assert.Contains("Layer 'conv1' stays digital: its input comes from the image, not from a quantizer; its weights are not quantized.",
            run.Lines);
        Assert.DoesNotContain("does not name", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_that_are_stored_in_offset_binary_are_named()
    {
        string file = _folder["report.json"];
        var run = (await ImcRun.Of("inspect", Model(4), "--set", "macro.cellBits=2", "--json", file)).Succeeds();
        Assert.Contains(run.Lines, line => line.StartsWith("The weight codes of 19 layers, ", StringComparison.Ordinal)
            && line.Contains("are stored in offset binary, as w + 8; the sum of the input's codes is formed digitally.",
                StringComparison.Ordinal));
        var layer = JsonNode.Parse(await File.ReadAllTextAsync(file))!["layers"]!.AsArray().First(each => (bool)each!["onMacro"]!)!;
        Assert.Equal(("twos-complement:4", 8, "and", 8),
            ((string)layer["weight"]!["format"]!, (int)layer["weightOffset"]!, (string)layer["product"]!, (int)layer["digitPairs"]!));
    }

    /// <summary>layer4.1.conv2: 8 of 9 taps of 32 channels fill 256 rows, the ninth has 32.</summary>
    [Theory]
    [InlineData("macro.adc.gain=drivenRows", "0 256 1 calibrated calibrated 0 .. 256",
        "1 32 0.125 calibrated * 0.125 calibrated * 0.125 0 .. 32", 0.125, null)]
    [InlineData("macro.adc={\"levels\":17,\"range\":\"full\",\"gain\":\"drivenRows\"}", "0 256 1 16 0 .. 256 0 .. 256",
        "1 32 0.125 2 0 .. 32 0 .. 32", 0.125, 2.0)]
    [InlineData("calibration.per=rowGroup", "0 256 1 calibrated calibrated 0 .. 256", "1 32 1 calibrated calibrated 0 .. 32", 1, null)]
    public async Task Row_groups_with_ADCs_of_their_own_are_listed(
        string assignment, string first, string second, double gain, double? lsb)
    {
        string file = _folder["report.json"];
        var lines = (await ImcRun.Of("inspect", Model(4), "--set", assignment, "--map", "--json", file)).Succeeds().Lines;
        int title = Array.FindIndex(lines, line => line.StartsWith("Row groups with ADCs of their own", StringComparison.Ordinal));
        Assert.Equal([first, second], lines[title..].Where(line => line.StartsWith("layer4.1.conv2 ", StringComparison.Ordinal)).Take(2)
            .Select(line => Squeezed(line)["layer4.1.conv2 ".Length..]));
        int map = Array.IndexOf(lines, "Layer 'layer4.1.conv2', row groups:");
        // The last columns stand in a second table.
        Assert.StartsWith($"1 32 8, 0 8, 31 1 0 0 {second.Split(' ')[2]}", Squeezed(lines[map + 3]), StringComparison.Ordinal);
        var layer = JsonNode.Parse(await File.ReadAllTextAsync(file))!["layers"]!.AsArray()
            .Single(each => (string)each!["name"]! == "layer4.1.conv2")!;
        var kind = layer["rowGroupAdcs"]!.AsArray()[1]!;
        Assert.Equal((1, 32, gain, lsb),
            ((int)kind["rowGroups"]![0]!, (int)kind["rows"]!, (double)kind["gain"]!, (double?)kind["lsbCounts"]));
    }

    [Fact]
    public async Task One_ADC_for_all_row_groups_is_not_listed()
    {
        string file = _folder["report.json"];
        var run = (await ImcRun.Of(
            "inspect", Model(4), "--set", "macro.adc.range=full", "--set", "calibration.per=rowGroup", "--json", file)).Succeeds();
        Assert.DoesNotContain("Row groups with ADCs", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("rowGroupAdcs", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codes_that_are_re_based_are_named_with_what_the_file_has()
    {
        var builder = new OnnxBuilder("zeros");
        builder.Input("x", -1, 2, 4, 4);
        builder.Float("step", 0.25f);
        builder.Codes("zero", [], [-128], OnnxDataType.Int8);
        builder.Codes("half", [], [128], OnnxDataType.UInt8);
        string y = "x";
        foreach (string layer in new[] { "a", "b" })
        {
            builder.Node("QuantizeLinear", [y, "step", "zero"], layer + ".q");
            builder.Node("DequantizeLinear", [layer + ".q", "step", "zero"], layer + ".d");
            builder.Codes(layer + ".weight", [2, 2, 1, 1], [120, 130, 140, 150], OnnxDataType.UInt8);
            y = builder.Node("Conv", [layer + ".d", builder.Node("DequantizeLinear", [layer + ".weight", "step", "half"], layer + ".w")],
                layer + ".y");
        }
        builder.Output(y, -1, 2, 4, 4);
        string model = _folder["zeros.onnx"], file = _folder["report.json"];
        OnnxFile.Save(builder.Build(), model);
        async Task<(string[] Lines, JsonNode Layer)> Inspected(params string[] options)
        {
            var run = (await ImcRun.Of(["inspect", model, "--json", file, .. options])).Succeeds();
            return ([.. run.Lines], JsonNode.Parse(File.ReadAllText(file))!["layers"]![0]!);
        }
        var (lines, json) = await Inspected();
        Assert.Contains("The input codes of 2 layers, 'a', 'b' are re-based from Int8 with -128 for 0 in the file to 0 for 0; "
            + "quantization.rebase=none keeps them.", lines);
        Assert.Contains("The weight codes of 2 layers, 'a', 'b' are re-based from UInt8 with 128 for 0 in the file to 0 for 0; "
            + "quantization.rebase=none keeps them.", lines);
        Assert.Equal("""{"type":"Int8","zeroPointInFile":-128,"zeroPointRebased":0,"isRebased":true}""",
            json["inputRebasing"]!.ToJsonString());
        (lines, json) = await Inspected("--set", "quantization.rebase=none");
        Assert.Contains("The input codes of 2 layers, 'a', 'b' are those of the file, Int8 with -128 for 0; re-based they would have "
            + "0 for 0.", lines);
        Assert.Contains("Layer 'a': code -128 of its input stands for 0.", lines);
        Assert.Contains("Layer 'a': codes 128 .. 128 of its weights stand for 0; the sum of its input's codes is formed digitally.", lines);
        Assert.Equal(("twos-complement:8", "unipolar:8", false), ((string)json["input"]!["format"]!, (string)json["weight"]!["format"]!,
            (bool)json["weightRebasing"]!["isRebased"]!));
        (await ImcRun.Of("verify", "--model", model, "--random", "2", "--set", "quantization.rebase=none")).Succeeds();
    }

    [Fact]
    public async Task Codes_that_stand_for_zero_are_named()
    {
        var builder = new OnnxBuilder("zeros");
        builder.Input("x", -1, 2, 4, 4);
        builder.Float("step", 0.25f);
        builder.Codes("zero", [], [7], OnnxDataType.UInt8);
        builder.Codes("c.weight", [2, 2, 3, 3], [.. Enumerable.Range(0, 36).Select(i => i % 15)], OnnxDataType.UInt8);
        builder.Node("QuantizeLinear", ["x", "step", "zero"], "q");
        builder.Node("DequantizeLinear", ["q", "step", "zero"], "d");
        builder.Node("DequantizeLinear", ["c.weight", "step", "zero"], "w");
        builder.Node("Conv", ["d", "w"], "y", OnnxBuilder.Attribute("pads", 1, 1, 1, 1));
        builder.Output("y", -1, 2, 4, 4);
        string model = _folder["zeros.onnx"], file = _folder["report.json"];
        OnnxFile.Save(builder.Build(), model);
        var run = (await ImcRun.Of("inspect", model, "--json", file)).Succeeds();
        Assert.Contains("Layer 'c': code 7 of its input stands for 0, and its padding drives it; its shape is that of the padded input.",
            run.Lines);
        Assert.Contains("Layer 'c': codes 7 .. 7 of its weights stand for 0; the sum of its input's codes is formed digitally.", run.Lines);
        var layer = JsonNode.Parse(File.ReadAllText(file))!["layers"]!.AsArray().Single()!;
        Assert.Equal((7, 2), (layer["inputZeroPoint"]!.GetValue<int>(), layer["weightZeroPoints"]!.AsArray().Count));
    }

    [Fact]
    public async Task Json_holds_the_layers_the_totals_and_the_resolved_specification()
    {
        string model = Model(4), file = _folder["report.json"];
        (await ImcRun.Of("inspect", model, "--macro", "ideal", "--set", "macro.columns=64", "--json", file)).Succeeds();
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        Assert.Equal((ImcVersion.Numerics, 64),
            (json["numericsVersion"]!.GetValue<int>(), json["run"]!["macro"]!["columns"]!.GetValue<int>()));
        Assert.Equal(64, json["model"]!["sha256"]!.GetValue<string>().Length);
        var layers = json["layers"]!.AsArray();
        var last = layers.Single(layer => layer!["name"]!.GetValue<string>() == "layer4.1.conv2")!;
        // 32 outputs of 4 planes need two arrays of 64 columns for each of the two row groups.
        Assert.Equal((4, 16384L), (last["arrays"]!.GetValue<int>(), last["conversionsPerImage"]!.GetValue<long>()));
        Assert.True(last["input"]!["namedByModel"]!.GetValue<bool>());
        long Sum(string field) => layers.Sum(layer => layer![field]?.GetValue<long>() ?? 0);
        foreach (string field in new[] { "arrays", "cellsUsed", "cellsInArrays", "conversionsPerImage", "rowGroups" })
            Assert.Equal(Sum(field), json["totals"]![field]!.GetValue<long>());
    }

    [Fact]
    public async Task Map_shows_where_each_row_group_lies()
    {
        var lines =
            (await ImcRun.Of("inspect", Model(4), "--map", "--set", "macro.rows=128", "--set", "macro.arrayRows=256")).Succeeds().Lines;
        int at = Array.IndexOf(lines, "Layer 'layer4.1.conv2', row groups:");
        // Four taps of 32 channels fill 128 rows; two such groups share an array.
        Assert.Equal(["0 128 0, 0 3, 31 0 0 0", "1 128 4, 0 7, 31 0 1 128", "2 32 8, 0 8, 31 1 0 0"],
            lines[(at + 2)..(at + 5)].Select(Squeezed));
    }

    [Fact]
    public async Task Map_shows_what_each_column_of_an_array_holds_as_table_csv_and_json()
    {
        string csv = _folder["map.csv"], json = _folder["map.json"];
        string[] lines =
            (await ImcRun.Of("inspect", Model(4), "--map", "--map-csv", csv, "--json", json, "--set", "macro.rows=128", "--set",
                "macro.arrayRows=256", "--set", "macro.columns=64")).Succeeds().Lines;
        // 32 outputs of 4 planes: 16 in each array of 64 columns; row groups 0 and 1 share an array, row group 2 is alone.
        int at = Array.IndexOf(lines, "Layer 'layer4.1.conv2', arrays; column = (output - first output) * 4 + weight bit:");
        Assert.Equal(["0 0 .. 1 0 .. 15 0 .. 63 0 .. 255 0 .. 31", "1 0 .. 1 16 .. 31 0 .. 63 0 .. 255 0 .. 31",
            "2 2 0 .. 15 0 .. 63 0 .. 31 0 .. 31", "3 2 16 .. 31 0 .. 63 0 .. 31 0 .. 31"], lines[(at + 2)..(at + 6)].Select(Squeezed));
        string[] rows = File.ReadAllLines(csv);
        Assert.Equal(
            "layer,layerNumber,array,column,firstRow,rows,outputChannel,weightBit,rowGroup,firstTap,firstChannel,lastTap,lastChannel",
            rows[0]);
        // Output 17, bit 3, row group 1: second column tile, second slot, taps 4 to 7.
        Assert.Single(rows, row => row.StartsWith("layer4.1.conv2,", StringComparison.Ordinal)
            && row.EndsWith(",1,7,128,128,17,3,1,4,0,7,31", StringComparison.Ordinal));
        Assert.Equal(32 * 4 * 3, rows.Count(row => row.StartsWith("layer4.1.conv2,", StringComparison.Ordinal)));
        var array = JsonNode.Parse(File.ReadAllText(json))!["layers"]!.AsArray()
            .Single(layer => (string)layer!["name"]! == "layer4.1.conv2")!["map"]![1]!;
        Assert.Equal((1, 16, 16, 4),
            ((int)array["array"]!, (int)array["firstOutputChannel"]!, (int)array["outputChannels"]!, (int)array["columnsPerOutput"]!));
        Assert.Equal("""{"rowGroup":1,"firstRow":128,"rows":128,"firstTap":4,"firstChannel":0,"lastTap":7,"lastChannel":31}""",
            array["rowGroups"]![1]!.ToJsonString());
    }

    [Fact]
    public async Task A_layer_that_the_specification_keeps_digital_says_so()
    {
        var run = (await ImcRun.Of("inspect", Model(4), "--set", "layers.layer1.*=digital")).Succeeds();
        Assert.Contains("4 layers stay digital, each because the run specification keeps it digital: 'layer1.0.conv1', 'layer1.0.conv2', "
            + "'layer1.1.conv1', 'layer1.1.conv2'.", run.Lines);
    }

    [Fact]
    public async Task Layers_that_are_digital_for_one_kind_of_reason_share_a_line()
    {
        // Six unquantized layers behind different nodes, so that each reason names another node.
        var builder = new OnnxBuilder("float layers");
        string x = builder.Input("x", -1, 3, 8, 8);
        for (int i = 0; i < 6; i++)
        {
            builder.Floats($"c{i}.weight", [3, 3, 1, 1], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
            x = builder.Node("Relu", [builder.Node("Conv", [x, $"c{i}.weight"], $"c{i}")], $"r{i}");
        }
        builder.Float("step", 0.5f);
        builder.Codes("zero", [], [0], OnnxDataType.UInt8);
        builder.Codes("q.weight", [2, 3, 1, 1], [1, 2, 3, 3, 2, 1], OnnxDataType.Int8);
        string codes = builder.Node("QuantizeLinear", [x, "step", "zero"], "codes");
        string input = builder.Node("DequantizeLinear", [codes, "step", "zero"], "input");
        builder.Node("Conv", [input, builder.Node("DequantizeLinear", ["q.weight", "step"], "w")], "y");
        builder.Output("y", -1, 2, 8, 8);
        OnnxFile.Save(builder.Build(), _folder["kinds.onnx"]);
        string[] lines = (await ImcRun.Of("inspect", _folder["kinds.onnx"])).Succeeds().Lines;
        Assert.Contains(lines,
            line => line.StartsWith("Layer 'c0' stays digital: its input comes from the image", StringComparison.Ordinal));
        Assert.Contains("5 layers stay digital, each because its input comes from Relu, not from a quantizer; "
            + "its weights are not quantized: "
            + "'c1', 'c2', 'c3', 'c4' and 1 more.", lines);
    }

    [Fact]
    public async Task A_grouped_layer_shows_its_arrays_separate_and_packed()
    {
        var builder = new OnnxBuilder("depthwise");
        builder.Input("x", -1, 32, 8, 8);
        builder.Floats("first.weight", [32, 32, 1, 1], new float[1024]);
        builder.Floats("deep.weight", [32, 1, 3, 3], [.. Enumerable.Repeat(0.5f, 288)]);
        builder.Node("Conv", ["x", "first.weight"], "first");
        builder.Node("Conv", [builder.Node("Relu", ["first"], "r"), "deep.weight"], "y", OnnxBuilder.Attribute("group", 32L));
        builder.Output("y", -1, 32, 6, 6);
        OnnxFile.Save(builder.Build(), _folder["depthwise.onnx"]);
        string file = _folder["depthwise.json"];
        string[] lines =
            (await ImcRun.Of("inspect", _folder["depthwise.onnx"], "--set", "macro.columns=64", "--json", file)).Succeeds().Lines;
        // 9 x 4 cells a group; 16 groups fill the 64 columns of an array of 256 rows.
        Assert.Contains("deep 32 32 0.2 % 2 3.5 %", lines.Select(Squeezed));
        var groupings = JsonNode.Parse(File.ReadAllText(file))!["layers"]![1]!["groupings"]!;
        Assert.Equal((32, 2), ((int)groupings["separate"]!["arrays"]!, (int)groupings["blockDiagonal"]!["arrays"]!));
        string[] packed = (await ImcRun.Of("inspect", _folder["depthwise.onnx"], "--map", "--set", "macro.columns=64",
            "--set", "macro.grouping=blockDiagonal")).Succeeds().Lines;
        Assert.Contains("1 0 17 4 .. 7 9 .. 17 17", packed.Select(Squeezed));
    }

    [Fact]
    public async Task An_encoding_that_the_model_does_not_name_is_reported()
    {
        string file = _folder["bare.onnx"];
        var model = OnnxFile.Load(Model(4));
        model.Metadata.RemoveAll(entry => entry.Key!.StartsWith("imc.encoding", StringComparison.Ordinal));
        OnnxFile.Save(model, file);
        var run = (await ImcRun.Of("inspect", file)).Succeeds();
        Assert.Contains("Layer 'layer1.0.conv1': the model does not name its weights' encoding; "
            + "twos-complement:4 holds the codes in the fewest bits.", run.Lines);
    }

    [Fact]
    public async Task A_float_network_shows_what_quantization_would_put_on_the_macro()
    {
        string[] lines =
            (await ImcRun.Of("inspect", Model(32), "--set", "quantization.weightBits=3", "--set",
                "layers.layer4.1.conv2=digital")).Succeeds().Lines;
        Assert.Equal("The network is float. All numbers are for the network quantized as the specification says ('imc compare' does this "
            + "itself, 'imc quantize' writes the network): 18 of 21 layers run on the macro.", lines[1]);
        Assert.Equal("layer4.1.conv1 32x4x4 -> 32x4x4, 3x3 unipolar:4 x twos-complement:3 and 2 256",
            Squeezed(lines.First(line => line.StartsWith("layer4.1.conv1 ", StringComparison.Ordinal))));
        Assert.Contains("Layer 'conv1' stays digital: quantization keeps the first convolution digital by default.", lines);
        Assert.Contains("Layer 'fc' stays digital: quantization keeps the last linear layer digital by default.", lines);
        Assert.Contains("Layer 'layer4.1.conv2' stays digital: the run specification keeps it digital.", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("On the macro: 0 ", StringComparison.Ordinal));
        Assert.Equal(["conv1", "layer4.1.conv2", "fc"],
            lines.Where(line => line.Contains("' stays digital: ", StringComparison.Ordinal)).Select(line => line.Split('\'')[1]));
        Assert.All(lines.Skip(2), line => Assert.InRange(line.Length, 0, 124));
    }

    [Fact]
    public async Task The_plan_of_a_float_network_has_the_totals_of_the_quantized_one()
    {
        async Task<JsonNode> Inspected(int bits)
        {
            (await ImcRun.Of("inspect", Model(bits), "--json", _folder["i.json"])).Succeeds();
            return JsonNode.Parse(File.ReadAllText(_folder["i.json"]))!;
        }
        JsonNode planned = await Inspected(32), quantized = await Inspected(4);
        Assert.Equal((true, false), ((bool)planned["planned"]!, (bool)quantized["planned"]!));
        Assert.Equal(quantized["totals"]!.ToJsonString(), planned["totals"]!.ToJsonString());
    }

    [Fact]
    public async Task A_macro_that_cannot_hold_a_layer_is_refused_by_layer_and_field() =>
        (await ImcRun.Of("inspect", Model(4), "--macro", "xnor-256")).IsBadInput("Layer 'layer1.0.conv1'", "needs and cells",
            "macro 'xnor-256'", "takes bipolar and ternary weights");

    [Fact]
    public async Task A_model_that_is_absent_is_named() => (await ImcRun.Of("inspect", "no.onnx")).IsBadInput("'no.onnx'");

    private string Model(int bits)
    {
        string file = _folder[$"{bits}.onnx"];
        OnnxFile.Save(NetworkPacker.Pack(NpzFile.Read(new TinyResNet(bits).ToArchive().ToStream(), "test"), "resnet18-cifar", new()), file);
        return file;
    }

    private static string Squeezed(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
