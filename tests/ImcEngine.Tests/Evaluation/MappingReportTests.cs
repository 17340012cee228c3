using ImcEngine.BitPlanes;
using ImcEngine.Evaluation;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Evaluation;

public class MappingReportTests
{
    private static readonly OperandFormat Unipolar2 = new(2, OperandEncoding.Unipolar), Twos3 = new(3, OperandEncoding.TwosComplement);

    public static TheoryData<MappingKind, int, int, int?> Macros => new()
    {
        { MappingKind.WholeTaps, 7, 21, 8 }, { MappingKind.WholeTaps, 2, 2, null }, { MappingKind.SingleTap, 2, 4, 5 },
        { MappingKind.Dense, 8, 16, 3 },
    };

    [Theory, MemberData(nameof(Macros))]
    public void Totals_are_what_the_reference_counts(MappingKind mapping, int rows, int arrayRows, int? columns)
    {
        var macro = new MacroSpec { Rows = rows, ArrayRows = arrayRows, Columns = columns, Mapping = mapping };
        var network = TwoLayers();
        var report = MappingReport.Create(network, new RunSpec { Macro = macro });
        long conversions = 0, cells = 0;
        int arrays = 0;
        foreach (var node in network.MacroLayers.AtLeastOne())
        {
            var layer = new ReferenceLayer(node.Geometry, node.InputFormat, node.WeightFormat, node.WeightCodes);
            var groups = new HashSet<(int, int)>();
            var columnsSeen = new HashSet<(int, int)>();
            new ReferenceMacro(layer, macro, AdcTransfer.None).Run(new short[node.Geometry.InputSize], probe: conversion =>
            {
                conversions++;
                groups.Add((conversion.ConvGroup, conversion.RowGroup));
                columnsSeen.Add((conversion.OutputChannel, conversion.WeightDigit));
            });
            Assert.Equal(groups.Count, report.Layers.Single(mapped => mapped.Name == node.Name).RowGroups);
            cells += columnsSeen.Count * node.Geometry.GroupInputChannels * node.Geometry.Taps;
            // Outputs whose planes fit into an array, of one convolution group; row groups that share an array's columns.
            int outputs = columns is { } width ? width / node.WeightFormat.Bits : int.MaxValue, slots = arrayRows / rows;
            arrays += node.Geometry.Groups * (int)Math.Ceiling((double)node.Geometry.GroupOutputChannels / outputs)
                * (int)Math.Ceiling((double)groups.Count / node.Geometry.Groups / slots);
        }
        Assert.Equal((conversions, cells, arrays), (report.Conversions, report.CellsUsed, report.Arrays));
        var mapped = new MappedNetwork(network, macro);
        Assert.Equal((mapped.ConversionsPerImage, mapped.Arrays), (report.Conversions, report.Arrays));
    }

    [Fact]
    public void Utilization_counts_the_cells_of_whole_arrays()
    {
        // conv: 2 groups, each 2 channels x 9 taps = 18 rows in one slot of 32, 2 outputs x 3 planes = 6 of 8 columns.
        var report = MappingReport.Create(TwoLayers(), new RunSpec { Macro = new() { Rows = 32, Columns = 8 } });
        Assert.Equal((2 * 18 * 6L, 2 * 32 * 8L), (report.Layers[0].CellsUsed, report.Layers[0].CellsInArrays));
        Assert.Equal(216.0 / 512, report.Layers[0].UtilizationRelative);
    }

    [Fact]
    public void A_grouped_layer_shows_its_arrays_with_each_grouping()
    {
        // conv: 2 groups of 18 rows and 6 columns. Packed, both fit an array of 64 rows and 16 columns.
        var macro = new MacroSpec { Rows = 32, ArrayRows = 64, Columns = 16 };
        var report = MappingReport.Create(TwoLayers(), new RunSpec { Macro = macro });
        Assert.Equal([(GroupingKind.Separate, 2, 216.0 / 2048), (GroupingKind.BlockDiagonal, 1, 216.0 / 1024)],
            report.Layers[0].WithEachGrouping(macro).Select(each => (each.Grouping, each.Layer!.Arrays, each.Layer.UtilizationRelative)));
        var packed = new RunSpec { Macro = macro with { Grouping = GroupingKind.BlockDiagonal } };
        Assert.Equal(1, MappingReport.Create(TwoLayers(), packed).Layers[0].Arrays);
        Assert.Empty(report.Layers[1].WithEachGrouping(macro));
        // 5 columns hold an output, but not a whole group of two.
        Assert.Equal([false, true], report.Layers[0].WithEachGrouping(macro with { Columns = 5 }).Select(each => each.Layer is null));
    }

    [Fact]
    public void A_digital_layer_uses_nothing_and_says_why()
    {
        var digital = MappingReport.Create(TwoLayers(), new RunSpec()).Layers[^1];
        Assert.Equal(("head", "kept", 0, 0L, 0L),
            (digital.Name, digital.WhyDigital, digital.Arrays, digital.Conversions, digital.CellsUsed));
        Assert.Equal(10, digital.MultiplyAccumulates);
    }

    /// <summary>A grouped 3x3 convolution and a linear layer on the macro, then a digital linear layer.</summary>
    private static Network TwoLayers()
    {
        var convolution = new ConvGeometry
        {
            InputChannels = 4, InputHeight = 5, InputWidth = 4, OutputChannels = 4, KernelHeight = 3, KernelWidth = 3, StrideY = 2,
            PadTop = 1, PadLeft = 1, Groups = 2,
        };
        var linear = ConvGeometry.Linear(4 * 2 * 3, 5);
        TensorInfo[] tensors =
        [
            new("image", new(4, 5, 4)), new("codes", new(4, 5, 4), IsCodes: true),
            new("conv", new(4, convolution.OutputHeight, convolution.OutputWidth)),
            new("flat", new(24)), new("flat codes", new(24), IsCodes: true), new("hidden", new(5)), new("logits", new(2)),
        ];
        Node[] nodes =
        [
            new QuantizeNode("q1", [0], 1, QuantizerKind.Nearest, Unipolar2, 1, 0, 3),
            new MacroNode("conv", [1], 2, convolution, Unipolar2, Twos3, new short[convolution.WeightCount], new double[4], new double[4]),
            new ReshapeNode("flatten", [2], 3),
            new QuantizeNode("q2", [3], 4, QuantizerKind.Nearest, Unipolar2, 1, 0, 3),
            new MacroNode("linear", [4], 5, linear, Unipolar2, Twos3, new short[linear.WeightCount], new double[5], new double[5]),
            new DigitalNode("head", [5], 6, ConvGeometry.Linear(5, 2), new float[10], null, "kept"),
        ];
        return new("two layers", tensors, nodes, 6, new([0, 0, 0, 0], [1, 1, 1, 1]));
    }
}
