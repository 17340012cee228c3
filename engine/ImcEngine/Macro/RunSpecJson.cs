using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>
/// The run specification as JSON (ARITHMETIC §9). Comments and trailing commas are read; what is
/// written is resolved (every field that applies, defaults included), in one canonical order, so equal specifications are equal texts.
/// A field that is left out is inherited (<see cref="SpecMerge"/>):
/// under <c>macro</c> from the default preset, in a layer's <c>adc</c> from the run's <c>macro.adc</c>.
/// What is written reads back as it is: a null stands where there is nothing and something would be inherited.
/// </summary>
public static class RunSpecJson
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        AllowDuplicateProperties = false,
    };

    /// <summary>Most bytes of a specification: lists of 65,536 edges and levels, written in full, are 3 MB.</summary>
    internal const long MostBytes = 8L << 20;

    private static readonly JsonWriterOptions Canonical = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The default macro and defaults for all else.</summary>
    public static RunSpec Default => new() { Macro = MacroPresets.Get(MacroPresets.DefaultName) };

    /// <summary>The published JSON schema (draft-07) of a run specification;
    /// of a macro specification, its <c>definitions/macro</c>.</summary>
    public static string Schema { get; } = EmbeddedText.Read("run-spec.schema.json");

    /// <summary>Reads a run specification; parts that are left out are those of <see cref="Default"/>.</summary>
    /// <exception cref="SpecException">A field is unknown, out of range, or does not go with another.</exception>
    /// <exception cref="ImcException">The text is no JSON.</exception>
    public static RunSpec Read(string json) => ReadRun(Parse(json, "The run specification"));

    /// <summary>Reads a file; paths of tables and noise profiles in it are relative to the file.</summary>
    /// <exception cref="ImcException">As <see cref="Read"/>, or the file cannot be read.</exception>
    public static RunSpec ReadFile(string path)
    {
        var run = ReadRun(Parse(ReadText(path, "run specification"), $"'{path}'"));
        return Rebased(run, Path.GetDirectoryName(path) ?? "");
    }

    /// <summary>Reads a macro specification: what stands under <c>macro</c> in a run specification,
    /// and like it inherits from the default preset.</summary>
    /// <exception cref="ImcException">As <see cref="Read"/>.</exception>
    public static MacroSpec ReadMacro(string json) => ReadMacro(Parse(json, "The macro specification"));

    /// <summary>Reads a preset, which is complete and inherits nothing.</summary>
    internal static MacroSpec ReadPreset(string json)
    {
        var macro = SpecFields.ReadMacro(new(Parse(json, "The preset"), "macro"));
        SpecRules.Check(macro);
        return macro;
    }

    /// <summary>As <see cref="ReadFile"/>, for a macro specification.</summary>
    /// <exception cref="ImcException">As <see cref="ReadFile"/>.</exception>
    public static MacroSpec ReadMacroFile(string path) =>
        Rebased(ReadMacro(Parse(ReadText(path, "macro specification"), $"'{path}'")), Path.GetDirectoryName(path) ?? "");

    public static string Write(RunSpec run) => Text(ToNode(run));

    public static string Write(MacroSpec macro) => Text(ToNode(macro));

    /// <summary>The resolved specification as a node for a larger document.</summary>
    internal static JsonObject ToNode(RunSpec run)
    {
        var json = SpecObject.Write(run, SpecFields.Run);
        foreach (var (_, layer) in json["layers"]!.AsObject())
            if (layer is JsonObject given && given["adc"] is JsonObject adc) SpecMerge.Complete(adc, json["macro"]!["adc"]!.AsObject());
        json["macro"] = ToNode(run.Macro);
        return json;
    }

    /// <summary>Macro and the rest in full, layers as they were stated: what assignments change.</summary>
    internal static JsonObject ToStatedNode(RunSpec run)
    {
        var json = SpecObject.Write(run, SpecFields.Run);
        json["layers"] = SpecFields.WriteStatedLayers(run);
        return json;
    }

    /// <summary>Applies <c>path=value</c> assignments in order (<see cref="SpecPatch"/>);
    /// rules between fields are checked once, after the last.</summary>
    /// <exception cref="SpecException">A path or value is not allowed.</exception>
    public static RunSpec Set(RunSpec run, params IEnumerable<string> assignments) => Set("--set", run, assignments, null);

    /// <summary>The same for assignments that a user has put together: every one must hold after the last
    /// (<see cref="HeldAssignments"/>).</summary>
    /// <param name="option">Where the assignments come from, for messages.</param>
    /// <exception cref="SpecException">As above.</exception>
    /// <exception cref="ImcException">An assignment replaces what one before it set.</exception>
    internal static RunSpec SetAll(string option, RunSpec run, IReadOnlyList<string> assignments) =>
        Set(option, run, assignments, new(number => $"{option} '{SpecValue.Shortened(assignments[number])}'"));

    /// <param name="held">Of the assignments; null: one may replace what another set.</param>
    internal static RunSpec Set(string option, RunSpec run, IEnumerable<string> assignments, HeldAssignments? held)
    {
        var json = ToStatedNode(run);
        var stated = run.QuantizationStatement;
        foreach (string assignment in assignments)
        {
            var statement = SpecPatch.Apply(json, assignment, option);
            held?.Add(json, statement);
            if (SpecPatch.IsOfQuantization(assignment)) stated = Statement.Set;
        }
        // What was written out above says nothing about who stated it.
        return ReadInFull(json) with { QuantizationStatement = stated };
    }

    /// <summary>The same with paths of tables and noise profiles relative to <paramref name="folder"/>.</summary>
    internal static RunSpec Rebased(RunSpec run, string folder) => run with
    {
        Macro = Rebased(run.Macro, folder),
        Layers =
            [
                .. run.Layers.Select(layer => layer.Adc is null ? layer
                    : layer with { Adc = Rebased(layer.Adc, folder), AdcStates = layer.AdcStates })],
    };

    internal static RunSpec ReadRun(JsonNode? json)
    {
        // Editors find the schema by this key; it decides nothing.
        (json as JsonObject)?.Remove("$schema");
        if (json is not JsonObject stated) throw new SpecValue(json, "run").Error("allowed is an object in braces");
        var inFull = SpecObject.Write(Default, SpecFields.Run);
        SpecMerge.Into(inFull, stated);
        return ReadInFull(inFull);
    }

    private static MacroSpec ReadMacro(JsonNode? json) =>
        json is null ? throw new SpecValue(json, "macro").Error("allowed is an object in braces")
            : ReadRun(new JsonObject { ["macro"] = json }).Macro;

    private static RunSpec ReadInFull(JsonObject json)
    {
        if (json["macro"] is JsonObject macro && macro["adc"] is JsonObject adc) SpecMerge.RequireOwnRange(adc, "macro.adc");
        var run = SpecObject.Read(new(AsRead(json), ""), SpecFields.Run, Default);
        SpecRules.Check(run);
        return run;
    }

    /// <summary>Written and parsed again: a number that was parsed can be read as any integer type,
    /// a number that code put into a node only as its own.</summary>
    internal static JsonObject AsRead(JsonObject json) => Parse(Text(json), "The run specification")!.AsObject();

    /// <exception cref="ImcException">The text is no JSON, or a text in it is none.</exception>
    internal static JsonNode? Parse(string json, string what)
    {
        try
        {
            var node = JsonNode.Parse(json, documentOptions: Lenient);
            RequireTexts(node);
            return node;
        }
        catch (JsonException error)
        {
            throw new ImcException($"{what} is no JSON: {error.Message}", error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            throw new ImcException($"{what} holds a text with half of a surrogate pair, such as \\ud800, which is no character; "
                + "write the character itself or both halves.", error);
        }
    }

    /// <summary>Reads every text and name, which throws where one is no text.</summary>
    private static void RequireTexts(JsonNode? node)
    {
        if (node is JsonObject fields)
            foreach (var (_, value) in fields) RequireTexts(value);
        else if (node is JsonArray list)
            foreach (var value in list) RequireTexts(value);
        else if (node?.GetValueKind() == JsonValueKind.String) node.GetValue<string>();
    }

    internal static string ReadText(string path, string what) => InputFile.ReadAllText(path, what, MostBytes);

    internal static string Text(JsonObject json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Canonical)) json.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static JsonObject ToNode(MacroSpec macro)
    {
        var json = SpecObject.Write(macro, SpecFields.Macro);
        SpecMerge.Complete(json, SpecObject.Write(Default.Macro, SpecFields.Macro));
        return json;
    }

    private static MacroSpec Rebased(MacroSpec macro, string folder) => macro with
    {
        Adc = Rebased(macro.Adc, folder),
        Die = macro.Die with { NoiseProfile = Rebased(macro.Die.NoiseProfile, folder) },
    };

    private static AdcSpec Rebased(AdcSpec adc, string folder) =>
        adc with { Table = Rebased(adc.Table, folder), SecondTable = Rebased(adc.SecondTable, folder) };

    private static string? Rebased(string? path, string folder) =>
        path is null || PresetTables.IsName(path) ? path : Path.Combine(folder, path);
}
