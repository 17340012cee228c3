using ImcEngine.Data;
using ImcEngine.Kernels;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Randomness;
using ImcEngine.Reference;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.Mapping;

/// <summary>What <c>imc inspect --map</c> prints is where the die's draws act: a die is physical.</summary>
public class ColumnPlacementTests
{
    private const uint Seed = 9;

    private static readonly RunSpec Run = RunSpecJson.Set(RunSpecJson.Default,
        "macro.rows=13", "macro.arrayRows=39", "macro.columns=22", "macro.columnsPerAdc=4", "macro.adc.bits=3", "macro.adc.range=[0,9]",
        "macro.die.cellMismatchRelative=0.06", "macro.die.columnOffsetCounts=1", "macro.die.edgeErrorLsb=0.3",
        "macro.die.gainErrorRelative=0.02", "macro.die.stuckAtOneRelative=0.05");

    private static readonly MappedNetwork Mapped = new(TinyNetworks.FourBits(), Run.Macro);

    [Fact]
    public void No_two_weights_share_a_cell_and_no_two_layers_a_draw()
    {
        var cells = new HashSet<(int Layer, int Array, int Row, int Column)>();
        var keys = new HashSet<PhiloxKey>();
        foreach (var layer in Mapped.Layers.AtLeastOne())
        {
            // Arrays are counted by layer, and so is the key of every draw: an array belongs to one layer.
            Assert.True(keys.Add(new DrawStream(Seed, DrawPurpose.CellMismatch, layer.Ordinal).Key()));
            foreach (var place in ColumnPlacement.PlaceColumns(layer.Map))
            {
                Assert.InRange(place.Array, 0, layer.Map.Arrays - 1);
                Assert.InRange(place.Column, 0, 21);
                for (int row = 0; row < place.Rows; row++)
                {
                    Assert.InRange(place.FirstRow + row, 0, 38);
                    Assert.True(cells.Add((layer.Ordinal, place.Array, place.FirstRow + row, place.Column)), $"{place}, row {row}");
                }
            }
        }
        Assert.Equal(Mapped.Layers.Sum(layer => layer.Map.CellsUsed), cells.Count);
    }

    /// <summary>Layers over two images, convolved from original weights with each weight's cell and each output's column taken from the
    /// map, once for all pixels and images.</summary>
    [Fact]
    public void One_column_serves_all_pixels_and_images_and_its_draws_are_those_of_the_map()
    {
        var die = new Die(Mapped, Run, null, seed: Seed);
        var runner = new NetworkRunner(Mapped, new(1, 1));
        var images = Shapes10.Render(Split.Test, 2);
        int held = 0;
        for (int image = 0; image < images.Count; image++)
            runner.Observe(images, image, die, (ordinal, codes, _) =>
            {
                var sums = KernelRun.Layer(Mapped.Layers[ordinal], die.Layers[ordinal].Kernel, codes);
                // A few outputs of every layer, all pixels.
                foreach (int output in new[] { 0, 7, sums.Length / Mapped.Layers[ordinal].Map.Geometry.OutputPixels - 1 })
                {
                    long[] expected = FromMap(ordinal, output, codes.ToArray());
                    Assert.Equal(expected, sums[(output * expected.Length)..((output + 1) * expected.Length)]);
                    held += expected.Length;
                }
            });
        Assert.True(held > 2 * 3 * 256, $"{held} pixels");
    }

    private static long[] FromMap(int ordinal, int output, short[] codes)
    {
        var (node, layer) = (Mapped.Network.MacroLayers[ordinal], Mapped.Layers[ordinal]);
        var reference = new ReferenceLayer(node.Geometry, node.InputFormat, node.WeightFormat, node.WeightCodes,
            node.InputMayBeUndriven, ordinal);
        var sampler = new DieSampler(Run.Macro, Seed, ordinal);
        var adc = AdcFactory.Create(Run.Macro.Adc, Run.Macro.Rows, layer.Map.Product);
        int channels = node.Geometry.GroupInputChannels;
        var acc = new long[node.Geometry.OutputPixels];
        foreach (var place in ColumnPlacement.PlaceColumns(layer.Map).Where(place => place.OutputChannel == output).AtLeastOne())
        {
            var edges = new long[adc.EdgeQuanta.Length];
            ColumnEdges.Compute(adc, Run.Macro.Die,
                sampler.Column(place.Array, place.Column, sampler.EpsSumQuanta(place.Array, place.Column), adc), edges);
            var rows = Enumerable.Range(place.FirstFlatRow, place.Rows).Select(flat => new Row(flat / channels, flat % channels)).ToArray();
            int[] cells = [
                .. rows.Select((row, i) => CellQuanta(sampler, place, place.FirstRow + i,
                    node.WeightFormat.Digits(reference.Weight(output, row)) >> place.WeightBit & 1))];
            for (int pixel = 0; pixel < acc.Length; pixel++)
            {
                int[] digits =
                    [.. rows.Select(row => reference.DrivingCode(codes, output / node.Geometry.GroupOutputChannels, row, pixel) ?? 0)];
                for (int bit = 0; bit < node.InputFormat.Bits; bit++)
                {
                    long v = cells.Where((_, i) => (digits[i] >> bit & 1) != 0).Sum();
                    acc[pixel] += (long)node.InputFormat.PlaneWeight(bit) * node.WeightFormat.PlaneWeight(place.WeightBit)
                        * edges.Count(edge => v > edge);
                }
            }
        }
        return acc;
    }

    private static int CellQuanta(DieSampler sampler, ColumnPlacement place, int row, int stored)
    {
        if (sampler.Fault(place.Array, row, place.Column) == CellFault.StuckAtOne) stored = 1;
        return stored * (AdcTransfer.QuantaPerCount + sampler.CellEpsQuanta(place.Array, row, place.Column));
    }
}
