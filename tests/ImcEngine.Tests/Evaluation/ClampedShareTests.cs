using ImcEngine.BitPlanes;
using ImcEngine.Evaluation;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.Evaluation;

public class ClampedShareTests
{
    /// <summary>An image of codes 3, 1, 0 has the partial sums 2, 1, 0, 0; one of 0, 0, 0 none:
    /// with a table of 0 and 1, one of eight conversions takes its end line.</summary>
    [Fact]
    public void Conversions_beyond_the_table_are_counted_over_all_images()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["cut.csv"], ["s,P(0),P(1)", "0,1,0", "1,0,1"]);
        File.WriteAllLines(folder["whole.csv"], ["s,P(0),P(3)", "0,1,0", "3,0,1"]);
        var share = Of(folder["cut.csv"], "clamp")!;
        Assert.Equal((2, 0.125), (share.Images, share.Fraction));
        Assert.Equal(new ClampedLayer(SingleLayer.Name, 1, 8), Assert.Single(share.Layers));
        Assert.Null(Of(folder["whole.csv"], "clamp"));
        Assert.Null(Of(folder["whole.csv"], "error"));
    }

    private static ClampedShare? Of(string table, string beyond)
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.rows=3", "macro.adc.kind=table", $"macro.adc.table={table}",
            $"macro.adc.beyondTable={beyond}");
        var mapped = new MappedNetwork(SingleLayer.Of(new(2, OperandEncoding.TwosComplement), 1, 1, 1), run.Macro);
        return ClampedShare.Measure(new Die(mapped, run, null), SingleLayer.Images((3, 1, 0), (0, 0, 0)), threads: 2);
    }
}
