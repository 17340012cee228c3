using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.Mapping;

/// <summary>Layers whose sums a measured table does not hold: refused when the die is made, by every path to a result.</summary>
public sealed class TableSumsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(-3, 3, true)]
    [InlineData(0, 3, false)]
    [InlineData(-3, 2, false)]
    [InlineData(-2, 2, false)]
    [InlineData(-300, 300, true)]
    public void A_signed_layer_of_three_rows_needs_the_sums_from_minus_three_to_three(int least, int most, bool isEnough)
    {
        var adc = Table(least, most);
        if (isEnough) Assert.NotNull(DieOf(adc));
        else Assert.StartsWith($"Layer 'fc' makes partial sums of -3 to 3; table '{adc.Table}' holds {least} to {most},", Refused(adc),
            StringComparison.Ordinal);
        Assert.True(DieOf(adc with { BeyondTable = BeyondTable.Clamp }).Layers[0].Adcs.ClampsBeyondTable);
    }

    [Fact]
    public void A_row_group_that_is_smaller_needs_fewer_and_an_override_of_a_layer_counts()
    {
        Assert.NotNull(DieOf(Table(-2, 2), rows: 2));
        var run = new RunSpec { Macro = new() { Rows = 3 }, Layers = [new("fc") { Adc = Table(-2, 2) }] };
        Assert.Contains("Layer 'fc' makes partial sums", Assert.Throws<ImcException>(() => DieOf(run)).Message, StringComparison.Ordinal);
    }

    /// <summary>A 3x3 window on a 2x2 image with padding: of 9 positions at most 4 are driven, whatever the pixel, so of the sums of the
    /// whole window only 4 rows' occur.</summary>
    [Fact]
    public void Positions_in_the_padding_make_no_sums()
    {
        var geometry = new ConvGeometry
        {
            InputChannels = 1,
            OutputChannels = 1,
            InputHeight = 2,
            InputWidth = 2,
            KernelHeight = 3,
            KernelWidth = 3,
            PadTop = 1,
            PadLeft = 1,
            PadBottom = 1,
            PadRight = 1,
        };
        foreach (var (bound, fits) in new[] { (4, true), (3, false) })
        {
            var verification = Case(geometry, new() { Rows = 9, Adc = Table(-bound, bound) }, [1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1]);
            if (fits) Assert.Equal(verification.RunReference(), Kernel.Run(verification)!);
            else Assert.Contains("makes partial sums of -4 to 4", Assert.Throws<ImcException>(() => Kernel.Run(verification)).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_reference_refuses_the_sum_itself()
    {
        var adc = Table(-2, 2);
        var verification = Case(ConvGeometry.Linear(3, 1), new() { Rows = 3, Adc = adc }, [1, 1, 1], [1, 1, 1]);
        Assert.Contains("holds sums of -2 to 2 and no 3", Assert.Throws<ImcException>(verification.RunReference).Message,
            StringComparison.Ordinal);
        var clamped = verification with { Macro = verification.Macro with { Adc = adc with { BeyondTable = BeyondTable.Clamp } } };
        Assert.Equal(clamped.RunReference(), Kernel.Run(clamped)!);
    }

    /// <summary>Codes -1 and +1 over one position of a linear layer, and over nine of a window: -9 to 9.</summary>
    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1, 0, false)]
    [InlineData(9, 9, true)]
    [InlineData(9, 8, false)]
    public void A_second_table_must_hold_every_sum_over_kernel_positions(int positions, int bound, bool fits)
    {
        var geometry = positions == 1 ? ConvGeometry.Linear(1, 1)
            : new() { InputChannels = 1, OutputChannels = 1, InputHeight = 3, InputWidth = 3, KernelHeight = 3, KernelWidth = 3 };
        File.WriteAllLines(_folder["second.csv"], ["s,P(-9),P(9)", $"{-positions},1,0", $"{bound},0,1"]);
        File.WriteAllLines(_folder["first.csv"], ["s,P(-1),P(0),P(1)", "-1,1,0,0", "0,0,1,0", "1,0,0,1"]);
        var adc = new AdcSpec { Kind = AdcKind.Table, Table = _folder["first.csv"], SecondTable = _folder["second.csv"] };
        short[] ones = [.. Enumerable.Repeat((short)1, positions)];
        var verification = Case(geometry, new() { Rows = 1, Mapping = MappingKind.SingleTap, Adc = adc }, ones, ones);
        if (fits) Assert.Equal(verification.RunReference(), Kernel.Run(verification)!);
        else
        {
            foreach (var beyond in new[] { BeyondTable.Error, BeyondTable.Clamp })
                Assert.Contains($"gets sums over kernel positions, in codes, of -{positions} to {positions};",
                    Assert.Throws<ImcException>(
                        () =>
                            Kernel.Run(
                                verification with { Macro = verification.Macro with { Adc = adc with { BeyondTable = beyond } } })).Message,
                                StringComparison.Ordinal);
            Assert.Contains($"no {positions}", Assert.Throws<ImcException>(verification.RunReference).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_preset_with_a_table_holds_every_sum_of_its_rows_and_says_so_beyond()
    {
        var preset = MacroPresets.Get("xnor-sram");
        var run = new RunSpec { Macro = preset };
        var network = TinyNetworks.Of(new(1, OperandEncoding.Bipolar), new(2, OperandEncoding.Bipolar), QuantizerKind.ThreeValuedSign);
        Assert.All(new Die(new(network, preset), run, null).Layers, layer => Assert.False(layer.Adcs.ClampsBeyondTable));
        var wide = RunSpecJson.Set(run, "macro.rows=512").Macro;
        Assert.Contains("table 'preset:xnor-sram' holds -256 to 256",
            Assert.Throws<ImcException>(() => new Die(new(network, wide), new() { Macro = wide }, null)).Message, StringComparison.Ordinal);
    }

    private static KernelUnderTest Kernel => EngineKernels.All.Single(kernel => kernel.Name == "die");

    private string Refused(AdcSpec adc) => Assert.Throws<ImcException>(() => DieOf(adc)).Message;

    private static Die DieOf(AdcSpec adc, int rows = 3) => DieOf(new RunSpec { Macro = new() { Rows = rows, Adc = adc } });

    private static Die DieOf(RunSpec run) => new(new(SingleLayer.Of(new(1, OperandEncoding.Bipolar), 1, 1, 1), run.Macro), run, null);

    /// <summary>P = 1 for the sign of s: levels -1, 0, 1.</summary>
    private AdcSpec Table(int least, int most)
    {
        string file = _folder[$"table{least}to{most}.csv"];
        File.WriteAllLines(file, ["s,P(-1),P(0),P(1)",
            .. Enumerable.Range(least, most - least + 1).Select(s => $"{s},{(s < 0 ? "1,0,0" : s == 0 ? "0,1,0" : "0,0,1")}")]);
        return new() { Kind = AdcKind.Table, Table = file };
    }

    /// <summary>One image, 1-bit bipolar inputs and weights, by the table's levels -1, 0, 1.</summary>
    private static VerificationCase Case(ConvGeometry geometry, MacroSpec macro, short[] input, short[] weights) =>
        new("by hand", new(geometry, new(1, OperandEncoding.Bipolar), new(1, OperandEncoding.Bipolar), weights), input, macro,
            new([-0.5, 0.5], [-1, 0, 1], TieRule.Down, 1, AccumulationUnit.Levels));
}
