using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>The calibrated ADC of a layer, one per digit pair (a plane pair, where digits are single planes), or one per row
/// group.</summary>
/// <param name="Levels">The number of levels of the ADC that the ranges were found for.</param>
/// <param name="Ranges">One range, or <c>[inputDigit * weightDigits + weightDigit]</c>, or <c>[rowGroup]</c>.</param>
/// <param name="WeightDigits">The number of weight digits if ranges are per digit pair; else 0.</param>
/// <param name="Cut">How the layer was cut; null: as the other layers.</param>
public sealed record LayerCalibration(int Levels, IReadOnlyList<CountRange> Ranges, int WeightDigits = 0, RowCut? Cut = null)
{
    /// <summary>Edges and levels of ADCs that are not uniform, one for each of <see cref="Ranges"/>, which are then their ends; null for
    /// uniform ones.</summary>
    public IReadOnlyList<CodeList>? Lists { get; init; }

    /// <summary>Whether there is a range for each row group.</summary>
    public bool PerRowGroup { get; init; }

    /// <summary>Whether the ranges, those of a full row group, follow the rows of each row group.</summary>
    public AdcGain Gain { get; init; }

    public CalibrationScope Scope => PerRowGroup ? CalibrationScope.RowGroup
        : WeightDigits == 0 ? CalibrationScope.Layer : CalibrationScope.PlanePair;

    internal CountRange RangeOf(int inputDigit, int weightDigit) =>
        WeightDigits == 0 ? Ranges[0] : Ranges[(inputDigit * WeightDigits) + weightDigit];

}

/// <summary>
/// Calibrated ADCs, found once on the ideal die and used on every die (ARITHMETIC §9 and §16), and the digital corrections of their
/// network. <c>imc calibrate --out</c> writes them. The ADCs hold for one way to cut a layer into row groups and digits, and for one number
/// of levels, corrections for one hardware; a macro that differs needs its own calibration.
/// </summary>
/// <param name="Cut">How layers were cut, except those that state their own.</param>
/// <param name="NetworkSha256">The SHA-256 of the network whose partial sums were observed.</param>
/// <param name="Layers">The ranges of each layer, by layer name.</param>
public sealed record Calibration(
    RowCut Cut, string NetworkSha256, IReadOnlyDictionary<string, LayerCalibration> Layers)
{
    private static readonly string[] CutFields =
        ["rows", "mapping", "legacyOverfull", "inputDigitBits", "cellBits", "weightDigitBits", "signPlane", "digitalPlanePairs"];
    private static readonly string[] Fields = ["numericsVersion", "version", "network", .. CutFields, "design", "layers", "corrections"];
    private static readonly (string Word, CalibrationScope Value)[] StatedScopes =
        [.. SpecWords.Scopes.Where(scope => scope.Value == CalibrationScope.RowGroup)];
    private const int HashDigits = 12, Sha256Digits = 64;

    private static readonly string[] LayerFields =
        ["levels", "rangesCounts", "edgesCounts", "levelsCounts", "weightBits", "per", "gain", .. CutFields];

    /// <summary>How the ADCs were made; null in files of earlier versions, whose ADCs are uniform.</summary>
    public ConverterDesign? Design { get; init; }

    /// <summary>The corrections of the ideal die; null for none.</summary>
    public Corrections? Corrections { get; init; }

    /// <summary>Checks that the calibration was made for this network.</summary>
    /// <param name="name">The network's name, for the error.</param>
    /// <param name="sha256">The network's SHA-256.</param>
    /// <exception cref="ImcException">The calibration was made for another network.</exception>
    public void RequireNetwork(string name, string sha256)
    {
        if (sha256 != NetworkSha256)
            throw new ImcException($"The calibration was made for another network than '{name}' ({NetworkSha256[..HashDigits]}, "
                + $"not {sha256[..HashDigits]}), or for the same one with other preprocessing, quantization or layers on the macro. "
                + "Calibrate again with this network and these settings.");
    }

    /// <summary>Checks that the calibration's ADCs and corrections are those that a run asks for.</summary>
    /// <exception cref="ImcException">They are of another design, method or hardware.</exception>
    internal void RequireMadeFor(RunSpec run)
    {
        var asked = run.Calibration;
        if (Design is { } design && design != asked.Design && Layers.Count > 0)
            throw new ImcException($"The calibration was made with design '{SpecWords.WordFor(design)}'; the run asks for "
                + $"'{SpecWords.WordFor(asked.Design)}'. State calibration.design={SpecWords.WordFor(design)}, or calibrate again.");
        var needed = asked.TrimsDies ? DigitalCorrection.None : asked.Correct;
        var made = Corrections?.Method ?? DigitalCorrection.None;
        if (made != needed)
            throw new ImcException($"The calibration was made with correction '{SpecWords.WordFor(made)}' of the ideal die; the run asks "
                + $"for '{SpecWords.WordFor(needed)}'. State calibration.correct={SpecWords.WordFor(made)}, or calibrate again.");
        if (Corrections is { } corrections && corrections.MadeFor != Corrections.HashOf(run))
            throw new ImcException("The calibration's corrections were made for other hardware than this run's. "
                + "Calibrate again with this hardware; only the die may differ.");
    }

    /// <summary>Returns the ranges of a layer.</summary>
    /// <param name="layer">The layer's name.</param>
    /// <param name="macro">The layer's macro. It must cut the layer into row groups and digits as the calibration's macro did, and its ADC
    /// must have as many levels.</param>
    /// <param name="inputDigits">The layer's input digits; ranges per digit pair must be for as many.</param>
    /// <param name="weightDigits">The layer's weight digits; ranges per digit pair must be for as many.</param>
    /// <param name="rowGroups">The layer's row groups; ranges per row group must be for as many.</param>
    /// <exception cref="ImcException">The calibration was made for another macro, ADC or network.</exception>
    internal LayerCalibration LayerRanges(string layer, MacroSpec macro, int inputDigits, int weightDigits, int rowGroups)
    {
        if (!Layers.TryGetValue(layer, out var found))
            throw new ImcException($"The calibration has no layer '{layer}'; "
                + $"it has {string.Join(", ", Layers.Keys.Order(StringComparer.Ordinal))}. Calibrate again with this network.");
        if (RowCut.Of(macro) != (found.Cut ?? Cut))
            throw new ImcException($"The calibration was made for {found.Cut ?? Cut}; the macro has {RowCut.Of(macro)} in layer '{layer}'. "
                + "Calibrate again with this macro.");
        int levels = AdcFactory.LevelCount(macro.Adc);
        if (levels != found.Levels)
            throw new ImcException($"The calibration was made for {found.Levels} levels in layer '{layer}'; its ADC has {levels}. "
                + "Calibrate again with this ADC.");
        if (macro.Adc.Gain != found.Gain)
            throw new ImcException($"The calibration was made for gain '{SpecWords.WordFor(found.Gain)}' in layer '{layer}'; "
                + $"its ADC has '{SpecWords.WordFor(macro.Adc.Gain)}'. Calibrate again with this ADC.");
        if (found.PerRowGroup && found.Ranges.Count != rowGroups)
            throw new ImcException($"The calibration was made for {found.Ranges.Count} row groups in layer '{layer}'; it has {rowGroups}. "
                + "Calibrate again with this network.");
        if (found.Scope == CalibrationScope.PlanePair
            && (found.Ranges.Count, found.WeightDigits) != (inputDigits * weightDigits, weightDigits))
            throw new ImcException("The calibration was made for "
                + $"{found.Ranges.Count / found.WeightDigits} x {found.WeightDigits} plane pairs "
                + $"in layer '{layer}'; it has {inputDigits} x {weightDigits}. Calibrate again with this network.");
        return found;
    }

    public string Write()
    {
        var layers = new JsonObject();
        foreach (var (name, layer) in Layers.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            var ranges = new JsonArray([.. layer.Ranges.Select(range => (JsonNode)new JsonArray(range.LowCounts, range.HighCounts))]);
            var json = new JsonObject { ["levels"] = layer.Levels, ["rangesCounts"] = ranges };
            if (layer.Lists is { } lists)
            {
                json.Add("edgesCounts", CalibrationLists.Write(lists.Select(list => list.EdgesCounts)));
                json.Add("levelsCounts", CalibrationLists.Write(lists.Select(list => list.LevelsCounts)));
            }
            if (layer.WeightDigits != 0) json.Add("weightBits", layer.WeightDigits);
            if (layer.PerRowGroup) json.Add("per", SpecWords.WordFor(CalibrationScope.RowGroup));
            if (layer.Gain != AdcGain.Fixed) json.Add("gain", SpecWords.WordFor(layer.Gain));
            if (layer.Cut is { } cut) AddCut(json, cut);
            layers.Add(name, json);
        }
        var file = new JsonObject
        {
            ["numericsVersion"] = ImcVersion.Numerics, ["version"] = ImcVersion.Product, ["network"] = NetworkSha256,
        };
        AddCut(file, Cut);
        if (Design is { } design) file.Add("design", SpecWords.WordFor(design));
        file.Add("layers", layers);
        if (Corrections is { } corrections) file.Add("corrections", CalibrationLists.Write(corrections));
        return RunSpecJson.Text(file);
    }

    private static void AddCut(JsonObject json, RowCut cut)
    {
        json.Add("rows", cut.Rows);
        json.Add("mapping", SpecWords.WordFor(cut.Mapping));
        json.Add("legacyOverfull", cut.LegacyOverfull);
        json.Add("inputDigitBits", cut.InputDigitBits);
        json.Add("cellBits", cut.CellBits);
        json.Add("weightDigitBits", cut.WeightDigitBits);
        json.Add("signPlane", SpecWords.WordFor(cut.SignPlane));
        if (cut.DigitalPlanePairs is { } digital) json.Add("digitalPlanePairs", digital);
    }

    /// <exception cref="ImcException">The file cannot be read, or it is not a calibration of this numericsVersion.</exception>
    public static Calibration ReadFile(string path) => Read(RunSpecJson.ReadText(path, "calibration"));

    /// <exception cref="ImcException">The text is not a calibration of this numericsVersion.</exception>
    public static Calibration Read(string json)
    {
        var root = new SpecValue(RunSpecJson.Parse(json, "The calibration"), "calibration");
        if (root.Node is not JsonObject given) throw root.Error("allowed is an object in braces, as imc calibrate --out writes it");
        foreach (var (name, node) in given)
            if (!Fields.Contains(name)) throw new SpecValue(node, name).Error($"no such field; allowed are {string.Join(", ", Fields)}");
        new SpecValue(given["numericsVersion"], "numericsVersion").Integer(ImcVersion.Numerics, ImcVersion.Numerics);
        var network = new SpecValue(given["network"], "network");
        if (network.Node is null)
            throw network.Error("needed is the SHA-256 of the network that the ranges are for; calibrate again with this version");
        string sha256 = network.Text();
        if (sha256.Length != Sha256Digits || !sha256.All(char.IsAsciiHexDigitLower))
            throw network.Error($"allowed are {Sha256Digits} digits of lower-case hex");
        var layers = new SpecValue(given["layers"], "layers");
        if (layers.Node is not JsonObject named) throw layers.Error("allowed is an object: layer name to rangesCounts");
        return new(ReadCut(given, ""), sha256,
            named.ToDictionary(each => each.Key, each => ReadLayer(new(each.Value, $"layers.{each.Key}")), StringComparer.Ordinal))
        {
            Design = given["design"] is { } design ? new SpecValue(design, "design").Word(SpecWords.Designs) : null,
            Corrections = given["corrections"] is { } corrections
                ? CalibrationLists.ReadCorrections(new(corrections, "corrections")) : null,
        };
    }

    /// <summary>Reads how layers were cut. Files of earlier versions are for single planes, and do not say so.</summary>
    private static RowCut ReadCut(JsonObject given, string path)
    {
        SpecValue Field(string name) => new(given[name], SpecObject.PathOf(path, name));
        int Digit(string name) => given[name] is null ? 1 : Field(name).Integer(1, BitPlanes.OperandFormat.MaxBits);
        return new(Field("rows").Integer(1, SpecFields.MostRows), Field("mapping").Word(SpecWords.Mappings),
            Field("legacyOverfull").Flag(), Digit("inputDigitBits"), Digit("cellBits"), Digit("weightDigitBits"),
            given["signPlane"] is null ? SignPlaneKind.Joined : Field("signPlane").Word(SpecWords.SignPlanes),
            given["digitalPlanePairs"] is null ? null : Field("digitalPlanePairs").Integer(1, SpecFields.MostPlanesOfPair));
    }

    private static LayerCalibration ReadLayer(SpecValue value)
    {
        if (value.Node is not JsonObject layer) throw value.Error("allowed is an object with rangesCounts");
        foreach (var (name, node) in layer)
            if (!LayerFields.Contains(name))
                throw new SpecValue(node, $"{value.Path}.{name}").Error($"no such field; allowed are {string.Join(", ", LayerFields)}");
        int levels = new SpecValue(layer["levels"], $"{value.Path}.levels").Integer(2, AdcFactory.MaxCodes);
        int weightDigits = layer["weightBits"] is { } bits
            ? new SpecValue(bits, $"{value.Path}.weightBits").Integer(1, BitPlanes.OperandFormat.MaxBits) : 0;
        bool perRowGroup = layer["per"] is { } per
            && new SpecValue(per, $"{value.Path}.per").Word(StatedScopes) == CalibrationScope.RowGroup;
        if (perRowGroup && (weightDigits != 0 || layer["gain"] is not null))
            throw value.Error("allowed are ranges of row groups without weightBits and without gain");
        var ranges = new SpecValue(layer["rangesCounts"], $"{value.Path}.rangesCounts");
        if (ranges.Node is not JsonArray { Count: > 0 } list
            || (weightDigits != 0 ? list.Count % weightDigits != 0 : list.Count != 1 && !perRowGroup))
            throw ranges.Error("allowed is one [low, high], with weightBits one for each plane pair, or with per one for each row group");
        return new(levels, [.. list.Select((each, i) => ReadRange(new(each, $"{ranges.Path}[{i}]")))], weightDigits,
            CutFields.Any(layer.ContainsKey) ? ReadCut(layer, value.Path) : null)
        {
            Lists = CalibrationLists.Read(layer, value.Path, levels, list.Count),
            PerRowGroup = perRowGroup,
            Gain = layer["gain"] is { } gain ? new SpecValue(gain, $"{value.Path}.gain").Word(SpecWords.Gains) : AdcGain.Fixed,
        };
    }

    private static CountRange ReadRange(SpecValue value) =>
        value.Kind == JsonValueKind.Array && value.CountsList(2, 2) is [var low, var high] && low < high ? new(low, high)
            : throw value.Error("allowed is [low, high] with low below high, in counts");
}
