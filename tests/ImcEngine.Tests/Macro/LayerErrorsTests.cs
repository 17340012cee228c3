using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using static ImcEngine.Tests.Evaluation.MatrixExample;

namespace ImcEngine.Tests.Macro;

public class LayerErrorsTests
{
    /// <summary>What a die draws, written out as arrays, makes the same die.</summary>
    [Theory]
    [InlineData("""{"columnOffsetCounts":1.5}""", true, false)]
    [InlineData("""{"cellMismatchRelative":0.04}""", false, true)]
    [InlineData("""{"cellMismatchRelative":0.04,"columnOffsetCounts":0.8,"gainErrorRelative":0.02,"bitlineNoiseCounts":0.5}""", true, true)]
    public void Given_errors_act_as_the_same_drawn_ones(string die, bool givesOffsets, bool givesCells)
    {
        var drawnRun = RunOn(die);
        var drawn = Matrix(drawnRun, die: 3);
        var errors = Drawn(drawn.ArraySizes, drawnRun.Macro, givesOffsets, givesCells);
        var rest = drawnRun.Macro.Die with
        {
            ColumnOffsetCounts = givesOffsets ? 0 : drawnRun.Macro.Die.ColumnOffsetCounts,
            CellMismatchRelative = givesCells ? 0 : drawnRun.Macro.Die.CellMismatchRelative,
        };
        var given = Matrix(drawnRun with { Macro = drawnRun.Macro with { Die = rest } }, die: 3, errors);
        Assert.Equal(drawn.Multiply(RandomInput), given.Multiply(RandomInput));
        Assert.NotEqual(Matrix(RunOn("{}")).Multiply(RandomInput), given.Multiply(RandomInput));
        Assert.Equal(drawn.Observe(RandomInput), given.Observe(RandomInput));
    }

    [Fact]
    public void Large_deviations_reach_the_result_as_the_reference_has_them()
    {
        var sizes = Matrix(RunOn("{}")).ArraySizes;
        var random = new Random(5);
        var cells = new double[sizes.Arrays, sizes.Rows, sizes.Columns];
        foreach (var (array, row, column) in Places(sizes)) cells[array, row, column] = 2 * random.NextDouble() - 1;
        var run = RunOn("{}");
        var matrix = Matrix(run, errors: new(cellDeviationsRelative: cells));
        AssertClose(Accumulated(matrix, run), matrix.Multiply(RandomInput));
    }

    [Fact]
    public void Sizes_and_numbers_are_checked()
    {
        var (arrays, rows, columns) = Matrix(RunOn("{}")).ArraySizes;
        Assert.Equal($"Layer 'matrix': column offsets are [1, 2]; the layer has {arrays} arrays of {columns} columns, "
            + $"so [{arrays}, {columns}] are needed.", Message(() => With(new(columnOffsetsCounts: new double[1, 2]))));
        Assert.Contains($"so [{arrays}, {rows}, {columns}] are needed",
            Message(() => With(new(cellDeviationsRelative: new double[1, 2, 3]))), StringComparison.Ordinal);
        Assert.Contains("column offset is NaN", Message(() => new LayerErrors(new[,] { { double.NaN } })), StringComparison.Ordinal);
        Assert.Contains("cell deviation is 1.5", Message(() => new LayerErrors(null, new[,,] { { { 1.5 } } })), StringComparison.Ordinal);
    }

    private static void With(LayerErrors errors) => _ = Matrix(RunOn("{}"), errors: errors);

    private static LayerErrors Drawn((int Arrays, int Rows, int Columns) sizes, MacroSpec macro, bool givesOffsets, bool givesCells)
    {
        var sampler = new DieSampler(macro, 3, layer: 0);
        var adc = AdcFactory.Create(macro.Adc, macro.Rows, CellProduct.And, isLinear: true);
        var offsets = new double[sizes.Arrays, sizes.Columns];
        var cells = new double[sizes.Arrays, sizes.Rows, sizes.Columns];
        foreach (var (array, row, column) in Places(sizes))
        {
            offsets[array, column] = sampler.Column(array, column, 0, adc).OffsetCounts;
            cells[array, row, column] = sampler.CellEpsQuanta(array, row, column) / (double)AdcTransfer.QuantaPerCount;
        }
        return new(givesOffsets ? offsets : null, givesCells ? cells : null);
    }

    private static IEnumerable<(int Array, int Row, int Column)> Places((int Arrays, int Rows, int Columns) sizes) =>
        from array in Enumerable.Range(0, sizes.Arrays)
        from row in Enumerable.Range(0, sizes.Rows)
        from column in Enumerable.Range(0, sizes.Columns)
        select (array, row, column);

    private static string Message(Action action) => Assert.Throws<ImcException>(action).Message;

    private static RunSpec RunOn(string die) =>
        Run($$""" "columns": 40, "adc": { "bits": 5, "range": [0, 40] }, "die": {{die}} """);
}
