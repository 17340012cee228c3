using System.Text.Json.Nodes;
using ImcEngine.Data;
using ImcEngine.Images;
using ImcEngine.Images.Pictures;
using ImcEngine.Importer.Onnx;
using ImcEngine.Tests.Cli;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Importer.Topologies;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Topologies.NetworkWriter;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>Networks of other sizes on images of every kind of source, from pictures that are drawn here to accuracies.</summary>
public sealed class ImageSourcesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static OnnxModel LeNet()
    {
        var w = new NetworkWriter(13, [-1, 1, 28, 28]);
        string y = w.Node("MaxPool", w.Relu(w.Conv("x", 1, 6, 5, pad: 2)), Window(2, 2, 0));
        y = w.Node("MaxPool", w.Relu(w.Conv(y, 6, 16, 5, pad: 0)), Window(2, 2, 0));
        y = w.Relu(w.Gemm(w.Flatten(y), 400, 120));
        return w.Build(w.Gemm(w.Relu(w.Gemm(y, 120, 84)), 84, 10));
    }

    private static OnnxModel Mlp()
    {
        var w = new NetworkWriter(13, [-1, 784]);
        return w.Build(w.Gemm(w.Relu(w.Gemm("x", 784, 32)), 32, 10));
    }

    private static OnnxModel Depthwise()
    {
        var w = new NetworkWriter(13, [-1, 3, 96, 96]);
        string y = w.Relu(w.Conv("x", 3, 8, 3, stride: 2));
        foreach (int stride in new[] { 2, 1, 2 }) y = w.Relu(w.Conv(w.Relu(w.Conv(y, 8, 8, 3, stride, groups: 8)), 8, 8, 1));
        return w.Build(w.Gemm(w.Flatten(w.Node("GlobalAveragePool", y)), 8, 10));
    }

    private static OnnxModel Small()
    {
        var w = new NetworkWriter(13, [-1, 3, 32, 32]);
        return w.Build(w.Gemm(w.Flatten(w.Node("GlobalAveragePool", w.Relu(w.Conv(w.Relu(w.Conv("x", 3, 4, 3)), 4, 4, 3)))), 4, 10));
    }

    /// <summary>A network of ImageNet's size that puts the colours in order and subtracts their means itself, as Keras has it.</summary>
    private static OnnxModel Large(bool scalesItself = false)
    {
        var w = new NetworkWriter(13, [-1, 3, 224, 224]);
        string image = "x";
        if (scalesItself)
        {
            image = w.Node("Gather", [image, w.Longs(2, 1, 0)], Attribute("axis", 1L));
            image = w.Node("Sub", [image, w.Floats([1, 3, 1, 1], 103.939f, 116.779f, 123.68f)]);
            image = w.Mul(image, w.Float(0.02f));
        }
        string y = w.Relu(w.Conv(image, 3, 8, 7, stride: 4));
        y = w.Relu(w.Conv(w.Node("MaxPool", y, Window(3, 2, 1)), 8, 16, 3, stride: 2));
        return w.Build(w.Gemm(w.Flatten(w.Node("GlobalAveragePool", y)), 16, 12));
    }

    private string Saved(OnnxModel model)
    {
        OnnxFile.Save(model, _folder["m.onnx"]);
        return _folder["m.onnx"];
    }

    private async Task<(ImcRun Run, JsonNode Json)> Compare(OnnxModel model, string data, params string[] options)
    {
        var run = (await ImcRun.Of(["compare", "--model", Saved(model), "--data", data, "--calibration", "4", "--json", _folder["r.json"],
            .. options])).Succeeds();
        return (run, JsonNode.Parse(File.ReadAllText(_folder["r.json"]))!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LeNet_and_an_MLP_run_on_IDX_files(bool isFlat)
    {
        (await ImcRun.Of("data", "shapes10", "--size", "28", "--gray", "--count", "20", "--out", _folder["idx"])).Succeeds();
        var (run, json) = await Compare(isFlat ? Mlp() : LeNet(), _folder["idx"]);
        Assert.Equal(16, (int)json["images"]!);
        Assert.Equal(Shapes10.Draw(Split.Test, 20, new(1, 28, 28)).First(16).Sha256, (string)json["data"]!["sha256"]!);
        Assert.Contains(run.Lines, line => line.StartsWith("Preprocessing: scale 255", StringComparison.Ordinal)
            && line.Contains("mean 0 (assumed), std 1 (assumed), layout gray", StringComparison.Ordinal));
        Assert.Null(json["floatTop5"]);
    }

    [Fact]
    public async Task A_depthwise_network_runs_at_96_pixels()
    {
        (await ImcRun.Of("data", "shapes10", "--size", "96", "--count", "20", "--out", _folder["png"])).Succeeds();
        var (_, json) = await Compare(Depthwise(), _folder["png"]);
        Assert.Equal(16, (int)json["images"]!);
    }

    [Fact]
    public async Task The_same_pictures_through_every_container_are_the_same_images_with_the_same_logits()
    {
        string folder = ImageFiles.Folder(_folder["jpeg"], 12, new(3, 240, 300));
        string[] sources =
        [
            folder, ImageFiles.Tar(folder, _folder["a.tar"]), ImageFiles.GzippedTar(folder, _folder["a.tar.gz"]),
            ImageFiles.Zip(folder, _folder["a.zip"]), await ImageFiles.ParquetAsync(folder, _folder["a.parquet"]),
        ];
        var found = new List<(string Data, string Logits, double Top5)>();
        foreach (string source in sources)
        {
            // The hub's file numbers its classes, which are then the outputs of these numbers.
            string[] labels = source.EndsWith(".parquet", StringComparison.Ordinal) ? [] : ["--labels", Numbers(12)];
            var (run, json) = await Compare(Large(), source, ["--resize", "232", .. labels]);
            Assert.Contains(run.Lines,
                line => line.StartsWith("Images: 3x224x224, resized to 232 pixels of the shorter side (option), bilinear (assumed), the "
                + "centre of 224x224 (what the network takes). They are sorted by class, and are chosen one of each class in turn. "
                + "Pictures are decoded by ImcEngine (JPEG, lossless WebP, PNM)", StringComparison.Ordinal));
            found.Add(((string)json["data"]!["sha256"]!, (string)json["imcLogitsSha256"]!, (double)json["imcTop5"]!));
        }
        Assert.Single(found.Distinct());
    }

    /// <summary>Arrays of the decoded pictures are the same images too.</summary>
    [Fact]
    public async Task Arrays_are_the_same_images()
    {
        var drawn = Shapes10.Draw(Split.Test, 12, new(3, 96, 96));
        string folder = ImageFiles.Folder(_folder["png"], 12, new(3, 96, 96), ImageForm.Png);
        var (_, pictures) = await Compare(Depthwise(), folder);
        // Class folders come one after the other.
        var sorted = drawn.Chosen([.. Enumerable.Range(0, 12).OrderBy(drawn.Label).ThenBy(i => i)]);
        var (_, array) = await Compare(Depthwise(), ImageFiles.Npy(sorted, _folder["a.npy"]));
        Assert.Equal((string)pictures["data"]!["sha256"]!, (string)array["data"]!["sha256"]!);
        Assert.Equal((string)pictures["imcLogitsSha256"]!, (string)array["imcLogitsSha256"]!);
    }

    [Theory]
    [InlineData("--mean", "0.5", true)]
    [InlineData("--std", "0.5", true)]
    [InlineData("--scale", "255", true)]
    [InlineData("--scale", "1", false)]
    public async Task Numbers_that_scale_an_image_again_are_named(string option, string number, bool scalesAgain)
    {
        string folder = ImageFiles.Folder(_folder["jpeg"], 12, new(3, 224, 224));
        var (run, _) = await Compare(Large(scalesItself: true), folder, "--labels", Numbers(12), "--stats", "0", option, number);
        Assert.Equal(scalesAgain, run.Lines.Any(line => line.StartsWith(
            "The network scales the image itself, after these numbers", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Labels_beyond_the_outputs_name_their_line()
    {
        string folder = ImageFiles.Folder(_folder["png"], 20, new(3, 96, 96), ImageForm.Png), list = Path.Combine(folder, "list.txt");
        string[] files = [.. Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => Path.GetRelativePath(folder, file))];
        string[] compare = ["compare", "--model", Saved(Depthwise()), "--data", list, "--calibration", "4"];
        File.WriteAllLines(list, files.Select((file, i) => $"{file} {i % 10 + 1}"));
        (await ImcRun.Of(compare)).IsBadInput("has 10 outputs, 0 to 9", "list.txt', line 10 states the label 10",
            "do your labels count from 1?");
        File.WriteAllLines(list, files.Select((file, i) => $"{file} {i}"));
        var run = await ImcRun.Of(compare);
        run.IsBadInput("list.txt', line 20 states the label 19", "--labels");
        Assert.DoesNotContain("count from 1", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_that_scales_its_image_itself_gets_bytes_and_names_OnnxRuntime_s_classes()
    {
        string folder = ImageFiles.Folder(_folder["jpeg"], 12, new(3, 224, 224));
        var (run, json) = await Compare(Large(scalesItself: true), folder, "--labels", Numbers(12), "--set", "quantization.weightBits=8",
            "--set", "quantization.activationBits=8");
        Assert.Contains(run.Lines,
            line => line.Contains("scale 1 (the network scales the image itself), mean 0,0,0", StringComparison.Ordinal));
        Assert.True((double)json["digitalFloatAgreement"]! >= 0.75);
    }

    [Fact]
    public async Task Images_without_labels_give_agreement_and_no_accuracy()
    {
        Directory.CreateDirectory(_folder["flat"]);
        var images = Shapes10.Draw(Split.Test, 8, new(3, 96, 96));
        for (int i = 0; i < images.Count; i++)
        {
            using var stream = File.Create(Path.Combine(_folder["flat"], $"{i}.png"));
            PictureEncoder.WritePng(new(images.Shape, images.Image(i)), stream);
        }
        var (run, json) = await Compare(Depthwise(), _folder["flat"]);
        Assert.Contains(run.Lines, line => line.StartsWith("The images have no labels", StringComparison.Ordinal));
        Assert.False((bool)json["labelled"]!);
        Assert.DoesNotContain("op1", json.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(1.0, (double)json["floatFloatAgreement"]!);
        Assert.NotNull(json["imcLogitsSqnrDb"]);
    }

    [Fact]
    public async Task A_broken_picture_ends_the_run_before_it_computes_or_is_left_out()
    {
        string folder = ImageFiles.Folder(_folder["jpeg"], 20, new(3, 96, 96));
        string broken = Directory.GetFiles(folder, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        File.WriteAllBytes(broken, File.ReadAllBytes(broken)[..400]);
        var refused = await ImcRun.Of("compare", "--model", Saved(Depthwise()), "--data", folder, "--calibration", "4");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(Path.GetFileName(broken), refused.Error, StringComparison.Ordinal);
        Assert.Contains("--skip-broken", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("top-1", refused.Output, StringComparison.Ordinal);
        var (run, json) = await Compare(Depthwise(), folder, "--skip-broken");
        Assert.Contains(run.Lines, line => line.Contains("1 of 16 images", StringComparison.Ordinal));
        Assert.Equal(15, (int)json["images"]!);
    }

    [Fact]
    public async Task Verify_reads_all_pictures_before_it_computes_as_compare_does()
    {
        string folder = ImageFiles.Folder(_folder["jpeg"], 12, new(3, 96, 96));
        string broken = Directory.GetFiles(folder, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        File.WriteAllBytes(broken, File.ReadAllBytes(broken)[..400]);
        string[] verify = ["verify", "--model", Saved(Depthwise()), "--data", folder, "--images", "12"];
        (await ImcRun.Of(verify)).IsBadInput("1 of 12 images", Path.GetFileName(broken), "--skip-broken");
        var run = (await ImcRun.Of([.. verify, "--skip-broken"])).Succeeds();
        Assert.Contains(run.Lines, line => line.StartsWith("1 of 12 images of 'val' cannot be read", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.StartsWith("Logits: 11 images", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("232", null, "--crop", "224", "232 * (model metadata), bilinear (assumed), the centre of 224x224 (option)")]
    [InlineData("232", "120", "--crop", "224", "232 * (model metadata), bilinear (assumed), the centre of 224x224 (option)")]
    [InlineData("100", "224", "--resize", "230", "230 * (option), bilinear (assumed), the centre of 224x224 (model metadata)")]
    [InlineData("232", "224", "--interpolation", "nearest",
        "232 * (model metadata), nearest (option), the centre of 224x224 (model metadata)")]
    public async Task An_option_replaces_the_metadata_of_its_own_name_alone(string resize, string? crop, string option, string given,
        string done)
    {
        string folder = ImageFiles.Folder(_folder["jpeg"], 12, new(3, 240, 300));
        var model = Large();
        ModelMetadata.Set(model, ModelMetadata.Resize, resize);
        if (crop is not null) ModelMetadata.Set(model, ModelMetadata.Crop, crop);
        var (run, _) = await Compare(model, folder, "--labels", Numbers(12), "--stats", "0", option, given);
        string expected = $"Images: 3x224x224, resized to {done.Replace("*", "pixels of the shorter side", StringComparison.Ordinal)}.";
        Assert.Contains(run.Lines, line => line.StartsWith(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_interpolation_without_a_size_has_no_effect_and_is_named(bool arePictures)
    {
        string data = arePictures ? ImageFiles.Folder(_folder["png"], 20, new(3, 96, 96), ImageForm.Png) : Shapes10.Name;
        string model = arePictures ? Saved(Depthwise()) : Saved(Small());
        string[] compare = ["compare", "--model", model, "--data", data, "--images", "8", "--calibration", "4", "--stats", "0"];
        const string Line = "The interpolation has no effect: the images are not resized.";
        Assert.Contains(Line, (await ImcRun.Of([.. compare, "--interpolation", "bicubic"])).Succeeds().Lines);
        Assert.DoesNotContain(Line, (await ImcRun.Of(compare)).Succeeds().Lines);
    }

    [Fact]
    public async Task Images_that_do_not_fit_are_refused_with_what_to_do()
    {
        string folder = ImageFiles.Folder(_folder["jpeg"], 12, new(3, 100, 120));
        (await ImcRun.Of("compare", "--model", Saved(Depthwise()), "--data", folder, "--calibration", "4"))
            .IsBadInput("3x100x120", "3x96x96", "--resize");
        (await ImcRun.Of("compare", "--model", Saved(LeNet()), "--data", folder, "--calibration", "4", "--resize", "28x28"))
            .IsBadInput("--channels gray");
        (await ImcRun.Of("compare", "--model", Saved(Large()), "--data", folder, "--calibration", "4", "--resize", "224x224"))
            .IsBadInput("12 classes", "--labels");
    }

    /// <summary>A float network that guesses: the figures say nothing about the hardware, and that is said.</summary>
    [Fact]
    public async Task A_float_network_no_better_than_chance_is_named()
    {
        (await ImcRun.Of("data", "shapes10", "--size", "28", "--gray", "--count", "60", "--out", _folder["idx"])).Succeeds();
        var (run, _) = await Compare(LeNet(), _folder["idx"]);
        Assert.Contains(run.Lines, line => line.StartsWith("The float network is right on ", StringComparison.Ordinal)
            && line.Contains("no better than chance", StringComparison.Ordinal));
    }

    /// <summary>A file that makes classes 0 to n - 1 the outputs of the same numbers.</summary>
    private string Numbers(int outputs)
    {
        string[] shapes = [.. Shapes10.ClassNames.Select((name, label) => $"{label}-{name} {label}")];
        File.WriteAllLines(_folder["labels.txt"], [.. shapes, $"other {outputs - 1}"]);
        return _folder["labels.txt"];
    }
}
