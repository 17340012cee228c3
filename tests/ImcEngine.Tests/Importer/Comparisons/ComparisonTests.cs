using ImcEngine.Data;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using ImcEngine.Tests.Cli;

namespace ImcEngine.Tests.Importer.Comparisons;

/// <summary>The comparison as a library call.</summary>
public sealed class ComparisonTests : IDisposable
{
    private static readonly RunSpec Run = RunSpecJson.Set(RunSpecJson.Default, "macro.rows=64", "calibration.count=2");

    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task It_makes_the_logits_of_the_command()
    {
        var results = await Compare(4, new() { StatisticsImages = 2 }, new ComparisonSetting(Run));
        string json = _files["c.json"];
        (await ImcRun.Of("compare", "--model", _files.Model(4), "--data", _files.Data, "--calibration", "2", "--set", "macro.rows=64",
            "--stats", "2", "--json", json)).Succeeds();
        var document = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(json))!;
        var point = Assert.Single(results.Points);
        Assert.Equal((string)document["imcLogitsSha256"]!, point.Imc.LogitsSha256());
        Assert.Equal((double)document["floatTop1"]!, results.Float.Top1);
        Assert.Equal((double)document["digitalTop1"]!, results.Digital.Top1);
        Assert.Equal((string)document["kernel"]!, point.Kernel);
        Assert.Equal(document["layers"]!.AsArray().Select(layer => (string)layer!["name"]!), point.Layers.Select(layer => layer.Name));
    }

    [Fact]
    public async Task It_tells_progress_and_keeps_notes_in_place_of_printing()
    {
        var told = new Told();
        var results = await new Comparison(Model(32), Data()).RunAsync([new(Run)], told);
        Assert.Equal(["Quantization", "Calibration", "Float (OnnxRuntime)", "Digital", "IMC", "Driven products"], told.Stages());
        Assert.All(told.Last(), each => Assert.Equal(each.Total, each.Done));
        Assert.StartsWith("'32.onnx' is a float network; it is quantized to 4-bit weights", results.Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preprocessing_that_no_file_states_is_noted()
    {
        const string note = "those of CIFAR-10 or ImageNet are assumed";
        Assert.DoesNotContain((await Compare(4, new(), new ComparisonSetting(Run))).Notes,
            each => each.Contains(note, StringComparison.Ordinal));
        var model = OnnxFile.Load(_files.Model(4));
        model.Metadata.RemoveAll(entry => entry.Key is "imc.mean" or "imc.std");
        OnnxFile.Save(model, _files["bare.onnx"]);
        var results = await new Comparison(new(_files["bare.onnx"]), Data()).RunAsync([new(Run)]);
        Assert.Contains(results.Notes, each => each.Contains(note, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_setting_that_changes_the_network_is_refused()
    {
        var other = new ComparisonSetting(RunSpecJson.Set(Run, "layers.layer1.*=digital"));
        var refused = await Assert.ThrowsAsync<ImcException>(() => Compare(4, new(), new(Run), other));
        Assert.StartsWith("Setting 2 changes the network or its images", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_settings_that_do_the_same_are_refused()
    {
        var refused = await Assert.ThrowsAsync<ImcException>(() => Compare(4, new(), new(Run), new(Run)));
        Assert.StartsWith("Setting 2 makes the same hardware as the first setting", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_setting_is_refused() =>
        Assert.StartsWith("No setting is given", (await Assert.ThrowsAsync<ImcException>(() => Compare(4, new()))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(0u, 0, 1, 0, "0 dies and 1 repeats")]
    [InlineData(0u, 1, 0, 0, "1 dies and 0 repeats")]
    [InlineData(uint.MaxValue, 2, 1, 0, "2 dies from seed 4294967295 on")]
    [InlineData(0u, 1, 1, -1, "Layer statistics of -1 images")]
    public async Task Options_that_cannot_be_are_refused(uint first, int dies, int repeats, int statistics, string found)
    {
        var options = new ComparisonOptions { Dies = new(first, dies, repeats, 1), StatisticsImages = statistics };
        Assert.StartsWith(found, (await Assert.ThrowsAsync<ImcException>(() => Compare(4, options, new ComparisonSetting(Run)))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_call_stops()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new Comparison(Model(4), Data()).RunAsync([new(Run)], cancellation: cancelled.Token));
    }

    [Fact]
    public void Preprocessing_of_the_callers_own_replaces_that_of_the_file()
    {
        var own = new Preprocessing([0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]);
        var model = new ComparedModel(_files.Model(4), preprocessing: own);
        Assert.Equal(own, model.Preprocessing.Preprocessing);
        Assert.Equal(own, model.FloatPreprocessing.Preprocessing);
        Assert.False(model.Preprocessing.IsAssumed);
    }

    private Task<ComparisonResults> Compare(int bits, ComparisonOptions options, params ComparisonSetting[] settings) =>
        new Comparison(Model(bits), Data(), options).RunAsync(settings);

    private ComparedModel Model(int bits) => new(_files.Model(bits));

    private ComparedData Data() => new(DataSource.Open(_files.Data), Run.Calibration);

    private sealed class Told : IProgress<RunProgress>
    {
        private readonly List<RunProgress> _all = [];

        public void Report(RunProgress value)
        {
            lock (_all) _all.Add(value);
        }

        public IEnumerable<string> Stages() => _all.Select(each => each.Stage).Distinct();

        /// <summary>Of each stage what is furthest.</summary>
        public IEnumerable<RunProgress> Last() => _all.GroupBy(each => each.Stage).Select(stage => stage.MaxBy(each => each.Done));
    }
}
