using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Importer.Comparisons;

/// <summary>Finds what a setting does to the layers that run on the macro.
/// Two settings with the same effect are refused: one would be compared with itself.</summary>
internal static class SettingEffects
{
    /// <param name="onMacro">Names of the layers.</param>
    /// <exception cref="ImcException">A setting does what another one does.</exception>
    public static void RequireDifferent(IReadOnlyList<ComparisonSetting> settings, IReadOnlyCollection<string> onMacro)
    {
        var first = new Dictionary<string, string>();
        for (int i = 0; i < settings.Count; i++)
        {
            string shown = settings[i].Label is { } label ? $"setting '{label}'" : i == 0 ? "the first setting" : $"setting {i + 1}";
            string effect = EffectOf(settings[i].Run, onMacro);
            if (!first.TryAdd(effect, shown))
                throw new ImcException($"{char.ToUpperInvariant(shown[0])}{shown[1..]} makes the same hardware as {first[effect]}, "
                    + "in every layer that runs on the macro. Leave it out (--versus), or change a field that has an effect here.");
        }
    }

    /// <summary>The specification with every layer's own macro, without what no layer takes. Equal texts mean equal effects.</summary>
    private static string EffectOf(RunSpec run, IReadOnlyCollection<string> onMacro)
    {
        var layers = onMacro.Select(name => new LayerOverride(name) { Macro = run.MacroOf(name) with { Name = "", Source = null } })
            .ToList();
        bool hasRanges = onMacro.Any(name => LayerAdcs.NeedsCalibration(run, name));
        return RunSpecJson.Write(run with
        {
            Macro = new(),
            Layers = layers,
            Calibration = hasRanges ? run.Calibration : new(),
        });
    }
}
