using ImcEngine.BitPlanes;
using ImcEngine.Cost;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;
using ImcEngine.Tests.Kernels;

namespace ImcEngine.Tests.Cost;

/// <summary>Counts and moments equal those of going through every conversion and every cell of small layers.</summary>
public class LayerCountsTests
{
    private const int Cases = 120, MostCellReads = 400_000;

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Cases)];

    [Theory, MemberData(nameof(Indices))]
    public void Counts_are_those_of_every_conversion(int index)
    {
        var verification = Case(index);
        var (map, macro, layer) = (KernelLayers.Map(verification).Map, verification.Macro, verification.Layer);
        var counts = new LayerCounts(map, macro, codeBits: 5);
        long conversions = 0, levels = 0;
        var activations = new Dictionary<int, HashSet<(int, int, int, int, int)>>();
        var seen = new Dictionary<Conversion, int>();
        var reference = new ReferenceMacro(layer, macro, AdcTransfer.None);
        reference.Run(new short[layer.Geometry.InputSize], probe: conversion =>
        {
            conversions++;
            var at = conversion with { S = 0, Code = 0 };
            int vote = seen[at] = seen.GetValueOrDefault(at) + 1;
            if (macro.Voting == VotingKind.Mean || vote == 1) levels++;
            int outputs = layer.Geometry.GroupOutputChannels;
            var place = map.PlaceDigit(map.PlaceFirst(at.ConvGroup, at.RowGroup),
                at.OutputChannel % outputs * map.WeightDigits.Count + at.WeightDigit);
            if (!activations.TryGetValue(place.Array, out var ofArray)) activations.Add(place.Array, ofArray = []);
            ofArray.Add((at.ConvGroup, at.RowGroup, at.Pixel, at.InputDigit, vote));
        });
        Assert.Equal(conversions, counts.Conversions);
        Assert.Equal(levels - layer.Geometry.OutputSize, counts.Additions);
        Assert.Equal(levels / map.WeightDigits.Count, counts.TreeAdditions);
        Assert.Equal(counts.TreeAdditions == layer.Geometry.OutputSize ? 0 : counts.TreeAdditions, counts.RegisterWrites);
        Assert.Equal(activations.Values.Max(each => each.Count), counts.ActivationsOfArray);
        Assert.Equal(activations.Count, counts.Arrays);
        Assert.Equal(RowsInImage(layer, macro), counts.RowsInImage);
        Assert.Equal(counts.RowsInImage * map.InputDigits.Count * map.Votes * map.ColumnTiles, counts.DrivenRowsBound);
        Assert.Equal(counts.Cycles(null) * counts.Arrays, counts.Cycles(1));
    }

    [Theory, MemberData(nameof(Indices))]
    public void Moments_are_those_of_every_cell(int index)
    {
        var verification = Case(index);
        var (map, macro, layer) = (KernelLayers.Map(verification).Map, verification.Macro, verification.Layer);
        var images = verification.Input.Chunk(layer.Geometry.InputSize).ToArray();
        var sums = new DrivenRowSums(map);
        foreach (short[] image in images)
        {
            var own = new DrivenRowSums(map);
            own.Add(image);
            sums.Add(own);
        }
        Assert.Equal(images.Length, sums.Images);
        for (int input = 0; input < map.InputDigits.Count; input++)
            for (int weight = 0; weight < map.WeightDigits.Count; weight++)
            {
                var (driven, squares) = OfEveryCell(layer, macro, map, images, input, weight);
                Assert.Equal(driven, sums.Driven(input));
                Assert.Equal(squares, sums.SquaredShares(input, weight, KernelLayers.Map(verification).WeightCodes));
            }
    }

    [Fact]
    public void The_counts_of_a_small_layer_are_those_of_paper()
    {
        // 2 channels of 3 x 3, kernel 3 x 3 with padding, 3 outputs; 4 x 4 bits.
        var geometry = new ConvGeometry
        {
            InputChannels = 2, InputHeight = 3, InputWidth = 3, OutputChannels = 3, KernelHeight = 3, KernelWidth = 3,
            PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1,
        };
        var macro = new MacroSpec { Rows = 10, ArrayRows = 20, Columns = 8, ColumnsPerAdc = 4, Mapping = MappingKind.WholeTaps };
        var map = new LayerMap("small", geometry, OperandFormat.Parse("unipolar:4"), OperandFormat.Parse("twos-complement:4"), macro);
        var counts = new LayerCounts(map, macro, codeBits: 5);
        // Row groups of 5 and 4 positions; 2 outputs of 4 planes fill an array, so that the third needs another one.
        Assert.Equal((2, 2, 2), (map.Groups.Length, counts.Arrays, map.ColumnTiles));
        // A position lies inside the image for 4 pixels (corners), 6 (edges) or 9 (the centre): 49 of 81.
        Assert.Equal(49 * 2, counts.RowsInImage);
        Assert.Equal(49 * 2 * 4 * 2, counts.DrivenRowsBound);
        Assert.Equal(49 * 2 * 4 * 2, counts.InputBitsRead);
        Assert.Equal(9 * 3 * 2 * 16, counts.Conversions);
        Assert.Equal(9 * 3 * (2 * 16 - 1), counts.Additions);
        Assert.Equal(9 * 3 * 2 * 4, counts.RegisterWrites);
        Assert.Equal((2, 4), (counts.AdcsOfArray, counts.ConversionsInTurn));
        // 9 pixels, 2 row groups of the same array, 4 input planes, 4 columns of an ADC one after the other.
        Assert.Equal(9 * 2 * 4 * 4, counts.Cycles(null));
        Assert.Equal(2 * 9 * 2 * 4 * 4, counts.Cycles(1));
        Assert.Equal(18 * 12 / 320.0, counts.UtilizationRelative, 12);
        Assert.Equal(4 + 5 + 4 + 1, counts.AccumulatorBits);
    }

    /// <summary>A random case of digits and votes small enough to go through. Its noise makes the votes differ, so that the
    /// reference converts each.</summary>
    private static VerificationCase Case(int index)
    {
        for (int tried = index; ; tried += Cases)
        {
            var made = RandomDigitCases.Make(7, tried);
            var geometry = made.Layer.Geometry;
            if (geometry.WeightCount * geometry.OutputPixels * made.Images > MostCellReads) continue;
            return made with { Macro = made.Macro with { Die = new() { BitlineNoiseCounts = 0.5 }, DigitalPlanePairs = null } };
        }
    }

    private static List<Row[]> GroupsOf(ReferenceLayer layer, MacroSpec macro) =>
        [.. ReferenceRowGroups.Cut(layer.Geometry, macro.Rows, macro.Mapping, macro.LegacyOverfull)];

    private static long RowsInImage(ReferenceLayer layer, MacroSpec macro)
    {
        // With codes other than 0 everywhere, exactly the padded positions are undriven.
        short[] ones = new short[layer.Geometry.InputSize];
        Array.Fill(ones, (short)1);
        long rows = 0;
        for (int convGroup = 0; convGroup < layer.Geometry.Groups; convGroup++)
            for (int pixel = 0; pixel < layer.Geometry.OutputPixels; pixel++)
                rows += GroupsOf(layer, macro).Sum(group => group.Count(row => layer.DrivingCode(ones, convGroup, row, pixel) is not null));
        return rows;
    }

    private static (long Driven, double Squares) OfEveryCell(ReferenceLayer layer, MacroSpec macro, LayerMap map, short[][] images,
        int inputDigit, int weightDigit)
    {
        var geometry = layer.Geometry;
        long driven = 0;
        double squares = 0;
        foreach (short[] image in images)
            for (int convGroup = 0; convGroup < geometry.Groups; convGroup++)
                for (int pixel = 0; pixel < geometry.OutputPixels; pixel++)
                    foreach (var row in GroupsOf(layer, macro).SelectMany(group => group))
                    {
                        if (layer.DrivingCode(image, convGroup, row, pixel) is not { } code) continue;
                        int x = Number(layer.InputFormat, map.InputDigits[inputDigit], code);
                        if (x == 0) continue;
                        driven++;
                        for (int output = 0; output < geometry.GroupOutputChannels; output++)
                        {
                            int weight = layer.Weight(convGroup * geometry.GroupOutputChannels + output, row) + map.WeightOffset;
                            var digit = map.WeightDigits[weightDigit];
                            int cellBits = map.WeightFormat == OperandFormat.Ternary ? digit.Planes : macro.CellBits;
                            for (int first = digit.FirstPlane; first < digit.EndPlane; first += cellBits)
                            {
                                var cell = new Digit(first, Math.Min(cellBits, digit.EndPlane - first));
                                int w = Number(map.WeightFormat, cell, weight);
                                squares += (1 << (first - digit.FirstPlane)) * (double)(x * x) * (w * w);
                            }
                        }
                    }
        return (driven, squares);
    }

    private static int Number(OperandFormat format, Digit digit, int code)
    {
        if (format == OperandFormat.Ternary) return code;
        if (format.Encoding == OperandEncoding.Bipolar)
            return Enumerable.Range(0, digit.Planes).Sum(plane =>
                ((code + (1 << format.Bits) - 1) / 2 >> (digit.FirstPlane + plane) & 1) == 1 ? 1 << plane : -(1 << plane));
        int number = code >> digit.FirstPlane & ((1 << digit.Planes) - 1);
        bool isSigned = format.Encoding == OperandEncoding.TwosComplement && digit.EndPlane == format.Bits;
        return isSigned && number >> (digit.Planes - 1) == 1 ? number - (1 << digit.Planes) : number;
    }

    [Fact]
    public void Digital_pairs_are_neither_conversions_nor_active_columns()
    {
        var macro = new MacroSpec { Rows = 100, DigitalPlanePairs = 3 };
        OperandFormat inputs = new(2, OperandEncoding.Unipolar), weights = new(3, OperandEncoding.TwosComplement);
        var map = new LayerMap("layer", ConvGeometry.Linear(150, 7), inputs, weights, macro);
        var counts = new LayerCounts(map, macro, codeBits: 4);
        // Of 2 x 3 plane pairs, (1, 2) is digital. The row groups have 100 and 50 rows.
        Assert.Equal((7L * 2 * 5, 7L * 2 * 5, 7L * (99 + 49)), (counts.Conversions, counts.ColumnActivations, counts.DigitalPairAdditions));
    }
}
