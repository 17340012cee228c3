using System.Text.Json.Nodes;
using ImcEngine.Data;
using ImcEngine.Importer.Onnx;
using ImcEngine.Tests.EndToEnd;
using static ImcEngine.Importer.Onnx.OnnxBuilder;

namespace ImcEngine.Tests.Cli;

/// <summary><c>--input-shape</c> and <c>--output</c> in commands that read a network.</summary>
public sealed class NetworkOptionsTests : IDisposable
{
    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    /// <summary>Of any size, with a result for each pixel and ten logits.</summary>
    private string Network(long[] logits)
    {
        var b = new OnnxBuilder("open");
        b.Input("x", -1, 3, -1, -1);
        b.Floats("stem.weight", [4, 3, 3, 3], [.. Enumerable.Range(0, 108).Select(i => MathF.Sin(i) / 4)]);
        b.Floats("c.weight", [10, 4, 3, 3], [.. Enumerable.Range(0, 360).Select(i => MathF.Sin(i) / 4)]);
        b.Node("Conv", [b.Node("Relu", [b.Node("Conv", ["x", "stem.weight"], "stem")], "relu"), "c.weight"], "map");
        b.Node("Flatten", [b.Node("GlobalAveragePool", ["map"], "pool")], "logits");
        b.Output("map", -1, 10, -1, -1);
        b.Output("logits", logits);
        string file = _files["open.onnx"];
        OnnxFile.Save(b.Build(), file);
        return file;
    }

    [Fact]
    public async Task Inspect_asks_for_the_size_and_says_which_output_it_takes()
    {
        string model = Network([-1, 10]), json = _files["i.json"];
        (await ImcRun.Of("inspect", model, "--output", "map")).IsBadInput("axis 2", "--input-shape");
        var run = (await ImcRun.Of("inspect", model, "--input-shape", "1x3x20x24", "--json", json)).Succeeds();
        Assert.Contains("3x20x24 -> 4x18x22", run.Output, StringComparison.Ordinal);
        Assert.Contains("'logits' is taken", run.Output, StringComparison.Ordinal);
        Assert.Equal("[1,3,20,24]", JsonNode.Parse(File.ReadAllText(json))!["model"]!["inputShape"]!.ToJsonString());
        var named = (await ImcRun.Of("inspect", model, "--input-shape", "3x20x24", "--output", "map", "--json", json)).Succeeds();
        Assert.DoesNotContain("is taken", named.Output, StringComparison.Ordinal);
        Assert.Equal("map", JsonNode.Parse(File.ReadAllText(json))!["model"]!["output"]!.GetValue<string>());
        (await ImcRun.Of("inspect", model, "--input-shape", "3x20x24", "--output", "pool")).IsBadInput("--output is 'pool'",
            "map", "logits");
        (await ImcRun.Of("inspect", model, "--input-shape", "1x20x24", "--output", "map")).IsBadInput("1x20x24", "'x'");
        (await ImcRun.Of("inspect", model, "--input-shape", "3x-1")).IsBadInput("--input-shape is '3x-1'", "3x224x224");
    }

    [Fact]
    public async Task Compare_takes_the_size_of_the_data()
    {
        string model = Network([-1, 10]), json = _files["c.json"];
        string[] args = ["compare", "--model", model, "--data", _files.Data, "--images", "2", "--calibration", "4", "--json", json];
        var run = (await ImcRun.Of(args)).Succeeds();
        Assert.Contains("'logits' is taken", run.Output, StringComparison.Ordinal);
        (await ImcRun.Of([.. args, "--output", "logits"])).Succeeds();
        Assert.Equal("logits", JsonNode.Parse(File.ReadAllText(json))!["model"]!["output"]!.GetValue<string>());
        (await ImcRun.Of([.. args, "--input-shape", "3x20x24", "--output", "logits"])).IsBadInput("takes 3x20x24", "3x32x32");
    }

    [Fact]
    public async Task All_outputs_are_compared_as_numbers_each_by_its_name()
    {
        string model = Network([-1, 10]), json = _files["c.json"];
        string[] args = ["compare", "--model", model, "--data", _files.Data, "--images", "4", "--calibration", "4", "--json", json];
        var run = (await ImcRun.Of([.. args, "--all-outputs"])).Succeeds();
        Assert.Contains(run.Lines, line => line.StartsWith("The outputs are taken for numbers, not for classes", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.Contains("map dB  logits dB  images/s", StringComparison.Ordinal));
        Assert.DoesNotContain("top-1", run.Output, StringComparison.Ordinal);
        var found = JsonNode.Parse(File.ReadAllText(json))!;
        Assert.DoesNotContain("op1", found.ToJsonString(), StringComparison.Ordinal);
        var outputs = found["outputs"]!.AsArray();
        Assert.Equal([("map", 7840), ("logits", 10)], outputs.Select(output => ((string)output!["name"]!, (int)output["elements"]!)));
        foreach (var output in outputs)
        {
            (await ImcRun.Of([.. args, "--output", (string)output!["name"]!, "--all-outputs"])).IsBadInput("leave out --output");
            var alone = await Alone((string)output["name"]!);
            Assert.Equal(alone.Digital, (double)output["digitalSqnrDb"]!, 9);
            Assert.Equal(alone.Imc, (double)output["imcSqnrDb"]!, 9);
        }
        (await ImcRun.Of([.. args, "--all-outputs", "--dies", "2"])).IsBadInput("--all-outputs compares numbers, not accuracies");

        // A network of this output alone, on images without labels.
        async Task<(double Digital, double Imc)> Alone(string output)
        {
            var images = Shapes10.Render(Split.Test, TinyFiles.Images);
            string data = ImageFiles.Npy(images, _files["x.npy"]);
            File.Delete(_files["x-labels.npy"]);
            (await ImcRun.Of(["compare", "--model", model, "--data", data, "--images", "4", "--calibration", "4", "--json", json,
                "--output", output])).Succeeds();
            var figures = JsonNode.Parse(File.ReadAllText(json))!;
            return ((double)figures["digitalLogitsSqnrDb"]!, (double)figures["imcLogitsSqnrDb"]!);
        }
    }

    [Fact]
    public async Task Outputs_that_are_alike_are_listed()
    {
        var b = new OnnxBuilder("two");
        b.Input("x", -1, 3, 32, 32);
        b.Floats("c.weight", [10, 3, 1, 1], [.. Enumerable.Range(0, 30).Select(i => MathF.Sin(i))]);
        string flat = b.Node("Flatten", [b.Node("GlobalAveragePool", [b.Node("Conv", ["x", "c.weight"], "c")], "g")], "one");
        b.Node("Softmax", [flat], "other", Attribute("axis", 1L));
        b.Output("one", -1, 10);
        b.Output("other", -1, 10);
        OnnxFile.Save(b.Build(), _files["two.onnx"]);
        (await ImcRun.Of("inspect", _files["two.onnx"])).IsBadInput("one [batch, 10], other [batch, 10]", "--output");
        (await ImcRun.Of("inspect", _files["two.onnx"], "--output", "other")).Succeeds();
    }

    /// <summary>A study names them in its file; they are part of what its results depend on.</summary>
    [Fact]
    public async Task A_study_has_them_as_fields()
    {
        Network([-1, 10]);
        string Study(string fields)
        {
            string file = _files["s.json"];
            File.WriteAllText(file, $$"""
                {"name":"s","model":"open.onnx","data":"images.bin","images":2,{{fields}}"run":{"calibration":{"count":4} },
                 "grid":[{"macro.rows":[64]}]}
                """);
            return file;
        }
        string Key() => JsonNode.Parse(File.ReadAllText(_files["out/plan.json"]))!["points"]![0]!["key"]!.GetValue<string>();
        (await ImcRun.Of("study", Study(""), "--out", _files["out"])).Succeeds();
        string key = Key();
        Directory.Delete(_files["out"], recursive: true);
        (await ImcRun.Of("study", Study("\"output\":\"logits\",\"inputShape\":[3,32,32],"), "--out", _files["out"])).Succeeds();
        Assert.NotEqual(key, Key());
        (await ImcRun.Of("study", Study("\"output\":\"pool\","), "--out", _files["other"])).IsBadInput("--output is 'pool'");
        (await ImcRun.Of("study", Study("\"inputShape\":[3,0,32],"), "--out", _files["other"])).IsBadInput("inputShape[1]");
    }
}
