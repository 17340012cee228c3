using System.Text.Json;
using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>
/// Run specifications. One that is accepted is written, read and written again without a change, as a whole and its macro alone. Its
/// ideal ADC can be made or is refused.
/// </summary>
internal sealed class SpecTarget : IFuzzTarget
{
    private static readonly string[] Own =
    [
        """
        { "macro": { "name": "mine", "rows": 64, "arrayRows": 128, "columns": 256, "columnsPerAdc": 8, "mapping": "single-tap",
        "cell": "any", "adc": { "bits": 5, "ties": "even" } } }
        """,
        """
        { "macro": { "rows": 32, "mapping": "dense", "adc": { "kind": "uniform", "levels": 11, "range": [-60, 60] },
        "die": { "cellMismatchRelative": 0.02, "columnOffsetLsb": 0.5, "gainErrorRelative": 0.01, "edgeErrorLsb": 0.1,
        "bitlineNoiseCounts": 0.5, "comparatorNoiseLsb": 0.2 } } }
        """,
        """
        { "macro": { "rows": 16, "adc": { "kind": "list", "edges": [0.5, 3, 9.25], "levels": [0, 2, 6, 12], "ties": "up" },
        "die": { "unitCapacitanceFemtofarads": 1, "columnOffsetCounts": 1, "sarMismatchRelative": 0.01, "noiseProfile": "noise.csv",
        "parasiticRelative": 0.3, "referenceTracksParasitic": true, "stuckAtZeroRelative": 0.001, "stuckAtOneRelative": 0.001 } } }
        """,
        """
        { "macro": { "rows": 100, "adc": { "kind": "uniform", "lsbCounts": 6.5, "bits": 4 } }, "quantization": { "weightBits": 2,
        "activationBits": 3, "weightEncoding": "bipolar", "activationEncoding": "unipolar", "rebase": "none",
        "method": "percentile", "percentile": 99.5 } }
        """,
        """
        { "macro": { "adc": { "kind": "table", "table": "preset:xnor-sram", "secondTable": "second.csv" } },
        "layers": { "conv1": "digital", "layer?.*": { "weightBits": 8, "adc": { "bits": 6, "range": "full" } },
        "fc": { "digital": false } } }
        """,
        """
        { "macro": { "adc": { "kind": "d21-imagenet", "levels": 15, "boundCounts": 30, "secondNoiseMean": 0.5,
        "secondNoiseSigma": 1 } }, "calibration": { "data": "images.bin", "count": 64, "statistic": "percentile", "percentile": 99,
        "per": "planePair" } }
        """,
        """{ "macro": "xnor-256", "layers": {}, "calibration": { "statistic": "minmax" }, }""",
    ];

    private readonly JsonMutations _mutations = new([.. Seeds], Words);

    /// <summary>All presets as resolved, and texts that hold every field.</summary>
    public static IEnumerable<string> Seeds =>
        MacroPresets.Names.Select(name => RunSpecJson.Write(RunSpecJson.Default with { Macro = MacroPresets.Get(name) })).Concat(Own);

    /// <summary>All texts of the published schema: names of fields, and allowed words.</summary>
    public static IEnumerable<string> Words =>
        JsonMutations.Tokens(RunSpecJson.Schema).Where(token => token.Length is > 2 and < 40 && token[0] == '"')
            .Select(token => JsonSerializer.Deserialize<string>(token)!);

    public string Name => "spec";
    public string Extension => ".json";
    public long MostAllocatedBytes => 256L << 20;

    public byte[] Make(CaseRandom random) => _mutations.Make(random);

    public Acceptance Run(byte[] input, bool thorough)
    {
        var run = RunSpecJson.Read(TextMutations.Decode(input));
        RequireRoundTrip(run);
        MakeAdc(run.Macro);
        return Acceptance.Accepted;
    }

    /// <summary>Checks that a written specification is read without a change, and that no assignments change nothing.</summary>
    public static void RequireRoundTrip(RunSpec run)
    {
        string text = RunSpecJson.Write(run), macro = RunSpecJson.Write(run.Macro);
        RequireSame("a written specification reads as another", text, () => RunSpecJson.Write(RunSpecJson.Read(text)));
        RequireSame("a written macro reads as another", macro, () => RunSpecJson.Write(RunSpecJson.ReadMacro(macro)));
    }

    public static void RequireSame(string property, string expected, Func<string> read)
    {
        string actual;
        try
        {
            actual = read();
        }
        catch (ImcException refused)
        {
            throw new BrokenPropertyException($"{property}: it is refused", $"{refused.Message}\n{expected}");
        }
        BrokenPropertyException.Require(actual == expected, property, () => $"\n{expected}\n{actual}");
    }

    /// <summary>Makes the ADC as <c>imc adc</c> does, in an AND and an XNOR array;
    /// tables are other files, and calibrated ranges need images.</summary>
    private static void MakeAdc(MacroSpec macro)
    {
        if (macro.Adc.Kind == AdcKind.Table || LayerAdcs.NeedsCalibration(macro.Adc)) return;
        foreach (var product in new[] { CellProduct.And, CellProduct.Xnor })
            if (macro.Forms(product))
                AdcReport.Create(AdcFactory.Create(macro.Adc, macro.Rows, product), PartialSums.Producible([macro.Rows], product));
    }
}
