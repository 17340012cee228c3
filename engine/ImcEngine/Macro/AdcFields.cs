using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>The fields of an ADC in JSON, and which of them each kind has.</summary>
internal static class AdcFields
{
    private const double LeastLsbCounts = 1.0 / AdcTransfer.QuantaPerCount;
    private const int MostBits = 16;

    public static SpecField<AdcSpec>[] All { get; } =
    [
        new("kind", a => SpecWords.WordFor(a.Kind), (a, v) => a with { Kind = v.Word(SpecWords.AdcKinds) }),
        new("bits", a => a.Bits, (a, v) => a with { Bits = v.Integer(1, MostBits) }),
        new("levels", WriteLevels, ReadLevels),
        new("range", a => a.LsbCounts is null ? WriteRange(a.Range) : null, (a, v) => a with { Range = ReadRange(v) }),
        new("lsbCounts", a => a.LsbCounts, (a, v) => a with { LsbCounts = v.Number(LeastLsbCounts, AdcTransfer.MaxMagnitudeCounts) }),
        new("ties", a => SpecWords.WordFor(a.Ties), (a, v) => a with { Ties = v.Word(SpecWords.TieRules) }),
        new("gain", a => a.Gain == AdcGain.Fixed ? null : SpecWords.WordFor(a.Gain),
            (a, v) => a with { Gain = v.Word(SpecWords.Gains) }),
        new("edges", a => WriteCounts(a.EdgesCounts), (a, v) => a with { EdgesCounts = v.CountsList(1, AdcFactory.MaxCodes - 1) }),
        new("table", a => a.Table, (a, v) => a with { Table = v.PathText() }),
        new("beyondTable", a => SpecWords.WordFor(a.BeyondTable), (a, v) => a with { BeyondTable = v.Word(SpecWords.BeyondTableRules) }),
        new("secondTable", a => a.SecondTable, (a, v) => a with { SecondTable = v.PathText() }),
        new("secondNoiseMean", a => a.SecondNoiseMean, (a, v) => a with { SecondNoiseMean = v.Number(-65536, 65536) }),
        new("secondNoiseSigma", a => a.SecondNoiseSigma, (a, v) => a with { SecondNoiseSigma = v.Number(0, 65536) }),
        new("boundCounts", a => a.BoundCounts, (a, v) => a with { BoundCounts = v.Number(LeastLsbCounts, 65536) }),
        new("edgeDecimals", a => a.EdgeDecimals, ReadEdgeDecimals),
    ];

    /// <summary>Names of the fields that an ADC of this kind has, in canonical order.</summary>
    public static string[] NamesOf(AdcKind kind) => kind switch
    {
        AdcKind.Uniform => ["kind", "bits", "levels", "range", "lsbCounts", "ties", "gain"],
        AdcKind.List => ["kind", "levels", "ties", "gain", "edges"],
        AdcKind.Table => ["kind", "levels", "table", "beyondTable", "secondTable", "secondNoiseMean", "secondNoiseSigma"],
        AdcKind.D21Cifar => ["kind", "levels", "boundCounts", "edgeDecimals"],
        AdcKind.D21ImageNet => ["kind", "levels", "secondNoiseMean", "secondNoiseSigma", "boundCounts"],
        _ => ["kind"],
    };

    /// <exception cref="SpecException">A field is unknown, out of range, or of another kind of ADC.</exception>
    public static AdcSpec Read(SpecValue json)
    {
        var adc = SpecObject.Read(json, All, new AdcSpec());
        string[] applicable = NamesOf(adc.Kind);
        foreach (var (name, node) in json.Node!.AsObject())
            if (node is not null && !applicable.Contains(name))
                throw new SpecValue(node, SpecObject.PathOf(json.Path, name)).Error(
                    $"an ADC of kind '{SpecWords.WordFor(adc.Kind)}' has no such field{(name == "gain" ? WhyNoGain(adc.Kind) : "")}; "
                        + $"it has {string.Join(", ", applicable)}. Leave the field out, or state the kind that is meant");
        if (adc.LsbCounts is not null && json.Node["range"] is { } range)
            throw new SpecValue(range, SpecObject.PathOf(json.Path, "range")).Error("lsbCounts already decides the range; "
                + "give one of the two");
        return Resolved(adc);
    }

    private static string WhyNoGain(AdcKind kind) => kind switch
    {
        AdcKind.None => ", since it has no LSB that could follow the rows",
        AdcKind.Table => ", since it was measured with one reference; only \"uniform\" and \"list\" follow the rows",
        _ => ", since its reference does not follow the rows; only \"uniform\" and \"list\" do",
    };

    public static JsonObject Write(AdcSpec adc)
    {
        string[] applicable = NamesOf(adc.Kind);
        return SpecObject.Write(Resolved(adc), [.. All.Where(field => applicable.Contains(field.Name))]);
    }

    private static AdcSpec Resolved(AdcSpec adc)
    {
        bool unstated = adc.Kind == AdcKind.Uniform && adc.Bits is null && adc.LevelCount is null && adc.LsbCounts is null;
        return unstated ? adc with { Bits = AdcFactory.DefaultBits } : adc;
    }

    private static JsonNode? WriteLevels(AdcSpec adc) => adc.LevelCount is { } count ? count : WriteCounts(adc.LevelsCounts);

    private static AdcSpec ReadLevels(AdcSpec adc, SpecValue value) => value.Kind == JsonValueKind.Array
        ? adc with { LevelsCounts = value.CountsList(2, AdcFactory.MaxCodes) }
        : adc with { LevelCount = value.Integer(2, AdcFactory.MaxCodes) };

    private static JsonArray? WriteCounts(double[]? counts) => counts is null ? null : [.. counts.Select(each => (JsonNode)each)];

    private static JsonNode WriteRange(AdcRange range) => range.Kind switch
    {
        RangeKind.Full => "full",
        RangeKind.Calibrated => "calibrated",
        _ => new JsonArray(range.LowCounts, range.HighCounts),
    };

    private static AdcRange ReadRange(SpecValue value)
    {
        const string Allowed = "allowed are \"full\", \"calibrated\" and [low, high] with low below high, the end levels in counts";
        if (value.Kind == JsonValueKind.Array)
        {
            double[] ends = value.Node!.AsArray().Count == 2 ? value.CountsList(2, 2) : throw value.Error(Allowed);
            return ends is [var low, var high] && low < high ? new(RangeKind.Fixed, low, high) : throw value.Error(Allowed);
        }
        return (value.Kind == JsonValueKind.String ? value.Text() : "") switch
        {
            "full" => AdcRange.Full,
            "calibrated" => AdcRange.Calibrated,
            _ => throw value.Error(Allowed),
        };
    }

    private static AdcSpec ReadEdgeDecimals(AdcSpec adc, SpecValue value)
    {
        int decimals = value.Integer(0, 2);
        return decimals != 1 ? adc with { EdgeDecimals = decimals }
            : throw value.Error("allowed are 0 and 2; leave the field out for edges that are not truncated");
    }
}
