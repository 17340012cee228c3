using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>
/// The run specification as JSON (ARITHMETIC §9). Comments and trailing commas are read; what is
/// written is resolved (every field that applies, defaults included), in one canonical order, so equal specifications are equal texts.
/// </summary>
public static class RunSpecJson
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = false };

    private static readonly JsonWriterOptions Canonical = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The default macro and defaults for all else.</summary>
    public static RunSpec Default => new() { Macro = MacroPresets.Get(MacroPresets.DefaultName) };

    /// <summary>The published JSON schema (draft-07) of a run specification; of a macro specification, its <c>definitions/macro</c>.</summary>
    public static string Schema { get; } = EmbeddedText.Read("run-spec.schema.json");

    /// <summary>Reads a run specification; parts that are left out are those of <see cref="Default"/>.</summary>
    /// <exception cref="SpecException">A field is unknown, out of range, or does not go with another.</exception>
    /// <exception cref="ImcException">The text is no JSON.</exception>
    public static RunSpec Read(string json) => ReadRun(Parse(json, "The run specification"));

    /// <summary>Reads a file; paths of tables and noise profiles in it are relative to the file.</summary>
    /// <exception cref="ImcException">As <see cref="Read"/>, or the file cannot be read.</exception>
    public static RunSpec ReadFile(string path)
    {
        var run = ReadRun(Parse(ReadText(path), $"'{path}'"));
        return Rebased(run, Path.GetDirectoryName(path) ?? "");
    }

    /// <summary>Reads a macro specification: what stands under <c>macro</c> in a run specification.</summary>
    /// <exception cref="ImcException">As <see cref="Read"/>.</exception>
    public static MacroSpec ReadMacro(string json) => ReadMacro(Parse(json, "The macro specification"));

    /// <summary>As <see cref="ReadFile"/>, for a macro specification.</summary>
    /// <exception cref="ImcException">As <see cref="ReadFile"/>.</exception>
    public static MacroSpec ReadMacroFile(string path) =>
        Rebased(ReadMacro(Parse(ReadText(path), $"'{path}'")), Path.GetDirectoryName(path) ?? "");

    public static string Write(RunSpec run) => Text(ToNode(run));

    public static string Write(MacroSpec macro) => Text(SpecObject.Write(macro, SpecFields.Macro));

    /// <summary>The resolved specification as a node for a larger document.</summary>
    public static JsonObject ToNode(RunSpec run) => SpecObject.Write(run, SpecFields.Run);

    /// <summary>Applies <c>path=value</c> assignments in order (<see cref="SpecPatch"/>); rules between fields are checked once, after the last.</summary>
    /// <exception cref="SpecException">A path or value is not allowed.</exception>
    public static RunSpec Set(RunSpec run, params IEnumerable<string> assignments)
    {
        var json = ToNode(run);
        var stated = run.QuantizationStatement;
        foreach (string assignment in assignments)
        {
            SpecPatch.Apply(json, assignment);
            if (SpecPatch.IsOfQuantization(assignment)) stated = Statement.Set;
        }
        // What was written out above says nothing about who stated it.
        return Read(Text(json)) with { QuantizationStatement = stated };
    }

    /// <summary>The same with paths of tables and noise profiles relative to <paramref name="folder"/>.</summary>
    internal static RunSpec Rebased(RunSpec run, string folder) => run with
    {
        Macro = Rebased(run.Macro, folder),
        Layers = [.. run.Layers.Select(layer => layer.Adc is null ? layer : layer with { Adc = Rebased(layer.Adc, folder) })],
    };

    internal static RunSpec ReadRun(JsonNode? json)
    {
        // Editors find the schema by this key; it decides nothing.
        (json as JsonObject)?.Remove("$schema");
        var run = SpecObject.Read(new(json, ""), SpecFields.Run, Default);
        SpecRules.Check(run);
        return run;
    }

    private static MacroSpec ReadMacro(JsonNode? json)
    {
        var macro = SpecFields.ReadMacro(new(json, "macro"));
        SpecRules.Check(macro);
        return macro;
    }

    internal static JsonNode? Parse(string json, string what)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: Lenient);
        }
        catch (JsonException error)
        {
            throw new ImcException($"{what} is no JSON: {error.Message}", error);
        }
    }

    internal static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"Cannot read '{path}': {error.Message}", error);
        }
    }

    internal static string Text(JsonObject json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Canonical)) json.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static MacroSpec Rebased(MacroSpec macro, string folder) => macro with
    {
        Adc = Rebased(macro.Adc, folder),
        Die = macro.Die with { NoiseProfile = Rebased(macro.Die.NoiseProfile, folder) },
    };

    private static AdcSpec Rebased(AdcSpec adc, string folder) =>
        adc with { Table = Rebased(adc.Table, folder), SecondTable = Rebased(adc.SecondTable, folder) };

    private static string? Rebased(string? path, string folder) => path is null || PresetTables.IsName(path) ? path : Path.Combine(folder, path);
}
