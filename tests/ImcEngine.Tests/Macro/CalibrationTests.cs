using System.Text.Json.Nodes;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class CalibrationTests
{
    private static readonly MacroSpec Macro = new() { Rows = 64, Mapping = MappingKind.Dense };
    private static readonly AdcSpec FourBits = new() { Bits = 4, Range = AdcRange.Calibrated };

    private static readonly AdcSpec Levels11 = new() { LevelCount = 11, Range = AdcRange.Calibrated };

    private static readonly Calibration Made = new(new(64, MappingKind.Dense, LegacyOverfull: false), new string('a', 64),
        new Dictionary<string, LayerCalibration>
    {
        ["b"] = new(11, [new(0, 1), new(0, 2), new(0, 3), new(0, 4)], WeightDigits: 2), ["a"] = new(16, [new(-3.5, 12)]),
    });

    [Fact]
    public void It_reads_back_as_written_with_layers_in_order()
    {
        var back = Calibration.Read(Made.Write());
        Assert.Equal(Made.Write(), back.Write());
        Assert.Equal(new(64, MappingKind.Dense, false), back.Cut);
        Assert.Equal(["a", "b"], back.Layers.Keys);
    }

    private static readonly Calibration Designed = Made with
    {
        Design = ConverterDesign.LloydMax,
        Layers = new Dictionary<string, LayerCalibration>
        {
            ["a"] = new(3, [new(-1.5, 2)]) { Lists = [new([0, 0.5], [-1.5, 0.0625, 2])] },
        },
        Corrections = new(DigitalCorrection.Moments, "made for", new Dictionary<string, LayerCorrection>
        {
            ["a"] = new([1, 0.1 + 0.2], [-3, 1e-9], BiasOnly: 1),
        }),
    };

    [Fact]
    public void Lists_and_corrections_read_back_and_old_files_have_neither()
    {
        var back = Calibration.Read(Designed.Write());
        Assert.Equal(Designed.Write(), back.Write());
        Assert.Equal(ConverterDesign.LloydMax, back.Design);
        Assert.Equal([0.0625, 2], back.Layers["a"].Lists![0].LevelsCounts[1..]);
        Assert.Equal([1, 0.1 + 0.2], back.Corrections!.Layers["a"].Factors);
        Assert.Equal((2, 1), (back.Corrections.Channels, back.Corrections.BiasOnly));
        var old = Calibration.Read(Made.Write());
        Assert.Null(old.Design);
        Assert.Null(old.Corrections);
        Assert.Null(old.Layers["a"].Lists);
    }

    [Theory]
    [InlineData("layers.a.levelsCounts[0]", "0.0625", "0.0626")]
    [InlineData("layers.a.edgesCounts[0]", "0.5", "-0.5")]
    [InlineData("layers.a.edgesCount", "edgesCounts", "edgesCount")]
    [InlineData("corrections.layers.a", "-3", "-3, 4")]
    [InlineData("corrections.layers.a.biasOnly", "\"biasOnly\": 1", "\"biasOnly\": 3")]
    [InlineData("corrections.method", "moments", "momentum")]
    [InlineData("design", "lloydMax", "lloyd")]
    public void Damaged_lists_and_corrections_are_refused_by_field(string field, string found, string damaged)
    {
        string text = Designed.Write();
        Assert.Contains(found, text);
        string at = Assert.Throws<SpecException>(() => Calibration.Read(text.Replace(found, damaged, StringComparison.Ordinal))).Field;
        Assert.StartsWith(field, at, StringComparison.Ordinal);
    }

    [Fact]
    public void Digits_read_back_and_a_file_without_them_is_for_single_planes()
    {
        var digits = Made with { Cut = Made.Cut with { InputDigitBits = 2, WeightDigitBits = 4, SignPlane = SignPlaneKind.Own } };
        Assert.Equal(digits.Cut, Calibration.Read(digits.Write()).Cut);
        var old = JsonNode.Parse(Made.Write())!.AsObject();
        foreach (string field in (string[])["inputDigitBits", "cellBits", "weightDigitBits", "signPlane"]) Assert.True(old.Remove(field));
        Assert.Equal(Made.Cut, Calibration.Read(old.ToJsonString()).Cut);
    }

    [Fact]
    public void A_layers_range_is_one_for_all_plane_pairs_or_one_for_each()
    {
        Assert.Equal((CalibrationScope.Layer, new CountRange(-3.5, 12)),
            (Made.Layers["a"].Scope, Made.LayerRanges("a", Macro with { Adc = FourBits }, 4, 4, 3).RangeOf(3, 1)));
        // Plane pair (1, 0) of two weight planes is the third.
        Assert.Equal((CalibrationScope.PlanePair, new CountRange(0, 3)),
            (Made.Layers["b"].Scope, Made.LayerRanges("b", Macro with { Adc = Levels11 }, 2, 2, 3).RangeOf(1, 0)));
    }

    [Fact]
    public void Another_macro_network_or_resolution_is_refused_by_name()
    {
        Assert.Contains("for 64 rows, mapping 'dense'; the macro has 128 rows", Refusal("a", Macro with { Rows = 128 }, FourBits));
        Assert.Contains("the macro has 64 rows, mapping 'whole-taps'",
            Refusal("a", Macro with { Mapping = MappingKind.WholeTaps }, FourBits));
        Assert.Contains("'dense' with legacyOverfull", Refusal("a", Macro with { LegacyOverfull = true }, FourBits));
        Assert.Contains("the macro has 64 rows, mapping 'dense', 2-bit input digits",
            Refusal("a", Macro with { InputDigitBits = 2 }, FourBits));
        Assert.Contains("the macro has 64 rows, mapping 'dense', 4-bit weight digits, sign planes of their own",
            Refusal("a", Macro with { WeightDigitBits = 4, SignPlane = SignPlaneKind.Own }, FourBits));
        Assert.Contains("for 16 levels in layer 'a'; its ADC has 32", Refusal("a", Macro, FourBits with { Bits = 5 }));
        Assert.Contains("no layer 'c'; it has a, b", Refusal("c", Macro, FourBits));
        Assert.Contains("for 2 x 2 plane pairs in layer 'b'; it has 4 x 1", Refusal("b", Macro, Levels11, 4, 1));
        Assert.Contains("for 2 x 2 plane pairs in layer 'b'; it has 3 x 2", Refusal("b", Macro, Levels11, 3, 2));
    }

    [Theory]
    [InlineData("mapping", """ "mapping": "dense",""", "")]
    [InlineData("mapping", "\"dense\"", "\"densely\"")]
    [InlineData("legacyOverfull", "false", "0")]
    [InlineData("network", "\"network\": \"aaaa", "\"network\": \"AAAA")]
    [InlineData("rows", "\"rows\": 64", "\"rows\": 0")]
    [InlineData("raws", "\"rows\"", "\"raws\"")]
    [InlineData("layers.a.levels", "\"levels\": 16", "\"levels\": 1")]
    [InlineData("layers.a.level", "\"levels\": 16", "\"level\": 16")]
    [InlineData("layers.b.rangesCounts", "\"weightBits\": 2", "\"weightBits\": 3")]
    [InlineData("layers.a.rangesCounts[0]", "-3.5", "13.5")]
    public void A_damaged_file_is_refused_by_field(string field, string found, string damaged)
    {
        string text = Made.Write();
        Assert.Contains(found, text);
        Assert.Equal(field,
            Assert.Throws<SpecException>(() => Calibration.Read(text.Replace(found, damaged, StringComparison.Ordinal))).Field);
    }

    [Fact]
    public void A_file_that_names_no_network_is_refused()
    {
        var json = JsonNode.Parse(Made.Write())!.AsObject();
        json.Remove("network");
        Assert.Contains("calibrate again", Assert.Throws<SpecException>(() => Calibration.Read(json.ToJsonString())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Another_network_is_refused_by_its_hash()
    {
        Made.RequireNetwork("net", new string('a', 64));
        Assert.Contains("another network than 'net' (aaaaaaaaaaaa, not bbbbbbbbbbbb)",
            Assert.Throws<ImcException>(() => Made.RequireNetwork("net", new string('b', 64))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranges_of_row_groups_and_those_that_follow_the_rows_read_back_and_are_refused_elsewhere()
    {
        var made = Made with { Layers = new Dictionary<string, LayerCalibration>
        {
            ["a"] = new(16, [new(0, 1), new(0, 2), new(-1, 3)]) { PerRowGroup = true },
            ["b"] = new(16, [new(0, 5)]) { Gain = AdcGain.DrivenRows },
        } };
        var back = Calibration.Read(made.Write());
        Assert.Equal(made.Write(), back.Write());
        MacroSpec fixedGain = Macro with { Adc = FourBits }, follows = Macro with { Adc = FourBits with { Gain = AdcGain.DrivenRows } };
        Assert.Equal(CalibrationScope.RowGroup, back.LayerRanges("a", fixedGain, 4, 4, 3).Scope);
        Assert.Equal(CalibrationScope.Layer, back.LayerRanges("b", follows, 4, 4, 3).Scope);
        Assert.Contains("for 3 row groups in layer 'a'; it has 2",
            Assert.Throws<ImcException>(() => back.LayerRanges("a", fixedGain, 4, 4, 2)).Message);
        foreach (var (layer, macro) in new[] { ("a", follows), ("b", fixedGain) })
            Assert.Contains("gain", Assert.Throws<ImcException>(() => back.LayerRanges(layer, macro, 4, 4, 3)).Message);
        string both = made.Write().Replace("\"per\": \"rowGroup\"", "\"per\": \"rowGroup\", \"gain\": \"drivenRows\"");
        Assert.Contains("without gain", Assert.Throws<SpecException>(() => Calibration.Read(both)).Message);
        string pair = made.Write().Replace("\"rowGroup\"", "\"planePair\"");
        Assert.Contains("rowGroup", Assert.Throws<SpecException>(() => Calibration.Read(pair)).Message);
    }

    private static string Refusal(string layer, MacroSpec macro, AdcSpec adc, int inputBits = 4, int weightBits = 4) =>
        Assert.Throws<ImcException>(() => Made.LayerRanges(layer, macro with { Adc = adc }, inputBits, weightBits, 3)).Message;
}
