using System.Text.Json.Nodes;
using ImcEngine.Images.Pictures;
using ImcEngine.Importer.Onnx;
using ImcEngine.Tests.Cli;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>A validation set like ILSVRC's, from its files to top-1 and top-5, against a computation that shares only the decoder of JPEG
/// with the program.</summary>
public sealed class ValidationSetTests : IDisposable
{
    private const int Count = 48, Calibration = 4, Resized = 32, Size = 24, Classes = 12;

    private static readonly double[] Mean = [0.485, 0.456, 0.406], Std = [0.229, 0.224, 0.225];

    private static readonly float[] Weights =
        [.. Enumerable.Range(0, Classes * 3 * Size * Size).Select(i => (float)Math.Sin(i * 0.37) / 16)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Top_1_and_top_5_are_those_of_a_computation_by_hand()
    {
        var set = new ValidationSet(_folder["set"], Classes);
        string[] files = set.Draw(Count);
        int[][] ranked = [.. files.Select(file => Ranked(Logits(Prepared(file))))];
        // Of six pictures one has the class of its greatest logit, and two more have one of the five greatest.
        int[] places = [.. Enumerable.Range(0, Count).Select(i => i % 6 * 2)];
        int[] truths = [.. ranked.Select((classes, i) => classes[places[i]])];
        set.WriteTruth(truths);
        OnnxFile.Save(Linear(), _folder["m.onnx"]);
        var run = (await ImcRun.Of(["compare", "--model", _folder["m.onnx"], "--data", set.Pictures, "--labels", set.Truth, "--class-order",
            set.Classes, "--outputs", "sorted", "--resize", $"{Resized}", "--crop", $"{Size}", "--calibration", $"{Calibration}",
            "--stats", "0", "--json", _folder["r.json"]])).Succeeds();
        var json = JsonNode.Parse(File.ReadAllText(_folder["r.json"]))!;
        int evaluated = Count - Calibration;
        Assert.Equal(evaluated, (int)json["images"]!);
        Assert.Equal((double)places.Take(evaluated).Count(place => place == 0) / evaluated, (double)json["floatTop1"]!, 12);
        Assert.Equal((double)places.Take(evaluated).Count(place => place < 5) / evaluated, (double)json["floatTop5"]!, 12);
        Assert.Contains(run.Lines, line => line.Contains("resized to 32 pixels of the shorter side (option), bilinear (assumed), the "
            + "centre of 24x24 (option)", StringComparison.Ordinal));
        AssertSame(json, await StudiedAsync());
    }

    /// <summary>A study of the same set.</summary>
    private async Task<JsonNode> StudiedAsync()
    {
        File.WriteAllText(_folder["s.json"], $$"""
            {"name":"s","model":"m.onnx","data":"set/val","labels":"set/ILSVRC2012_validation_ground_truth.txt",
             "classOrder":"set/synsets.txt","outputs":"sorted","resize":{{Resized}},"crop":{{Size}},
             "run":{"calibration":{"count":{{Calibration}}} },"grid":[{"macro.rows":[256]}]}
            """);
        (await ImcRun.Of("study", _folder["s.json"], "--out", _folder["out"])).Succeeds();
        Assert.Contains(",imcTop5,imcTop5Low95,imcTop5High95,", File.ReadLines(_folder["out/results.csv"]).First(),
            StringComparison.Ordinal);
        Assert.Contains("1 finished before, 0 to run", (await ImcRun.Of("study", _folder["s.json"], "--out", _folder["out"])).Output,
            StringComparison.Ordinal);
        return JsonNode.Parse(File.ReadAllText(_folder["out/results.json"]))!["points"]![0]!;
    }

    private static void AssertSame(JsonNode compared, JsonNode studied)
    {
        foreach (string name in new[] { "images", "floatTop1", "floatTop5", "digitalTop5", "imcTop1", "imcTop5", "imcTop5Interval95",
            "imcLogitsSha256" })
            Assert.True(JsonNode.DeepEquals(compared[name], studied[name]), $"{name}: {compared[name]} and {studied[name]}");
    }

    /// <summary>One linear layer over all pixels, behind a layer that changes nothing: the first layer stays digital.</summary>
    private static OnnxModel Linear()
    {
        var b = new OnnxBuilder("linear");
        b.Input("x", -1, 3, Size, Size);
        b.Floats("w", [Classes, 3, Size, Size], Weights);
        b.Floats("same", [3, 3, 1, 1], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
        b.Node("Flatten", [b.Node("Conv", [b.Node("Conv", ["x", "same"], "image"), "w"], "y")], "logits");
        b.Output("logits", -1, Classes);
        return b.Build();
    }

    private static double[] Logits(double[] pixels)
    {
        var logits = new double[Classes];
        for (int output = 0; output < Classes; output++)
            for (int i = 0; i < pixels.Length; i++)
            {
                int channel = i / (Size * Size);
                logits[output] += Weights[(output * pixels.Length) + i] * ((pixels[i] / 255) - Mean[channel]) / Std[channel];
            }
        return logits;
    }

    private static int[] Ranked(double[] logits) => [.. Enumerable.Range(0, Classes).OrderByDescending(output => logits[output])];

    /// <summary>Returns a picture's bytes, <c>[channel, y, x]</c>: the shorter side resized as Pillow does, then the centre.</summary>
    private static double[] Prepared(string file)
    {
        var (shape, elements) = PictureDecoder.Decode(File.ReadAllBytes(file), file);
        int shorter = Math.Min(shape.Width, shape.Height);
        int width = Resized * shape.Width / shorter, height = Resized * shape.Height / shorter;
        int left = (int)Math.Round((width - Size) / 2.0, MidpointRounding.ToEven),
            top = (int)Math.Round((height - Size) / 2.0, MidpointRounding.ToEven);
        var result = new double[3 * Size * Size];
        for (int channel = 0; channel < 3; channel++)
        {
            int plane = shape.Channels == 1 ? 0 : channel * shape.Height * shape.Width;
            var wide = new double[shape.Height][];
            for (int y = 0; y < shape.Height; y++)
                wide[y] = Resampled([.. elements.AsSpan(plane + (y * shape.Width), shape.Width).ToArray().Select(v => (double)v)], width);
            for (int x = 0; x < Size; x++)
            {
                double[] column = Resampled([.. wide.Select(row => row[left + x])], height);
                for (int y = 0; y < Size; y++) result[(((channel * Size) + y) * Size) + x] = column[top + y];
            }
        }
        return result;
    }

    /// <summary>Returns a line of another length: every pixel the mean of those below a triangle, rounded to a whole number.</summary>
    private static double[] Resampled(double[] line, int length)
    {
        double scale = (double)line.Length / length, reach = Math.Max(scale, 1);
        return length == line.Length ? line : [.. Enumerable.Range(0, length).Select(to =>
        {
            double centre = (to + 0.5) * scale;
            double[] weights = [.. line.Select((_, from) => Math.Max(0, 1 - (Math.Abs(from + 0.5 - centre) / reach)))];
            return Math.Round(line.Zip(weights, (v, w) => v * w).Sum() / weights.Sum(), MidpointRounding.AwayFromZero);
        })];
    }
}
