using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Reference;

/// <summary>Layers small enough to work out by hand.</summary>
public class ReferenceMacroTests
{
    private static readonly OperandFormat Unipolar2 = new(2, OperandEncoding.Unipolar);
    private static readonly OperandFormat Twos3 = new(3, OperandEncoding.TwosComplement);
    private static readonly OperandFormat Bipolar1 = new(1, OperandEncoding.Bipolar);

    [Fact]
    public void And_multiplies_every_plane_pair_and_saturates_each_partial_sum_alone()
    {
        // x = 3, 1, 2: planes x0 = 1 1 0, x1 = 1 0 1.   w = -1 (111), 3 (011), -4 (100): w0 = 1 1 0, w1 = 1 1 0, w2 = 1 0 1.
        // s[0][j] = 2, 2, 1; s[1][j] = 1, 1, 2. Plane weights x: 1, 2; w: 1, 2, -4.
        // exact: (2 + 4 - 4) + 2 (1 + 2 - 8) = -8 = 3 * -1 + 1 * 3 + 2 * -4.
        // an ADC of levels 0, 1 with its edge at 1.5 sees codes 1 1 0 and 0 0 1: (1 + 2) + 2 (-4) = -5.
        var layer = new ReferenceLayer(ConvGeometry.Linear(3, 1), Unipolar2, Twos3, [-1, 3, -4]);
        var clipped = new AdcTransfer([1.5], [0, 1], TieRule.Down, 1, AccumulationUnit.Codes);
        Assert.Equal([-8L], Run(layer, [3, 1, 2], 4, AdcTransfer.None).Acc);
        Assert.Equal([-5L], Run(layer, [3, 1, 2], 4, clipped).Acc);
    }

    [Fact]
    public void Gated_cells_give_signed_sums()
    {
        // x = 1 1 0 and w = -1 -1 +1: s = -2. Levels -2, 0, 2 with edges -1, 1 answer code 0.
        var layer = new ReferenceLayer(ConvGeometry.Linear(3, 1), new(1, OperandEncoding.Unipolar), Bipolar1, [-1, -1, 1]);
        int seen = int.MaxValue;
        var adc = new AdcTransfer([-1, 1], [-2, 0, 3], TieRule.Down, 2, AccumulationUnit.Codes);
        var result = new ReferenceMacro(layer, new MacroSpec { Rows = 3 }, adc).Run([1, 1, 0], probe: conversion => seen = conversion.S);
        Assert.Equal(-2, seen);
        Assert.Equal([0L], result.Acc);
        Assert.Equal(AccumulationUnit.Codes, result.Unit);
    }

    [Fact]
    public void Xnor_counts_agreements_less_disagreements_and_a_zero_drives_no_row()
    {
        // x = + - 0 +, w = + + - -: products +1, -1, none, -1: s = -1.
        var layer = new ReferenceLayer(ConvGeometry.Linear(4, 1), Bipolar1, Bipolar1, [1, 1, -1, -1], InputMayBeUndriven: true);
        Assert.Equal([-1L], Run(layer, [1, -1, 0, 1], 4, AdcTransfer.None).Acc);
    }

    [Fact]
    public void Padding_drives_no_row_though_a_group_of_padding_still_converts()
    {
        // 1x1 image, 3x1 kernel, pad 1: taps 0 and 2 are padding. One row a group: three conversions s = 0, +1, 0;
        // the ADC's levels are -1, 1 (edge 0, tie down): codes 0, 1, 0, so levels -1 + 1 - 1 = -1 and acc in codes = 1.
        var geometry = new ConvGeometry
        {
            InputChannels = 1,
            InputHeight = 1,
            InputWidth = 1,
            OutputChannels = 1,
            KernelHeight = 3,
            PadTop = 1,
            PadBottom = 1,
        };
        var layer = new ReferenceLayer(geometry, Bipolar1, Bipolar1, [1, 1, 1]);
        var adc = AdcFactory.UniformByRange(2, new(-1, 1), TieRule.Down);
        var sums = new List<int>();
        var result = new ReferenceMacro(layer, new MacroSpec { Rows = 1 }, adc).Run([1], probe: c => sums.Add(c.S));
        Assert.Equal([0, 1, 0], sums);
        Assert.Equal([1L], result.Acc);
    }

    [Theory]
    [InlineData(TieRule.Down, 0)]
    [InlineData(TieRule.Up, 1)]
    [InlineData(TieRule.Even, 0)]
    public void A_sum_on_an_edge_follows_the_tie_rule(TieRule ties, long code)
    {
        // s = 1, levels 0, 2, edge 1. Even: codes 0 and 1 are the neighbours, code 0 is level 0 and even.
        var layer = new ReferenceLayer(ConvGeometry.Linear(1, 1), new(1, OperandEncoding.Unipolar),
            new(2, OperandEncoding.TwosComplement), [1]);
        var adc = new AdcTransfer([1], [0, 2], ties, 2, AccumulationUnit.Codes);
        // Plane 1 of the weight is clear: s = 0, code 0.
        Assert.Equal([code], Run(layer, [1], 1, adc).Acc);
    }

    [Fact]
    public void Levels_accumulate_in_65536ths_of_a_count()
    {
        // s = 2 and 1 in two dense groups: levels 1.5 and 0.25.
        var layer = new ReferenceLayer(ConvGeometry.Linear(3, 1), Bipolar1, Bipolar1, [1, 1, 1]);
        var adc = new AdcTransfer([1.5], [0.25, 1.5], TieRule.Down, 1.25, AccumulationUnit.Levels);
        Assert.Equal([(long)(1.75 * 65536)], Run(layer, [1, 1, 1], 2, adc).Acc);
    }

    [Fact]
    public void Convolution_groups_see_only_their_own_channels()
    {
        // 2 groups of 1 channel, weights 1 and -1 on inputs 3 and 2.
        var geometry = new ConvGeometry { InputChannels = 2, InputHeight = 1, InputWidth = 1, OutputChannels = 2, Groups = 2 };
        var layer = new ReferenceLayer(geometry, Unipolar2, Twos3, [1, -1]);
        Assert.Equal([3L, -2L], Run(layer, [3, 2], 8, AdcTransfer.None).Acc);
    }

    [Fact]
    public void Every_cell_stuck_at_one_stores_all_bits_set()
    {
        // All planes set: every weight is -1 (111). x = 3, 1: -4.
        var layer = new ReferenceLayer(ConvGeometry.Linear(2, 1), Unipolar2, Twos3, [3, 2]);
        var macro = new MacroSpec { Rows = 2, Die = new() { StuckAtOneRelative = 1 } };
        var adc = AdcFactory.UniformByRange(3, new(0, 2), TieRule.Down);
        Assert.Equal([-4L], new ReferenceMacro(layer, macro, adc).Run([3, 1]).Acc);
    }

    [Fact]
    public void Mismatch_moves_the_sum_through_an_adc_that_passes_it()
    {
        var layer = new ReferenceLayer(ConvGeometry.Linear(2, 1), Bipolar1, Bipolar1, [1, -1]);
        var macro = new MacroSpec { Rows = 2, Die = new() { CellMismatchRelative = 0.1 } };
        var die = new DieSampler(macro, 7, 0);
        var result = new ReferenceMacro(layer, macro, AdcTransfer.None, new(Die: 7, Run: 0)).Run([1, 1]);
        Assert.Equal(AccumulationUnit.Levels, result.Unit);
        Assert.Equal([16L * (die.CellEpsQuanta(0, 0, 0) - die.CellEpsQuanta(0, 1, 0))], result.Acc);
        Assert.NotEqual(0, result.Acc[0]);
    }

    [Fact]
    public void Overfull_groups_with_cell_errors_are_refused()
    {
        var geometry = new ConvGeometry { InputChannels = 7, InputHeight = 1, InputWidth = 1, OutputChannels = 1 };
        var layer = new ReferenceLayer(geometry, Bipolar1, Bipolar1, [1, 1, 1, 1, 1, 1, 1]);
        var macro = new MacroSpec { Rows = 2, LegacyOverfull = true, Die = new() { CellMismatchRelative = 0.1 } };
        Assert.Contains("legacyOverfull", Assert.Throws<ImcException>(() => new ReferenceMacro(layer, macro, AdcTransfer.None)).Message);
    }

    private static ReferenceResult Run(ReferenceLayer layer, short[] input, int rows, AdcTransfer adc) =>
        new ReferenceMacro(layer, new MacroSpec { Rows = rows }, adc).Run(input);
}
