using ImcEngine.Data;
using ImcEngine.Evaluation.Caching;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Macro;
using ImcEngine.Tests.Cli;

namespace ImcEngine.Tests.Importer.Comparisons;

/// <summary>Results of earlier runs are taken where everything that decides them is the same, and only then.</summary>
public sealed class KeptResultsTests : IDisposable
{
    private const string Ranges = "calibration", FloatSpeed = "float speed";

    private static readonly string[] Networks = ["float results", FloatSpeed, "digital results", "digital speed"];

    private static readonly RunSpec Run = RunSpecJson.Set(RunSpecJson.Default, "macro.rows=64", "calibration.count=2");

    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task The_same_run_again_takes_everything_and_gives_the_same()
    {
        var (first, second) = (await Compare(Run), await Compare(Run));
        Assert.Empty(first.Kept);
        Assert.Equal([Ranges, .. Networks], second.Kept);
        Assert.Equal(Hashes(first), Hashes(second));
        Assert.Equal(first.Float.ImagesPerSecond, second.Float.ImagesPerSecond);
        Assert.Empty((await Compare(Run, caches: false)).Kept);
    }

    [Fact]
    public async Task What_does_not_change_is_taken()
    {
        await Compare(Run);
        Assert.Equal([Ranges, .. Networks], (await Compare(RunSpecJson.Set(Run, "macro.adc.bits=3"))).Kept);
        Assert.Equal(Networks, (await Compare(RunSpecJson.Set(Run, "macro.rows=32"))).Kept);
        Assert.Equal(Networks, (await Compare(RunSpecJson.Set(Run, "macro.mapping=dense"))).Kept);
    }

    [Fact]
    public async Task Other_images_take_nothing_of_the_evaluation()
    {
        await Compare(Run);
        Assert.Equal([Ranges, FloatSpeed], (await Compare(Run, images: 3)).Kept);
    }

    [Fact]
    public async Task Another_preprocessing_takes_nothing()
    {
        await Compare(Run);
        Assert.Empty((await Compare(Run, preprocessing: new([0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]))).Kept);
    }

    [Fact]
    public async Task Another_network_takes_nothing()
    {
        await Compare(Run);
        Assert.Empty((await Compare(Run, bits: 2)).Kept);
    }

    [Fact]
    public async Task A_damaged_result_is_made_anew()
    {
        var first = await Compare(Run);
        foreach (string file in Directory.GetFiles(_files["cache"]))
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[^40] ^= 1;
            File.WriteAllBytes(file, bytes);
        }
        var second = await Compare(Run);
        Assert.Empty(second.Kept);
        Assert.Equal(Hashes(first), Hashes(second));
        Assert.Equal([Ranges, .. Networks], (await Compare(Run)).Kept);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_said()
    {
        Assert.Null((await Compare(Run)).CacheProblem);
        Directory.Delete(_files["cache"], recursive: true);
        File.WriteAllText(_files["cache"], "a file");
        Assert.Contains("cache", (await Compare(Run)).CacheProblem);
    }

    private async Task<ComparisonResults> Compare(RunSpec run, int images = 4, int bits = 4, bool caches = true,
        Preprocessing? preprocessing = null)
    {
        var model = new ComparedModel(_files.Model(bits), preprocessing: preprocessing);
        return await new Comparison(model, new ComparedData(DataSource.Open(_files.Data), run.Calibration, images),
            new() { Cache = caches ? new ResultCache(_files["cache"]) : null }).RunAsync([new(run)]);
    }

    private static string[] Hashes(ComparisonResults results) =>
        [results.Float.LogitsSha256(), results.Digital.LogitsSha256(), results.Points[0].Imc.LogitsSha256()];
}
