using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Tests.Mapping;

/// <summary>Array size, levels, full scale and conversions of a product, as each preset gives them, against figures of its source.
/// </summary>
public class PresetFiguresTests
{
    private const string U2 = "unipolar:2", U4 = "unipolar:4", U8 = "unipolar:8";
    private const string B1 = "bipolar:1", B2 = "bipolar:2", B4 = "bipolar:4";
    private const string T4 = "twos-complement:4", T8 = "twos-complement:8";

    /// <summary>No limit of columns, no converter.</summary>
    private const int Unlimited = 0, NoLevels = 0;

    /// <summary>Preset, operands; cells on a column, columns, levels, least and greatest sum, conversions of a product of all rows.
    /// </summary>
    private static readonly (string Preset, string Input, string Weight,
        int ArrayRows, int Columns, int Levels, int Low, int High, int Conversions)[] Figures =
    [
        ("c3sram-256x64", B1, B1, 256, 64, 32, -256, 256, 1),
        ("cr-cim", U4, T4, 1088, 78, 1024, 0, 1088, 16),
        ("cr-cim", U8, T8, 1088, 78, 1024, 0, 1088, 64),
        ("d21-cifar-1bit", B1, B1, 256, Unlimited, 12, -256, 256, 1),
        ("d21-cifar-2bit", B2, B2, 256, Unlimited, 12, -256, 256, 4),
        ("d21-cifar-4bit", B4, B4, 256, Unlimited, 33, -256, 256, 16),
        ("d21-imagenet-2bit", U2, B2, 256, Unlimited, 11, -256, 256, 4),
        ("d21-imagenet-4bit", U4, T4, 256, Unlimited, NoLevels, 0, 256, 16),
        ("default", U4, T4, 256, Unlimited, 16, 0, 256, 16),
        ("ideal", U8, T8, 256, Unlimited, NoLevels, 0, 256, 64),
        ("jia-jssc2020", B1, B1, 2304, 256, 256, -2304, 2304, 1),
        ("jia-jssc2020", U4, T4, 2304, 256, 256, 0, 2304, 16),
        ("jia-jssc2020", U8, T8, 2304, 256, 256, 0, 2304, 64),
        ("pico-ram", U4, T4, 1296, 32, 362, -17_280, 15_120, 1),
        ("pico-ram", U8, T8, 1296, 32, 362, -17_280, 32_400, 4),
        ("ternary-bscha", "unipolar:1", "ternary", 256, 127, 128, -256, 256, 1),
        ("ternary-bscha", "unipolar:7", "ternary", 256, 127, 128, -32_512, 32_512, 1),
        ("wang-vlsi2022", U8, T8, 512, 128, 256, -2_088_960, 2_072_640, 1),
        ("xnor-256", B1, B1, 256, 64, 32, -256, 256, 1),
        ("xnor-sram", B1, B1, 256, 64, 11, -256, 256, 1),
    ];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Figures.Length)];

    [Theory, MemberData(nameof(Cases))]
    public void Array_levels_full_scale_and_conversions_are_those_of_the_source(int number)
    {
        var expected = Figures[number];
        var macro = MacroPresets.Get(expected.Preset);
        var map = Column(macro, OperandFormat.Parse(expected.Input), OperandFormat.Parse(expected.Weight));
        var full = PartialSums.FullRange(macro.Rows, map.Products);
        Assert.Equal(expected, (macro.Name, expected.Input, expected.Weight, map.ArrayRows, macro.Columns ?? Unlimited, Levels(macro, map),
            (int)full.LowCounts, (int)full.HighCounts, (int)map.Conversions));
    }

    [Fact]
    public void Every_preset_has_figures() => Assert.Equal(MacroPresets.Names, Figures.Select(figure => figure.Preset).Distinct());

    /// <summary>590 kb; 0.874 TOPS of one-bit operations at 54 cycles of 25 ns (Jia et al., JSSC 2020, table II).</summary>
    [Fact]
    public void Jias_array_has_the_bits_and_the_operations_of_the_paper()
    {
        var macro = MacroPresets.Get("jia-jssc2020");
        Assert.Equal(590, Math.Round(macro.ColumnCells * macro.Columns!.Value / 1e3));
        Assert.Equal(0.874, 2.0 * macro.Rows * macro.Columns.Value / (54 * 25e-9) / 1e12, 0.001);
    }

    /// <summary>Sums are exact where a column has at most 255 levels (Jia et al., JSSC 2020).</summary>
    [Theory, InlineData(255, true), InlineData(256, false)]
    public void Jias_converter_is_exact_up_to_255_rows(int rows, bool isExact)
    {
        var macro = Set("jia-jssc2020", $"macro.rows={rows}", "macro.adc.range=full");
        var transfer = AdcFactory.Create(macro.Adc, rows, CellProduct.And);
        Assert.Equal(isExact, Enumerable.Range(0, rows + 1).All(sum =>
            transfer.LevelCounts[transfer.CodeOf((long)sum * AdcTransfer.QuantaPerCount)] == sum));
    }

    /// <summary>2k operations a cycle, of 64 rows and 16 outputs; an 8-bit SAR on the full scale of 64 products of 8 by 8 bits.</summary>
    [Fact]
    public void Wangs_array_makes_the_operations_of_the_paper_and_its_ADC_has_the_full_scale()
    {
        var macro = MacroPresets.Get("wang-vlsi2022");
        var map = Column(macro, OperandFormat.Parse(U8), OperandFormat.Parse(T8), outputs: 100);
        Assert.Equal((16, 2 << 10), (map.OutputsPerArray, 2 * macro.Rows * map.OutputsPerArray));
        var full = Set(macro.Name, "macro.adc.range=full").Adc;
        var transfer = AdcFactory.Create(full, macro.Rows, map.Products);
        Assert.Equal((256, -64 * 255 * 128.0, 64 * 255 * 127.0, 16_320.0),
            (transfer.Codes, transfer.LevelCounts[0], transfer.LevelCounts[^1], transfer.LsbCounts));
    }

    [Fact]
    public void A_code_of_the_reconfigured_capacitors_is_one_product()
    {
        var macro = MacroPresets.Get("cr-cim");
        var transfer = AdcFactory.Create(macro.Adc, macro.Rows, CellProduct.And);
        Assert.Equal((1.0, 0.0, 1023.0), (transfer.LsbCounts, transfer.LevelCounts[0], transfer.LevelCounts[^1]));
    }

    /// <summary>8.5 bits; 50.3 GOPS at 22 MHz (Chen et al., JSSC 2025, table I), from eight outputs.</summary>
    [Fact]
    public void Pico_rams_array_has_the_throughput_of_the_paper()
    {
        var macro = MacroPresets.Get("pico-ram");
        var map = Column(macro, OperandFormat.Parse(U4), OperandFormat.Parse(T4), outputs: 100);
        Assert.Equal((int)Math.Round(Math.Pow(2, 8.5)), macro.Adc.LevelCount);
        Assert.Equal(8, map.OutputsPerArray);
        Assert.InRange(2 * macro.Rows * map.OutputsPerArray * 22e6 / 50.3e9, 0.99, 1.01);
    }

    /// <summary>A layer that uses all rows of one conversion.</summary>
    private static LayerMap Column(MacroSpec macro, OperandFormat input, OperandFormat weight, int outputs = 1) =>
        new("column", ConvGeometry.Linear(macro.Rows, outputs), input, weight, macro);

    private static int Levels(MacroSpec macro, LayerMap map) => macro.Adc.Kind switch
    {
        AdcKind.None => NoLevels,
        AdcKind.Table => MeasuredTable.Read(macro.Adc.Table!).Codes,
        _ => AdcFactory.Create(macro.Adc, macro.Rows, map.Products, calibrated: new(0, 100)).Codes,
    };

    private static MacroSpec Set(string preset, params string[] assignments) =>
        RunSpecJson.Set(RunSpecJson.Default with { Macro = MacroPresets.Get(preset) }, assignments).Macro;
}
