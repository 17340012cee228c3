using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Cli.Studies;

/// <summary>
/// A study's results on disk. Every file is written whole or not at all, so a study that dies at any moment goes on from the points it had finished.
/// <code>
/// plan.json              what is run: inputs, and every point with its key, in canonical order
/// points/KEY.json        a finished point; nothing in it depends on the machine
/// timings/KEY.json       its time, threads, host and kernels
/// baselines/KEY.json     what the float and the digital network said of the images
/// results.json, .csv     all finished points in canonical order
/// timings.json           their timings
/// </code>
/// </summary>
internal sealed class StudyFolder(string path)
{
    private const string PlanFile = "plan.json";

    public string Path { get; } = path;

    /// <exception cref="ImcException">The folder cannot be made.</exception>
    public void Create()
    {
        try
        {
            foreach (string part in new[] { "points", "timings", "baselines" }) Directory.CreateDirectory(System.IO.Path.Combine(Path, part));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"The folder '{Path}' cannot be made: {e.Message}", e);
        }
    }

    /// <exception cref="ImcException">The folder holds no study.</exception>
    public JsonObject ReadPlan() => TryRead(In(PlanFile)) is { } plan && plan["points"] is JsonArray ? plan
        : throw new ImcException($"'{Path}' holds no study: its {PlanFile} is missing or no plan. Give folders that 'imc study FILE --out DIR' has written.");

    public void WritePlan(JsonObject plan) => JsonOutput.Save(In(PlanFile), plan);

    /// <summary>Null where the point is not finished.</summary>
    public JsonObject? Point(string key) => TryRead(In("points", key)) is { } point && (string?)point["key"] == key ? point : null;

    /// <summary>Null where there is none.</summary>
    public JsonObject? Timing(string key) => TryRead(In("timings", key));

    /// <summary>The timing first: once the point's file is there, the point is finished.</summary>
    public void WritePoint(string key, JsonObject point, JsonObject? timing)
    {
        if (timing is not null) JsonOutput.Save(In("timings", key), timing);
        JsonOutput.Save(In("points", key), point);
    }

    /// <summary>Null where there is none.</summary>
    public JsonObject? Baseline(string key) => TryRead(In("baselines", key));

    public void WriteBaseline(string key, JsonObject baseline) => JsonOutput.Save(In("baselines", key), baseline);

    public void WriteResults(JsonObject results, string csv, JsonNode timings)
    {
        JsonOutput.Save(In("results.json"), results);
        AtomicFile.Write(In("results.csv"), csv);
        JsonOutput.Save(In("timings.json"), timings);
    }

    private string In(string file) => System.IO.Path.Combine(Path, file);

    private string In(string part, string key) => System.IO.Path.Combine(Path, part, key + ".json");

    /// <summary>A file that is no JSON object (a disk that lost power may leave one) counts as absent, and is made again.</summary>
    private static JsonObject? TryRead(string file)
    {
        try
        {
            return File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file)) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"Cannot read '{file}': {e.Message}", e);
        }
    }
}
