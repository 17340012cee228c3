using System.Text.Json.Nodes;

namespace ImcEngine.Cli.Studies;

/// <summary>
/// A study's results on disk. Every file is written whole or not at all, so a study that is killed continues from the points that it had
/// finished. Files that are read again carry a checksum (<see cref="StudyRecord"/>). A damaged file counts as absent and is written again.
/// <code>
/// plan.json              what is run: inputs, and every point with its key, in canonical order
/// points/KEY.json        a finished point; nothing in it depends on the machine
/// timings/KEY.json       its time, threads, host and kernels
/// baselines/KEY.json     the classes that the float and the digital network name
/// evaluations/KEY.json   of an optimization: the classes that a setting names on some images
/// results.json, .csv     all finished points in canonical order
/// summary.json, .csv     the same over dies and seeds, of a study that aggregates them
/// timings.json           their timings
/// </code>
/// </summary>
internal sealed class StudyFolder
{
    public const string PlanFile = "plan.json", ResultsFile = "results.json";

    private const string SummaryFile = "summary.json", SummaryTable = "summary.csv";
    private const string PointsPart = "points", TimingsPart = "timings", BaselinesPart = "baselines", EvaluationsPart = "evaluations";
    private const int KeyLength = 64;

    private static readonly string[] Parts = [PointsPart, TimingsPart, BaselinesPart, EvaluationsPart];

    /// <exception cref="ImcException">No folder can have this path.</exception>
    public StudyFolder(string path)
    {
        InputFile.RequirePath(path, "folder of results");
        Path = path;
    }

    /// <summary>Files that are derived from the others.</summary>
    public static IReadOnlyList<string> MadeFiles { get; } =
        ["results.csv", ResultsFile, "timings.json", SummaryTable, SummaryFile];

    public string Path { get; }

    public bool HoldsPoints => Directory.Exists(In(PointsPart));

    /// <summary>Keys of all stored points, including those that the plan does not ask for.</summary>
    public IEnumerable<string> PointKeys => Stored(PointsPart).Select(file => System.IO.Path.GetFileNameWithoutExtension(file.Name));

    /// <summary>Why the plan cannot be used; null if it can, or if there is none.</summary>
    public string? PlanDamage => Read(In(PlanFile), StudyRecord.Plan, null).Damage;

    /// <exception cref="ImcException">The folder cannot be made, a file in it cannot be written, or something that keeps no results (a
    /// folder, a pipe, a link to nowhere) stands where a result must be stored.</exception>
    public void Create()
    {
        foreach (string part in Parts) OutputFolder.Make(In(part));
        foreach (string file in MadeFiles.Append(PlanFile))
        {
            RequireKept(In(file));
            AtomicFile.RequireWritable(In(file));
        }
        foreach (string part in Parts)
            foreach (var odd in Stored(part).Where(file => file is not FileInfo { LinkTarget: null, Length: > 0 }))
                RequireKept(System.IO.Path.Combine(In(part), odd.Name));
    }

    /// <summary>Removes a study's results. The plan stays until another replaces it: until then it says whose results these are.</summary>
    /// <exception cref="ImcException">A file cannot be removed.</exception>
    public void Clear() => Remove(() =>
    {
        foreach (string file in MadeFiles) File.Delete(In(file));
        foreach (string part in Parts.Where(part => Directory.Exists(In(part))))
            foreach (string file in Directory.GetFiles(In(part), "*.json"))
                if (IsKey(System.IO.Path.GetFileNameWithoutExtension(file))) File.Delete(file);
    });

    private void Remove(Action delete)
    {
        try
        {
            delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"The results in '{Path}' cannot be removed: {e.Message}", e);
        }
    }

    /// <exception cref="ImcException">The folder holds no study, or its plan is damaged.</exception>
    public JsonObject ReadPlan()
    {
        var (plan, damage) = Read(In(PlanFile), StudyRecord.Plan, null);
        if (plan is not null) return plan["points"]!.AsArray().All(IsPoint) ? plan : throw Damaged("a point in it is malformed");
        throw damage is null
            ? new ImcException($"'{Path}' holds no study: its {PlanFile} is missing. "
                + "Give folders that 'imc study FILE --out DIR' has written.") : Damaged(damage);

        ImcException Damaged(string why) =>
            new($"'{In(PlanFile)}' cannot be used: {why}. Run 'imc study FILE --out {Path}' again, with the same --shard: "
                + "it writes the plan again and runs only the points that are not finished.");
    }

    public void WritePlan(JsonObject plan) => JsonOutput.Save(In(PlanFile), StudyRecord.Sealed(plan));

    public StoredRecord Point(string key) => Read(PointFile(key), StudyRecord.Point, key);

    public StoredRecord Timing(string key) => Read(TimingFile(key), StudyRecord.Timing, key);

    public StoredRecord Baseline(string key) => Read(BaselineFile(key), StudyRecord.Baseline, key);

    public StoredRecord Evaluation(string key) => Read(EvaluationFile(key), StudyRecord.Evaluation, key);

    public string EvaluationFile(string key) => In(EvaluationsPart, key);

    public string PointFile(string key) => In(PointsPart, key);

    public string TimingFile(string key) => In(TimingsPart, key);

    public string BaselineFile(string key) => In(BaselinesPart, key);

    /// <summary>Writes the timing first: the point is finished once its own file is there.</summary>
    public void WritePoint(string key, JsonObject point, JsonObject? timing)
    {
        if (timing is not null) JsonOutput.Save(TimingFile(key), StudyRecord.Sealed(timing));
        JsonOutput.Save(PointFile(key), StudyRecord.Sealed(point));
    }

    public void WriteBaseline(string key, JsonObject baseline) => JsonOutput.Save(BaselineFile(key), StudyRecord.Sealed(baseline));

    public void WriteEvaluation(string key, JsonObject evaluation) =>
        JsonOutput.Save(EvaluationFile(key), StudyRecord.Sealed(evaluation));

    public void WriteResults(JsonObject results, string csv, JsonNode timings)
    {
        JsonOutput.Save(In(ResultsFile), results);
        AtomicFile.Write(In("results.csv"), csv);
        JsonOutput.Save(In("timings.json"), timings);
    }

    public void WriteSummary(JsonObject summary, string csv)
    {
        JsonOutput.Save(In(SummaryFile), summary);
        AtomicFile.Write(In(SummaryTable), csv);
    }

    /// <summary>Removes the summary that the folder has of a study that aggregated axes and does so no more.</summary>
    /// <exception cref="ImcException">A file cannot be removed.</exception>
    public void RemoveSummary() => Remove(() =>
    {
        foreach (string file in new[] { SummaryFile, SummaryTable }) File.Delete(In(file));
    });

    public string In(string file) => System.IO.Path.Combine(Path, file);

    private string In(string part, string key) => System.IO.Path.Combine(Path, part, key + ".json");

    /// <summary>Returns the entries of a subfolder that are named by a key.</summary>
    private FileSystemInfo[] Stored(string part)
    {
        try
        {
            return [.. new DirectoryInfo(In(part)).GetFileSystemInfos("*.json")
                .Where(file => IsKey(System.IO.Path.GetFileNameWithoutExtension(file.Name)))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"The folder '{In(part)}' cannot be read: {e.Message}", e);
        }
    }

    private static void RequireKept(string file)
    {
        try
        {
            AtomicFile.RequireKept(file);
        }
        catch (ImcException e)
        {
            throw new ImcException($"{e.Message}. A study stores results there: remove what is there, "
                + "or name another folder with --out.", e);
        }
    }

    private static bool IsKey(string? text) => text?.Length == KeyLength && text.All(char.IsAsciiHexDigitLower);

    private static bool IsPoint(JsonNode? node) =>
        node is JsonObject point && point["grid"] is JsonValue && point["set"] is JsonObject && point["key"] is JsonValue key
            && key.TryGetValue(out string? text) && IsKey(text);

    private static StoredRecord Read(string file, StudyRecord record, string? key)
    {
        if (!System.IO.Path.Exists(file)) return default;
        string text;
        try
        {
            text = InputFile.ReadAllText(file, "file of a study");
        }
        catch (ImcException e)
        {
            return new(null, e.Message.TrimEnd('.'));
        }
        return record.Open(text, key);
    }
}
