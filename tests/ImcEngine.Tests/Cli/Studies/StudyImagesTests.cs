using System.Text.Json.Nodes;
using ImcEngine.Cli.Studies;
using ImcEngine.Data;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Tests.EndToEnd;

namespace ImcEngine.Tests.Cli.Studies;

/// <summary>What a study says about its images, in the words of <c>imc compare</c>'s options.</summary>
public sealed class StudyImagesTests : IDisposable
{
    private const int Count = 8, Classes = 10;

    private const string Labelled = """
        "data":"set/val","labels":"set/ILSVRC2012_validation_ground_truth.txt","classOrder":"set/synsets.txt","outputs":"sorted"
        """;

    private const string Sized = ""","resize":36,"crop":32""";

    private readonly SmallStudy _study = new("""[{"macro.rows":[64]}]""");
    private readonly ValidationSet _set;
    private readonly string[] _files;

    public StudyImagesTests()
    {
        _set = new(_study["set"], Classes);
        _files = _set.Draw(Count);
        _set.WriteTruth(Enumerable.Range(0, Count).Select(i => i * 7 % Classes));
    }

    public void Dispose() => _study.Dispose();

    [Fact]
    public async Task A_study_of_a_validation_set_finds_what_compare_finds_and_resumes()
    {
        Write(Labelled + Sized + ""","interpolation":"bicubic","channels":"bgr","mean":[0.5,0.4,0.3],"std":0.25,"scale":255""");
        var run = (await _study.Run("a")).Succeeds();
        Assert.Contains(run.Lines, line => line.StartsWith("Images: 3x32x32, blue first, resized to 36 pixels of the shorter side "
            + "(option), bicubic (option), the centre of 32x32 (option).", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.StartsWith("Preprocessing: scale 255 (option), mean 0.5,0.4,0.3 (option), "
            + "std 0.25,0.25,0.25 (option), layout BGR (option)", StringComparison.Ordinal));
        Assert.Contains("1 finished before, 0 to run", (await _study.Run("a")).Succeeds().Output, StringComparison.Ordinal);
        var compared = await Compare("--resize", "36", "--crop", "32", "--interpolation", "bicubic", "--channels", "bgr", "--mean",
            "0.5,0.4,0.3", "--std", "0.25", "--scale", "255");
        AssertIsAsCompared(compared);
        var prepared = _study.Results("a")["data"]!["prepared"]!;
        Assert.Equal(("36", "32", "bicubic"), ((string)prepared["resize"]!, (string)prepared["crop"]!, (string)prepared["interpolation"]!));
        Assert.Contains("\"decoder\": \"ImcEngine (JPEG", File.ReadAllText(_study["a/timings.json"]), StringComparison.Ordinal);
        Assert.DoesNotContain("ImageSharp", File.ReadAllText(_study["a/results.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_pictures_are_refused_or_left_out_as_by_compare()
    {
        File.WriteAllBytes(_files[2], File.ReadAllBytes(_files[2])[..300]);
        Write(Labelled + Sized);
        (await _study.Run("a")).IsBadInput("1 of 8 images", Path.GetFileName(_files[2]), "\"skipBroken\": true");
        Assert.Empty(_study.Points("a"));
        Write(Labelled + Sized + ""","skipBroken":true""");
        var run = (await _study.Run("a")).Succeeds();
        Assert.StartsWith("1 of 8 images of 'val' cannot be read and are left out:", run.Lines[0], StringComparison.Ordinal);
        Assert.Equal(5, (int)_study.Results("a")["points"]![0]!["images"]!);
        AssertIsAsCompared(await Compare("--resize", "36", "--crop", "32", "--skip-broken"));
    }

    [Fact]
    public async Task Images_without_labels_are_refused_before_the_run()
    {
        Write("\"data\":\"set/val\"" + Sized);
        (await _study.Run("a")).IsBadInput("have no labels; a study compares accuracies", "'labels'", "imc compare");
        Assert.False(Directory.Exists(_study["a"]));
    }

    [Fact]
    public async Task Everything_that_is_said_about_images_is_part_of_the_key()
    {
        string[] said =
        [
            Sized, ""","resize":40,"crop":32""", ""","resize":"32x32" """, Sized + ""","interpolation":"nearest" """,
            Sized + ""","channels":"bgr" """, Sized + ""","mean":0.1""", Sized + ""","std":[0.1,0.2,0.3]""", Sized + ""","scale":128""",
        ];
        var keys = new List<string>();
        foreach (string fields in said) keys.Add(await KeyOf(Labelled + fields));
        keys.Add(await KeyOf(Labelled.Replace("sorted", "listed", StringComparison.Ordinal) + Sized));
        Assert.Distinct(keys);
        Assert.Equal(keys[0], await KeyOf(Labelled + ""","resize":"36","crop":"32x32" """));
    }

    [Theory]
    [InlineData(""","outputs":"sort" """, "outputs: found \"sort\"; allowed are \"sorted\", \"listed\"")]
    [InlineData(""","outputs":"sorted","layout":"hwc" """, "layout: found \"hwc\"; allowed are \"nchw\", \"nhwc\"")]
    [InlineData(""","outputs":"sorted","interpolation":"cubic" """, "interpolation: found \"cubic\"; allowed are \"bilinear\"")]
    [InlineData(""","outputs":"sorted","resize":0""", "resize: found 0; allowed is a whole number from 1 to 65535")]
    [InlineData(""","outputs":"sorted","crop":"32y32" """, "crop is '32y32'; write a number of pixels")]
    [InlineData(""","outputs":"sorted","channels":"grey" """, "channels is 'grey'; write rgb, bgr or gray")]
    [InlineData(""","outputs":"sorted","mean":[1,2]""", "mean is '1,2'; write 3 numbers")]
    [InlineData(""","outputs":"sorted","std":[1,"2",3]""", "std[1]: found \"2\"; allowed is a number")]
    [InlineData(""","outputs":"sorted","std":[]""", "std: found []; allowed is a number, or a list of one for each channel")]
    [InlineData(""","outputs":"sorted","skipBroken":"yes" """, "skipBroken: found \"yes\"; allowed are true and false")]
    [InlineData("", "does not say what the network's outputs are; state 'sorted'")]
    public async Task What_cannot_be_used_is_named_with_what_is_allowed(string fields, string message)
    {
        Write(Labelled.Replace(""","outputs":"sorted" """.TrimEnd(), "", StringComparison.Ordinal) + fields);
        (await _study.Run("a")).IsBadInput(message);
        Assert.False(Directory.Exists(_study["a"]));
    }

    [Fact]
    public async Task The_order_of_images_and_what_is_left_out_are_part_of_what_decides_results()
    {
        var images = Shapes10.Render(Split.Test, 4);
        var turned = images.Chosen([0, 2, 1, 3]);
        string[] identities = [.. new StudyImageSet[]
        {
            new(images, images), new(turned, images), new(images, images.Chosen([0, 1, 3])), new(turned, images.Chosen([0, 1, 3])),
        }.Select(each => each.Identity)];
        Assert.Distinct(identities);
        Assert.Equal(images.Sha256, identities[0]);
        var read = await StudyImageSet.ReadAsync([new(images)], new ImageReading(false, 1, new QuietReport(null)), default);
        Assert.Equal(identities[0], Assert.Single(read).Identity);
    }

    private async Task<string> KeyOf(string fields)
    {
        Write(fields);
        return (await StudyPlan.ReadAsync(_study.File, new(null, null, null), 2, new QuietReport(null), default)).Points[0].Key;
    }

    private async Task<JsonNode> Compare(params string[] options)
    {
        (await ImcRun.Of(["compare", "--model", _study.Model, "--data", _set.Pictures, "--labels", _set.Truth, "--class-order",
            _set.Classes, "--outputs", "sorted", "--calibration", "2", "--set", "macro.rows=64", "--stats", "0", "--json", _study["c.json"],
            .. options])).Succeeds();
        return JsonNode.Parse(File.ReadAllText(_study["c.json"]))!;
    }

    private void AssertIsAsCompared(JsonNode compared)
    {
        var point = _study.Results("a")["points"]![0]!;
        foreach (string name in new[] { "images", "floatTop1", "digitalTop1", "imcTop1", "imcAgainstDigital", "imcLogitsSha256",
            "preprocessing", "run" })
            Assert.True(JsonNode.DeepEquals(compared[name], point[name]), $"{name}: {compared[name]} and {point[name]}");
    }

    /// <summary>Writes the study with these fields, and without data of its own.</summary>
    private void Write(string fields) => File.WriteAllText(_study.File,
        $$"""
        {"name":"small","model":"tiny.onnx",{{fields}},"run":{"calibration":{"count":2} },"grid":[{"macro.rows":[64]}]}
        """);
}
