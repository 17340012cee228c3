using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImcEngine.Cli;
using ImcEngine.Cli.Studies;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Macro;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>
/// A study's stored results, which <c>--merge</c> reads. An input is the files of a folder, one after another, each under a line
/// <c>=== path</c>. A merged folder is merged again into the same.
/// </summary>
internal sealed class StudyFolderTarget : IFuzzTarget
{
    private const string Mark = "=== ";

    private static readonly string[] Parts = ["points", "timings", "baselines"];
    private static readonly string[] Keys = [new('a', 64), new('b', 64)];

    private readonly Lazy<(string File, JsonMutations Mutations)[]> _files =
        new(() => [.. Written().Select(file => (file.Key, new JsonMutations([file.Value], Words)))]);

    private static readonly string[] Words = ["key", "points", "set", "grid", "run", "checksum", .. Keys];

    public string Name => "study-folder";
    public string Extension => ".txt";
    public long MostAllocatedBytes => 256L << 20;

    public byte[] Make(CaseRandom random)
    {
        var text = new StringBuilder();
        int damaged = random.Between(0, _files.Value.Length - 1);
        for (int i = 0; i < _files.Value.Length; i++)
        {
            var (file, mutations) = _files.Value[i];
            if (i != damaged && random.OneIn(20)) continue;
            text.Append(Mark).Append(file).Append('\n').Append(i == damaged ? Damaged(mutations, random) : Unchanged[file]).Append('\n');
        }
        return TextMutations.Encode(text.ToString());
    }

    public Acceptance Run(byte[] input, bool thorough)
    {
        string folder = Path.Combine(Scratch.Folder, "study"), merged = Path.Combine(Scratch.Folder, "merged");
        foreach (string each in new[] { folder, merged })
            if (Directory.Exists(each)) Directory.Delete(each, recursive: true);
        Unpack(TextMutations.Decode(input), folder);
        var report = new Report(TextWriter.Null, isTerminal: false);
        var results = StudyMerge.Merge([new(folder)], new(merged), overwrite: false, report).Results;
        if (thorough)
            BrokenPropertyException.Require(
                JsonNode.DeepEquals(
                    StudyMerge.Merge([new(merged), new(folder)], new(merged), overwrite: false, report).Results, results),
                "a merged study merges into another", () => $"{results["points"]!.AsArray().Count} points");
        return Acceptance.Accepted;
    }

    /// <summary>Damages an input. Half of what is still an object gets a new checksum:
    /// otherwise only undamaged inputs would pass theirs.</summary>
    private static string Damaged(JsonMutations mutations, CaseRandom random)
    {
        string text = TextMutations.Decode(mutations.Make(random));
        if (random.OneIn(2)) return text;
        try
        {
            if (JsonNode.Parse(text, documentOptions: new() { AllowDuplicateProperties = false }) is not JsonObject content) return text;
            content.Remove("checksum");
            return StudyRecord.Sealed(content).ToJsonString();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return text;
        }
    }

    private static Dictionary<string, string> Unchanged { get; } = Written();

    private static void Unpack(string text, string folder)
    {
        foreach (string part in Parts) Directory.CreateDirectory(Path.Combine(folder, part));
        foreach (string file in text.Split(Mark, StringSplitOptions.RemoveEmptyEntries))
        {
            int end = file.IndexOf('\n', StringComparison.Ordinal);
            // Damage may have changed the name; only names that the seeds have are written.
            if (end > 0 && Unchanged.ContainsKey(file[..end])) File.WriteAllText(Path.Combine(folder, file[..end]), file[(end + 1)..]);
        }
    }

    /// <summary>Returns a finished study of two points, as the program writes it.</summary>
    private static Dictionary<string, string> Written()
    {
        string path = Path.Combine(Scratch.Folder, "written");
        var folder = new StudyFolder(path);
        folder.Create();
        folder.WritePlan(new()
        {
            ["numericsVersion"] = ImcVersion.Numerics, ["study"] = "rows",
            ["model"] = new JsonObject { ["file"] = "a.onnx", ["sha256"] = Keys[0] },
            ["float"] = new JsonObject { ["file"] = "b.onnx", ["sha256"] = Keys[1] },
            ["data"] = new JsonObject { ["name"] = "shapes10" },
            ["points"] =
                new JsonArray(
                    [
                        .. Keys.Select((key, i) =>
                            new JsonObject { ["grid"] = 1, ["set"] = new JsonObject { ["macro.rows"] = 64 * (i + 1) }, ["key"] = key })]),
        });
        foreach (string key in Keys)
        {
            folder.WriteBaseline(key, new() { ["numericsVersion"] = ImcVersion.Numerics, ["key"] = key,
                ["floatClasses"] = new JsonArray(1, 2, 3), ["digitalClasses"] = new JsonArray(1, 2, 4) });
            folder.WritePoint(key, Point(key),
                new() { ["key"] = key, ["seconds"] = 1.5, ["imcImagesPerSecond"] = 2, ["threads"] = 2, ["kernel"] = "exact",
                    ["host"] = "a" });
        }
        return Directory.EnumerateFiles(path, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .ToDictionary(file => Path.GetRelativePath(path, file).Replace('\\', '/'), File.ReadAllText);
    }

    private static JsonObject Point(string key) => new()
    {
        ["numericsVersion"] = ImcVersion.Numerics, ["key"] = key, ["images"] = 3, ["die"] = 0, ["seed"] = 1, ["floatTop1"] = 0.5,
        ["digitalTop1"] = 0.5, ["imcTop1"] = 0.25,
        ["digitalFloatAgreement"] = 1, ["imcFloatAgreement"] = 0.75, ["imcDigitalAgreement"] = 0.75, ["conversionsPerImage"] = 1000,
        ["arrays"] = 2,
        ["imcTop1Interval95"] = new JsonArray(0.1, 0.5),
        ["imcAgainstDigital"] = new JsonObject { ["interval95"] = new JsonArray(-0.1, 0.1) }, ["imcLogitsSha256"] = new string('0', 64),
        ["run"] = RunSpecJson.ToNode(RunSpecJson.Default),
    };
}
