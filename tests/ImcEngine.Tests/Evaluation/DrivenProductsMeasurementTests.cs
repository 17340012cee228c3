using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Importer;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Tests.Architecture;

namespace ImcEngine.Tests.Evaluation;

/// <summary>Measured driven products agree with what the histograms of partial sums, which are counted apart from them, say.</summary>
public class DrivenProductsMeasurementTests
{
    private const int Images = 3;

    [Fact]
    public void Products_of_AND_cells_add_up_to_the_partial_sums()
    {
        var (mapped, images) = Shipped(new());
        var measured = DrivenProductsMeasurement.Measure(mapped, images, threads: 2);
        var histograms = Calibrator.Histograms(mapped, images, threads: 1, new bool[measured.Count]);
        for (int layer = 0; layer < measured.Count; layer++)
        {
            var (map, histogram) = (mapped.Layers[layer].Map, histograms[layer].OfAll());
            Assert.Equal(Images, measured[layer].Images);
            for (int i = 0; i < map.InputDigits.Count; i++)
                for (int j = 0; j < map.WeightDigits.Count; j++)
                {
                    double sums = 0, squares = 0;
                    for (int s = histogram.LeastCounts; s <= histogram.MostCounts; s++)
                    {
                        long occurrences = histogram.CountsOf(i, j)[s - histogram.LeastCounts];
                        (sums, squares) = (sums + s * (double)occurrences, squares + (double)s * s * occurrences);
                    }
                    var moments = measured[layer].Moments(map, mapped.Macro, i, j, mapped.Layers[layer].WeightCodes);
                    Assert.Equal(sums / Images, moments.SquaredShares, 6);
                    Assert.Equal(squares / Images, moments.SquaredSums, 6);
                }
        }
    }

    [Fact]
    public void What_is_measured_depends_neither_on_threads_nor_exceeds_its_bound()
    {
        var run = RunSpecJson.Default with
        {
            Macro = new() { Rows = 64, Technology = new() { UnitCapacitanceFemtofarads = 1 } },
        };
        var (mapped, images) = Shipped(run.Macro);
        var measured = NetworkCosts.Of(mapped, run, DrivenProductsMeasurement.Measure(mapped, images, threads: 1));
        var again = NetworkCosts.Of(mapped, run, DrivenProductsMeasurement.Measure(mapped, images, threads: 3));
        var bound = NetworkCosts.Bound(MappingReport.Create(mapped.Network, run), run);
        for (int layer = 0; layer < measured.Layers.Count; layer++)
        {
            Assert.Equal(measured.Layers[layer].ArrayFemtojoules, again.Layers[layer].ArrayFemtojoules);
            Assert.True(measured.Layers[layer].ArrayFemtojoules < bound.Layers[layer].ArrayFemtojoules);
            Assert.True(measured.Layers[layer].DrivenRows < bound.Layers[layer].DrivenRows);
            Assert.Equal(measured.Layers[layer].Counts.Conversions, bound.Layers[layer].Counts.Conversions);
        }
        Assert.Equal((mapped.ConversionsPerImage, false, true), (measured.Conversions, measured.IsBound, bound.IsBound));
    }

    private static (MappedNetwork Mapped, ImageSet Images) Shipped(MacroSpec macro)
    {
        string file = Path.Combine(Repository.Root, "weights", "resnet18-w16-shapes10-w4a4.onnx");
        var imported = UserFiles.Network(file, UserFiles.Model(file, new()), RunSpecJson.Default);
        return (new(imported.Network, macro), DataSource.Open(Shapes10.Name).First(Images));
    }
}
