using System.Numerics;
using ImcEngine.Macro;
using ImcEngine.Reference;

namespace ImcEngine.Evaluation.Verification;

/// <summary>
/// The layers of <see cref="RandomCases"/> on non-ideal dies: cell mismatch and stuck cells, column and ADC errors, and noise, alone and
/// together; arrays with several row groups or few columns, convolution groups packed into arrays, and columns that share an ADC.
/// Combinations that exclude one another or have no meaning for the ADC are left out.
/// </summary>
internal static class RandomDieCases
{
    private const uint Salt = 0x44494553, GroupingSalt = 0x424C4F43;

    /// <summary>The most cells of a convolution group that is packed: the reference draws every cell of an array on its own.</summary>
    private const int MostPackedCells = 4096;

    /// <summary>Makes case number <paramref name="index"/> of a seed, which is the same on every machine.</summary>
    public static VerificationCase Make(uint seed, int index)
    {
        var ideal = RandomCases.Make(seed, index);
        var random = new CaseRandom(seed ^ Salt, (uint)index);
        int weightBits = ideal.Layer.WeightFormat.Bits;
        var macro = ideal.Macro with
        {
            LegacyOverfull = false,
            ArrayRows = random.OneOf<int?>(null, ideal.Macro.Rows, 2 * ideal.Macro.Rows, 3 * ideal.Macro.Rows),
            Columns = random.OneOf<int?>(null, weightBits, weightBits + 3, 7 * weightBits),
            Die = Die(random, ideal.Adc),
        };
        macro = WithGrouping(new(seed ^ GroupingSalt, (uint)index), macro, ideal.Layer);
        macro = macro with { ColumnsPerAdc = Math.Min(random.OneOf(1, 1, 2, 3, 8), macro.Columns ?? int.MaxValue) };
        var seeds = new ReferenceSeeds((uint)random.Between(0, 1000), (uint)random.Between(0, 1000), random.OneOf(0, 0, 5));
        return ideal with { Name = $"seed {seed} die case {index}", Layer = ideal.Layer with { Ordinal = random.Between(0, 20) },
            Macro = macro, Seeds = seeds };
    }

    /// <summary>Packs the convolution groups of some layers, in arrays with room for one to three groups. Its own random numbers leave
    /// those of the rest of a case as they were before there was packing.</summary>
    private static MacroSpec WithGrouping(CaseRandom random, MacroSpec macro, ReferenceLayer layer)
    {
        int rows = layer.Geometry.Taps * layer.Geometry.GroupInputChannels;
        int columns = layer.Geometry.GroupOutputChannels * layer.WeightFormat.Bits;
        if (layer.Geometry.Groups == 1 || rows * columns > MostPackedCells || random.OneIn(4)) return macro;
        int arrayRows = rows * random.Between(1, 3);
        return macro with
        {
            Grouping = GroupingKind.BlockDiagonal,
            ArrayRows = (arrayRows + macro.Rows - 1) / macro.Rows * macro.Rows,
            Columns = macro.Columns is null ? null : columns * random.Between(1, 3) + random.Between(0, 3),
        };
    }

    public static DieSpec Die(CaseRandom random, AdcTransfer adc)
    {
        int only = random.OneOf(-1, random.Between(0, 8));
        bool On(int field) => only == field || (only < 0 && random.OneIn(2));
        bool hasEdges = !adc.PassesSums, hasLsb = hasEdges && adc.LsbCounts > 0;
        var die = new DieSpec
        {
            CellMismatchRelative = On(0) ? random.OneOf(0.002, 0.021, 0.15) : 0,
            ColumnOffsetCounts = On(1) && hasEdges ? 1.5 : 0,
            GainErrorRelative = On(2) && hasEdges ? 0.05 : 0,
            EdgeErrorLsb = On(3) && hasLsb ? 0.4 : 0,
            BitlineNoiseCounts = On(4) ? random.OneOf(0.01, 1, 30) : 0,
            ComparatorNoiseLsb = On(5) && hasLsb ? 0.5 : 0,
            ParasiticRelative = On(6) ? 0.3 : 0,
            ReferenceTracksParasitic = !hasEdges || random.OneIn(2),
            StuckAtZeroRelative = On(7) ? 0.1 : 0,
            StuckAtOneRelative = On(8) ? 0.05 : 0,
        };
        if (hasLsb && random.OneIn(3)) die = die with { ColumnOffsetCounts = 0, ColumnOffsetLsb = 0.7 };
        if (random.OneIn(4)) die = die with { CellMismatchRelative = 0, UnitCapacitanceFemtofarads = 1.2 };
        return hasLsb && adc.Unit == AccumulationUnit.Codes && BitOperations.IsPow2(adc.Codes) && random.OneIn(2)
            ? die with { EdgeErrorLsb = 0, SarMismatchRelative = 0.1 } : die;
    }
}
