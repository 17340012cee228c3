using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Reference;

/// <summary>Two implementations of ARITHMETIC §4, written apart, on the same draws.</summary>
public class ReferenceDieTests
{
    public static TheoryData<DieSpec> Dies => new(
        new DieSpec { CellMismatchRelative = 0.05 },
        new DieSpec { UnitCapacitanceFemtofarads = 0.8, ParasiticRelative = 0.3, ReferenceTracksParasitic = false, ColumnOffsetLsb = 0.4 },
        new DieSpec { GainErrorRelative = 0.02, EdgeErrorLsb = 0.5, ColumnOffsetCounts = 3, ParasiticRelative = 0.2 },
        new DieSpec { SarMismatchRelative = 0.1, GainErrorRelative = 0.05 },
        new DieSpec { StuckAtZeroRelative = 0.2, StuckAtOneRelative = 0.3 });

    [Theory, MemberData(nameof(Dies))]
    public void Cells_and_edges_equal_the_samplers(DieSpec spec)
    {
        var macro = new MacroSpec { Rows = 16, ArrayRows = 32, ColumnsPerAdc = 3, Die = spec };
        var adc = AdcFactory.UniformByRange(16, new(-16, 14), TieRule.Down);
        var bit = new OperandFormat(1, OperandEncoding.Unipolar);
        var layer = new ReferenceLayer(ConvGeometry.Linear(1, 9), bit, bit, new short[9]);
        var digits = new ReferenceDigits(layer, macro);
        var reference = new ReferenceDie(macro, digits, layer: 5, seed: 11);
        var sampler = new DieSampler(macro, 11, 5);
        for (int column = 0; column < 9; column++)
        {
            var place = new ReferenceColumn(2, column);
            for (int row = 0; row < 32; row++)
            {
                Assert.Equal(sampler.CellEpsQuanta(2, row, column), reference.EpsQuanta(place, row, units: 1));
                var fault = sampler.Fault(2, row, column);
                Assert.Equal(fault == CellFault.StuckAtOne ? 1 : 0, reference.Held(place, row, 0) & 1);
                Assert.Equal(fault == CellFault.StuckAtZero ? 0 : 1, reference.Held(place, row, 1) & 1);
            }
            long[] edges = new long[15];
            ColumnEdges.Compute(adc, spec, sampler.Column(2, column, sampler.EpsSumQuanta(2, column), adc), edges);
            Assert.Equal(edges, reference.EdgesQuanta(place, digits.Weights[0], adc));
        }
    }
}
