using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Kernels.PerConversion;
using ImcEngine.Mapping;

namespace ImcEngine.Tests.Kernels.PerConversion;

/// <summary>Sums of levels that are not on a line, at every vector width, for one ADC and for one per digit pair.</summary>
public sealed unsafe class LevelTableTests
{
    /// <summary>Codes that one vector of a table holds, two, and none: 16, 32 and more entries.</summary>
    [Theory]
    [InlineData(7, false)]
    [InlineData(16, false)]
    [InlineData(29, false)]
    [InlineData(200, false)]
    [InlineData(9, true)]
    [InlineData(40, true)]
    public void Sums_are_those_of_the_levels_of_whole_vectors(int codes, bool perPair)
    {
        Require<IntLanes256>(codes, perPair);
        Require<IntLanes512>(codes, perPair);
    }

    [Fact]
    public void Levels_that_32_bits_cannot_hold_have_no_table()
    {
        var map = Map(columns: 6);
        Assert.NotNull(LevelTable.TryCreate(map, [[0, int.MaxValue / 7]], weights: 7));
        Assert.Null(LevelTable.TryCreate(map, [[0, int.MaxValue / 7 + 1]], weights: 7));
        Assert.Null(LevelTable.TryCreate(map, [[0, long.MinValue + 1]], weights: 7));
    }

    private static void Require<TInts>(int codes, bool perPair) where TInts : struct, IIntLanes<TInts>
    {
        const int Columns = 75, FirstColumn = 3;
        var random = new CaseRandom(5, (uint)codes);
        var map = Map(FirstColumn + Columns);
        int planes = map.InputDigits.Count, digits = map.WeightDigits.Count;
        long[][] levels = [.. Enumerable.Range(0, perPair ? planes * digits : 1)
            .Select(_ => Enumerable.Range(0, codes).Select(_ => (long)random.Between(-9_000_000, 9_000_000)).ToArray())];
        var table = LevelTable.TryCreate(map, levels, weights: 7)!;
        const int Stride = PlaneConversions.CountStride;
        byte[] bytes = [.. Enumerable.Range(0, planes * Stride).Select(_ => (byte)random.Between(0, codes - 1))];
        long[] ofPlanes = new long[Stride], together = new long[Stride];
        int whole = Columns / TInts.Count * TInts.Count;
        fixed (byte* first = bytes)
        fixed (long* sums = ofPlanes, allSums = together)
        {
            var driven = stackalloc DrivenRows[planes];
            var at = new PlaneConversions(new DieConversions
            {
                Stream = default, Place = new(0, FirstColumn, 0, 0, 0, 0), Columns = Columns, Map = map, FirstColumn = 0, ErrorSet = 0,
                PlaneWeight = map.InputDigits.Weight(0), Driven = default, Matches = null, Cells = default, Highs = null, Sums = allSums,
            })
            { Digits = map.InputDigits, Driven = driven, SumStride = 0, FirstLows = null };
            Assert.Equal(whole, table.Add<TInts>(at, first));
            for (int plane = 0; plane < planes; plane++)
            {
                int[] integers = [.. bytes.Skip(plane * Stride).Take(Stride).Select(code => (int)code)];
                var onPlane = at.First with
                {
                    Place = at.First.Place with { InputBit = plane }, PlaneWeight = at.PlaneWeight(plane), Sums = sums,
                };
                fixed (int* ofPlane = integers) Assert.Equal(whole, table.Add<TInts>(onPlane, ofPlane));
            }
        }
        for (int column = 0; column < ofPlanes.Length; column++)
        {
            long expected = column >= whole ? 0 : Enumerable.Range(0, planes).Sum(plane => map.InputDigits.Weight(plane)
                * levels[perPair ? plane * digits + (FirstColumn + column) % digits : 0][bytes[plane * Stride + column]]);
            Assert.Equal((expected, expected), (ofPlanes[column], together[column]));
        }
    }

    /// <summary>Three input planes, whose top one is negative, and three weight planes.</summary>
    private static LayerMap Map(int columns)
    {
        var geometry = new ConvGeometry { InputChannels = 4, InputHeight = 1, InputWidth = 1, OutputChannels = (columns + 2) / 3 };
        return new("layer", geometry, new(3, OperandEncoding.TwosComplement), KernelLayers.Twos3, new() { Rows = 4 });
    }
}
