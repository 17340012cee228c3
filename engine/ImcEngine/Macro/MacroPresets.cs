using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>The macros that come with the product: embedded JSON files, each naming its source.</summary>
public static class MacroPresets
{
    public const string DefaultName = "default";

    /// <summary>The preset without an ADC: partial sums pass exactly.</summary>
    public const string Ideal = "ideal";

    private const string Prefix = "Presets.", MarksPrefix = "PresetMarks.";
    private const string Suffix = ".json";

    /// <summary>The names of all presets, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. EmbeddedText.Names
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length]).Order(StringComparer.Ordinal),
    ];

    /// <exception cref="SpecException">There is no such preset.</exception>
    public static MacroSpec Get(string name) => Names.Contains(name)
        ? RunSpecJson.ReadPreset(Json(name))
        : throw new SpecException("macro", $"\"{name}\"", $"presets are {string.Join(", ", Names)}; take one of them or a JSON file");

    /// <summary>Returns the preset of this name, or reads a macro specification from a file, which inherits from the default
    /// preset.</summary>
    /// <exception cref="ImcException">The argument is neither a preset nor a readable file, or the file's specification cannot be
    /// used.</exception>
    public static MacroSpec Load(string nameOrFile) =>
        !Names.Contains(nameOrFile) && File.Exists(nameOrFile) ? RunSpecJson.ReadMacroFile(nameOrFile) : Get(nameOrFile);

    /// <summary>Returns the JSON text of a preset, unchanged.</summary>
    public static string Json(string name) => EmbeddedText.Read(Prefix + name + Suffix);

    /// <summary>Returns where each field of a preset comes from, in the order of its JSON text.</summary>
    /// <exception cref="SpecException">There is no such preset.</exception>
    public static IReadOnlyList<PresetMark> Marks(string name)
    {
        Get(name);
        return PresetMark.Of(RunSpecJson.Parse(Json(name), "The preset")!.AsObject(), MarksJson(name));
    }

    /// <summary>Returns the marks of a preset as their file has them.</summary>
    internal static JsonObject MarksJson(string name) =>
        RunSpecJson.Parse(EmbeddedText.Read(MarksPrefix + name + Suffix), "The marks")!.AsObject();
}
