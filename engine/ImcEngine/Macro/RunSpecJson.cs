using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>
/// The run specification as JSON (ARITHMETIC §9). Reading allows comments and trailing commas. Writing resolves the specification: it
/// states every field that applies, defaults included, in one canonical order, so that equal specifications have equal texts. A field that
/// is left out is inherited (<see cref="SpecMerge"/>): under <c>macro</c> from the default preset, in a layer's <c>macro</c> and <c>adc</c>
/// from the run's macro. Written text reads back as the same specification; an explicit null marks an absent field that would otherwise be
/// inherited.
/// </summary>
public static class RunSpecJson
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        AllowDuplicateProperties = false,
    };

    /// <summary>The maximum size of a specification, in bytes; lists of 65,536 edges and levels, written in full, take 3 MB.</summary>
    internal const long MostBytes = 8L << 20;

    private static readonly JsonWriterOptions Canonical = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The default macro and defaults for all else.</summary>
    public static RunSpec Default => new() { Macro = MacroPresets.Get(MacroPresets.DefaultName) };

    /// <summary>The published JSON schema (draft-07) of a run specification. Its <c>definitions/macro</c> is the schema of a macro
    /// specification.</summary>
    public static string Schema { get; } = EmbeddedText.Read("run-spec.schema.json");

    /// <summary>Reads a run specification; parts that are left out are taken from <see cref="Default"/>.</summary>
    /// <exception cref="SpecException">A field is unknown, out of range, or in conflict with another.</exception>
    /// <exception cref="ImcException">The text is not JSON.</exception>
    public static RunSpec Read(string json) => ReadRun(Parse(json, "The run specification"));

    /// <summary>Reads a file; paths of tables and noise profiles in it are relative to the file.</summary>
    /// <exception cref="ImcException">As <see cref="Read"/>, or the file cannot be read.</exception>
    public static RunSpec ReadFile(string path)
    {
        var run = ReadRun(Parse(ReadText(path, "run specification"), $"'{path}'"));
        return Rebased(run, Path.GetDirectoryName(path) ?? "");
    }

    /// <summary>Reads a macro specification, the object under <c>macro</c> in a run specification. It too inherits from the default
    /// preset.</summary>
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

    /// <summary>Returns the resolved specification as a node for a larger document.</summary>
    internal static JsonObject ToNode(RunSpec run)
    {
        var json = SpecObject.Write(run, SpecFields.Run);
        json["layers"] = LayerFields.WriteResolved(run.Layers, run.Macro);
        json["macro"] = ToNode(run.Macro);
        return json;
    }

    /// <summary>Returns the node that assignments change: layers as they were stated, all else in full.</summary>
    internal static JsonObject ToStatedNode(RunSpec run)
    {
        var json = SpecObject.Write(run, SpecFields.Run);
        json["layers"] = LayerFields.WriteStated(run.Layers);
        return json;
    }

    /// <summary>Applies <c>path=value</c> assignments in order (<see cref="SpecPatch"/>);
    /// rules between fields are checked once, after the last.</summary>
    /// <exception cref="SpecException">A path or value is not allowed.</exception>
    public static RunSpec Set(RunSpec run, params IEnumerable<string> assignments) => Set("--set", run, assignments, null);

    /// <summary>Applies a user's assignments, all of which must still hold after the last one (<see cref="HeldAssignments"/>).</summary>
    /// <param name="option">The option that the assignments come from, for messages.</param>
    /// <exception cref="SpecException">A path or value is not allowed.</exception>
    /// <exception cref="ImcException">An assignment replaces what an earlier one set.</exception>
    internal static RunSpec SetAll(string option, RunSpec run, IReadOnlyList<string> assignments) =>
        Set(option, run, assignments, new(number => $"{option} '{SpecValue.Shortened(assignments[number])}'"));

    /// <param name="held">Checks that all assignments hold; null: one may replace what another set.</param>
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
        // The node states every field, so it does not tell who stated the quantization.
        return ReadInFull(json) with { QuantizationStatement = stated };
    }

    /// <summary>Returns the specification with the paths of tables and noise profiles prefixed by <paramref name="folder"/>.</summary>
    internal static RunSpec Rebased(RunSpec run, string folder) =>
        run.WithMacros(macro => Rebased(macro, folder), adc => Rebased(adc, folder));

    internal static RunSpec ReadRun(JsonNode? json)
    {
        // Editors find the schema by this key; it has no effect here.
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

    /// <summary>Writes and parses the node again. A parsed number can be read as any integer type, a number that code put into a node only
    /// as its own type.</summary>
    internal static JsonObject AsRead(JsonObject json) => Parse(Text(json), "The run specification")!.AsObject();

    /// <exception cref="ImcException">The text is not JSON, or a string in it is not valid Unicode.</exception>
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
            throw new ImcException($"{what} is not JSON: {error.Message}", error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            throw new ImcException($"{what} holds a string with half of a surrogate pair, such as \\ud800, which is not a character; "
                + "write the character itself or both halves.", error);
        }
    }

    /// <summary>Reads every string and name, which throws if one is not valid Unicode.</summary>
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
