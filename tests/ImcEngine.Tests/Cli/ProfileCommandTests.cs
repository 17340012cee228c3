using System.Text.Json.Nodes;

namespace ImcEngine.Tests.Cli;

public sealed class ProfileCommandTests : IDisposable
{
    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Layers_quantizers_and_digital_steps_are_listed_with_their_share()
    {
        var run =
            (await ImcRun.Of("profile", _files.Model(4), "--data", _files.Data, "--calibration", "2", "--threads", "1", "--json",
                _files["profile.json"])).Succeeds();
        var json = JsonNode.Parse(File.ReadAllText(_files["profile.json"]))!;
        var steps = json["steps"]!.AsArray();
        Assert.Equal(1.0, steps.Sum(step => (double)step!["share"]!), 9);
        Assert.Equal(["digital", "macro", "other", "quantizer"],
            steps.Select(step => (string)step!["kind"]!).Distinct().Order(StringComparer.Ordinal));
        var layer = steps.Single(step => (string)step!["name"]! == "layer1.0.conv1")!;
        // Width 4: 9 kernel positions of 4 channels fit one group.
        Assert.Equal((1, 36, 1), ((int)layer["rowGroups"]!, (int)layer["rows"]!, (int)layer["arrays"]!));
        Assert.InRange((double)layer["density"]!, 0.0, 1.0);
        Assert.Contains(run.Lines,
            line => line.StartsWith("layer1.0.conv1 ", StringComparison.Ordinal) && line.Contains(" 1 x 36 ", StringComparison.Ordinal));
        Assert.Equal((7, 1), ((int)json["images"]!, (int)json["threads"]!));
        Assert.NotEmpty(json["bounds"]!.AsObject());
        Assert.All(json["bounds"]!.AsObject(), bound => Assert.True((double)bound.Value!["logicOperationsPerSecond"]! > 1e9, bound.Key));
    }

    [Fact]
    public async Task A_batch_smaller_than_the_threads_times_the_kernels_that_threads_share_an_image_by()
    {
        var run =
            (await ImcRun.Of("profile", _files.Model(4), "--data", _files.Data, "--calibration", "2", "--threads", "2", "--batch", "1",
                "--json", _files["profile.json"])).Succeeds();
        var json = JsonNode.Parse(File.ReadAllText(_files["profile.json"]))!;
        Assert.Equal((2, 1), ((int)json["threads"]!, (int)json["batch"]!));
        Assert.Contains(run.Lines, line => line.Contains("2 threads, batch 1, 2 threads per image", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Exact_sums_have_no_bound()
    {
        (await ImcRun.Of("profile", _files.Model(4), "--data", _files.Data, "--calibration", "2", "--exact", "--json",
            _files["profile.json"])).Succeeds();
        var json = JsonNode.Parse(File.ReadAllText(_files["profile.json"]))!;
        Assert.Empty(json["bounds"]!.AsObject());
        Assert.Equal(["exact"], json["steps"]!.AsArray().Select(step => (string?)step!["kernel"]).OfType<string>().Distinct());
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_bad_input() => (await ImcRun.Of("profile", _files["none.onnx"])).IsBadInput("none.onnx");
}
