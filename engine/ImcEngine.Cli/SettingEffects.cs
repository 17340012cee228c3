using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Cli;

/// <summary>What a setting does to the layers that run on the macro.
/// Two settings with the same effect would be compared with themselves.</summary>
internal static class SettingEffects
{
    /// <param name="onMacro">Names of the layers.</param>
    /// <exception cref="ImcException">A setting does what another one does.</exception>
    public static void RequireDifferent(IReadOnlyList<ComparisonSetting> settings, IReadOnlyCollection<string> onMacro)
    {
        var first = new Dictionary<string, string>();
        foreach (var setting in settings)
        {
            string shown = setting.Label is { } changes ? $"--versus '{changes}'" : "the first setting";
            if (!first.TryAdd(EffectOf(setting.Run, onMacro), shown))
                throw new ImcException($"{shown} makes the same hardware as {first[EffectOf(setting.Run, onMacro)]}, "
                    + "in every layer that runs on the macro. Leave it out, or change a field that acts here.");
        }
    }

    /// <summary>The specification with every layer's own ADC, without what no layer takes: equal texts, equal effects.</summary>
    private static string EffectOf(RunSpec run, IReadOnlyCollection<string> onMacro)
    {
        var layers = onMacro.Select(name => new LayerOverride(name) { Adc = LayerAdcs.SpecOf(run, name) }).ToList();
        bool hasRanges = layers.Any(layer => LayerAdcs.NeedsCalibration(layer.Adc!));
        return RunSpecJson.Write(run with
        {
            Macro = run.Macro with { Name = "", Source = null, Adc = new() { Kind = AdcKind.None } },
            Layers = layers,
            Calibration = hasRanges ? run.Calibration : new(),
        });
    }
}
