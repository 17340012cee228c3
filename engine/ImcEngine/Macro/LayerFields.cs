using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>
/// The overrides under <c>layers</c> in JSON. A layer's <c>macro</c> inherits from the run's macro, or is a preset, which inherits nothing.
/// A layer's <c>adc</c> inherits from the ADC of that macro. Where a layer states both, its ADC becomes a part of its macro.
/// </summary>
internal static class LayerFields
{
    /// <summary>The maximum number of patterns in <c>layers</c>.</summary>
    public const int MostOverrides = 4096;

    public static SpecField<LayerOverride>[] All { get; } =
    [
        new("digital", l => l.Digital, (l, v) => l with { Digital = v.Flag() }),
        new("weightBits", l => l.WeightBits, (l, v) => l with { WeightBits = v.Integer(1, BitPlanes.OperandFormat.MaxBits) }),
        new("activationBits", l => l.ActivationBits, (l, v) => l with { ActivationBits = v.Integer(1, BitPlanes.OperandFormat.MaxBits) }),
        new("macro", l => l.Macro is null ? null : SpecObject.Write(l.Macro, SpecFields.Macro),
            (l, v) => l with { Macro = SpecFields.ReadMacro(v) }),
        new("adc", l => l.Adc is null ? null : AdcFields.Write(l.Adc), (l, v) => l with { Adc = AdcFields.Read(v) }),
    ];

    /// <summary>Returns the overrides in full: each macro and ADC with all its fields, as complete objects.</summary>
    public static JsonObject Write(IReadOnlyList<LayerOverride> layers)
    {
        var json = new JsonObject();
        foreach (var layer in layers)
            json.Add(layer.Layers,
                layer == new LayerOverride(layer.Layers) { Digital = true } ? "digital" : SpecObject.Write(WithOneAdc(layer), All));
        return json;
    }

    /// <summary>Returns the overrides in full, with nulls for what they would otherwise inherit.</summary>
    /// <param name="ofRun">The run's macro.</param>
    public static JsonObject WriteResolved(IReadOnlyList<LayerOverride> layers, MacroSpec ofRun)
    {
        var inherited = SpecObject.Write(ofRun, SpecFields.Macro);
        var json = Write(layers);
        foreach (var (_, layer) in json)
        {
            if (layer?.GetValueKind() != System.Text.Json.JsonValueKind.Object) continue;
            if (layer["macro"] is JsonObject macro) SpecMerge.Complete(macro, inherited);
            if (layer["adc"] is JsonObject adc) SpecMerge.Complete(adc, inherited["adc"]!.AsObject());
        }
        return json;
    }

    /// <summary>Returns the overrides as they were stated: each macro and ADC without its inherited fields.</summary>
    public static JsonObject WriteStated(IReadOnlyList<LayerOverride> layers)
    {
        var json = Write(layers);
        foreach (var layer in layers.Select(WithOneAdc))
        {
            if (layer.Macro is not null) json[layer.Layers]!["macro"] = Stated(json[layer.Layers]!["macro"]!, layer.MacroStates, InFull);
            if (layer.Adc is not null) json[layer.Layers]!["adc"] = Stated(json[layer.Layers]!["adc"]!, layer.AdcStates, AdcInFull);
        }
        return json;
    }

    /// <summary>Returns a complete macro with a null for every field that it lacks, so that it inherits nothing.</summary>
    public static JsonObject InFull(JsonObject macro)
    {
        var full = Filled(macro, SpecFields.Macro.Select(field => field.Name));
        full["adc"] = AdcInFull(full["adc"]!.AsObject());
        full["die"] = Filled(full["die"]!.AsObject(), SpecFields.Die.Select(field => field.Name));
        return full;
    }

    /// <param name="value">The <c>layers</c> object.</param>
    /// <param name="ofRun">The run's macro, from which the layers' macros and ADCs inherit.</param>
    public static LayerOverride[] Read(SpecValue value, MacroSpec ofRun)
    {
        if (value.Node is not JsonObject layers)
            throw value.Error("allowed is an object: layer-name glob to \"digital\" or an object of overrides");
        if (layers.Count > MostOverrides)
            throw new SpecException(value.Path, $"{layers.Count} patterns",
                $"allowed are at most {MostOverrides}; name several layers by one pattern; * matches any characters");
        var inherited = AsRead(ofRun);
        return [.. layers.Where(each => each.Value is not null)
            .Select(each => Read(new(each.Value, SpecObject.PathOf(value.Path, each.Key)), each.Key, inherited))];
    }

    private static LayerOverride Read(SpecValue value, string glob, JsonObject ofRun)
    {
        if (value.Kind == System.Text.Json.JsonValueKind.String && value.Text() == "digital") return new(glob) { Digital = true };
        if (value.Node is not JsonObject given) throw value.Error("allowed are \"digital\" and an object of overrides");
        var layer = ReadInherited(value.Path, given, glob, ofRun);
        return layer.Digital != true || layer == new LayerOverride(glob) { Digital = true }
            ? layer
            : throw value.Error("a digital layer takes no other override; leave out either digital or the others");
    }

    private static LayerOverride ReadInherited(string path, JsonObject given, string glob, JsonObject ofRun)
    {
        var inFull = given.DeepClone().AsObject();
        var macro = ofRun;
        string? macroStates = null, adcStates = null;
        if (given["macro"] is JsonObject ownMacro)
        {
            if (ownMacro["adc"] is not null && given["adc"] is { } second)
                throw new SpecValue(second, SpecObject.PathOf(path, "adc")).Error("the layer's macro.adc already states its ADC; "
                    + "state it in one of the two");
            inFull["macro"] = Merged(ofRun, ownMacro);
            macroStates = StatedFields.PathsOf(ownMacro);
            if (inFull["macro"]!["adc"] is JsonObject ofMacro)
                SpecMerge.RequireOwnRange(ofMacro, SpecObject.PathOf(path, "macro.adc"));
        }
        if (inFull["macro"] is { } stated) macro = AsRead(SpecFields.ReadMacro(new(stated, SpecObject.PathOf(path, "macro"))));
        if (given["adc"] is JsonObject ownAdc)
        {
            var adc = Merged(macro["adc"]!.AsObject(), ownAdc);
            SpecMerge.RequireOwnRange(adc, SpecObject.PathOf(path, "adc"));
            inFull["adc"] = adc;
            adcStates = StatedFields.PathsOf(ownAdc);
        }
        return WithOneAdc(SpecObject.Read(new(inFull, path), All, new LayerOverride(glob))
            with { MacroStates = macroStates, AdcStates = adcStates });
    }

    /// <summary>Returns the override with its ADC as a part of its macro, where it has both.</summary>
    private static LayerOverride WithOneAdc(LayerOverride layer)
    {
        if (layer is not { Macro: { } macro, Adc: { } adc }) return layer;
        string? states = layer.MacroStates is not { } ofMacro ? null
            : string.Join(',', [.. Names(ofMacro), .. Names(layer.AdcStates ?? StatedFields.PathsOf(AdcFields.Write(adc)))
                .Select(name => $"adc.{name}")]);
        return layer with { Macro = macro with { Adc = adc }, MacroStates = states, Adc = null };
    }

    private static string[] Names(string states) => states.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static JsonObject Merged(JsonObject inherited, JsonObject stated)
    {
        var merged = inherited.DeepClone().AsObject();
        SpecMerge.Into(merged, stated);
        return merged;
    }

    private static JsonObject Stated(JsonNode complete, string? paths, Func<JsonObject, JsonObject> inFull) =>
        paths is null ? inFull(complete.AsObject()) : StatedFields.Of(complete.AsObject(), paths);

    private static JsonObject AdcInFull(JsonObject adc)
    {
        string word = adc["kind"]!.GetValue<string>();
        return Filled(adc, AdcFields.NamesOf(SpecWords.AdcKinds.Single(kind => kind.Word == word).Value));
    }

    private static JsonObject Filled(JsonObject fields, IEnumerable<string> names)
    {
        var full = fields.DeepClone().AsObject();
        foreach (string name in names)
            if (!full.ContainsKey(name)) full.Add(name, null);
        return full;
    }

    private static JsonObject AsRead(MacroSpec macro) => RunSpecJson.AsRead(SpecObject.Write(macro, SpecFields.Macro));
}
