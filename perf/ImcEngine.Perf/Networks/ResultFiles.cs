using System.Text.Json;

namespace ImcEngine.Perf.Networks;

/// <summary>The files of a measurement: every figure as JSON, and a table to read.</summary>
internal static class ResultFiles
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="kind">What was measured, the first part of the files' name.</param>
    /// <param name="folder">The folder; null for that of the machine.</param>
    /// <param name="results">All figures.</param>
    /// <param name="text">The table, in Markdown.</param>
    public static void Write<T>(string kind, string? folder, Machine machine, T results, string text)
    {
        folder ??= Path.Combine("perf", "results", machine.Slug);
        string name = $"{kind}-{machine.Instructions.ToLowerInvariant()}";
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, name + ".json"), JsonSerializer.Serialize(results, Json) + "\n");
        AtomicFile.Write(Path.Combine(folder, name + ".md"), text);
    }
}
