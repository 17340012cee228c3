using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Tests.Kernels.Adc;

namespace ImcEngine.Tests.Kernels.BitSliced;

/// <summary>Every part of conversion programs, at every vector width, agrees with counting in plain integers.</summary>
public class VerticalBodiesTests
{
    private const int Step = CarrySaveCounterEmitter.RowStep;
    private const int LongestList = 272;

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void Operations_of_a_lane_are_those_of_a_bit(string lanes)
    {
        const ulong a = 0xF0F0F0F0_CCCCCCCC, b = 0xCCCCCCCC_AAAAAAAA, c = 0xAAAAAAAA_F0F0F0F0;
        Assert.Equal([a & b, a ^ b, ~a, a ^ b ^ c, (a & b) | (a & c) | (b & c), 0, ulong.MaxValue],
            VerticalBodies.Of(lanes).Operations(a, b, c));
    }

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void The_counter_counts_lists_of_every_length_from_every_start(string lanes)
    {
        var bodies = VerticalBodies.Of(lanes);
        var random = new CaseRandom(1, 0);
        int rows = 41, words = bodies.Lanes / 64;
        var table = RandomWords(random, rows * words);
        for (int length = 0; length <= LongestList; length += Step)
        {
            int planes = CarrySaveCounterEmitter.LeastPlanes + length / Step % 7;
            int[] list = [.. Enumerable.Range(0, length).Select(_ => random.Between(0, rows - 1))];
            int[] start = [.. Enumerable.Range(0, bodies.Lanes).Select(lane => lane + length & (1 << planes) - 1)];
            int[] expected =
                [.. start.Select((from, lane) => from + list.Count(row => BitOf(table, row * words, lane)) & (1 << planes) - 1)];
            Assert.Equal(expected, bodies.Count(table, list, planes, new(Common: start)));
        }
    }

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void The_counter_holds_as_many_ones_as_rows(string lanes)
    {
        var bodies = VerticalBodies.Of(lanes);
        var table = Enumerable.Repeat(ulong.MaxValue, bodies.Lanes / 64).ToArray();
        for (int length = 0; length <= LongestList; length += Step)
            Assert.All(bodies.Count(table, new int[length], 9, new()), count => Assert.Equal(length, count));
    }

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void A_search_numbers_the_thresholds_of_its_column_that_a_count_reaches(string lanes)
    {
        var bodies = VerticalBodies.Of(lanes);
        var random = new CaseRandom(2, 0);
        for (int thresholdCount = 0; thresholdCount <= 40; thresholdCount++)
        {
            int end = 1 << (5 + thresholdCount % 5);
            int[] middle = RandomThresholds(random, thresholdCount, end);
            bool areNear = thresholdCount % 2 == 0;
            int[][] ofLane = [.. Enumerable.Range(0, bodies.Lanes)
                .Select(lane => areNear ? Array.ConvertAll(middle, each => Math.Min(end, each + lane % 3))
                    : RandomThresholds(random, thresholdCount, end))];
            var columns = new ColumnThresholds(ofLane, end - 1);
            for (int first = 0; first < end; first += bodies.Lanes)
            {
                int[] counts = [.. Enumerable.Range(first, bodies.Lanes).Select(count => count % end)];
                int[] expected = [.. counts.Select((count, lane) => ofLane[lane].Count(t => count >= t))];
                Assert.Equal(expected, bodies.ConvertLanes(counts, columns));
                int column = first / bodies.Lanes % bodies.Lanes;
                Assert.Equal(counts.Select(count => ofLane[column].Count(t => count >= t)), bodies.ConvertColumn(counts, columns, column));
            }
        }
    }

    /// <summary>Ones with all codes of their planes and ones without.</summary>
    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void A_near_scale_numbers_the_thresholds_of_its_column_that_a_count_reaches(string lanes)
    {
        var bodies = VerticalBodies.Of(lanes);
        foreach (int left in (int[])[0, 4])
        {
            int[][] columns =
                [.. Enumerable.Range(0, bodies.Lanes).Select(column => CorrectedShiftAddColumnsTests.Stray(column, 4, 7, 0.35)[left..])];
            var near = CorrectedShiftAddColumns.Find(columns, CorrectedShiftAddColumnsTests.LargestCount)!;
            for (int first = 0; first <= CorrectedShiftAddColumnsTests.LargestCount; first++)
            {
                int[] counts =
                    [.. Enumerable.Range(first, bodies.Lanes).Select(count => count % (CorrectedShiftAddColumnsTests.LargestCount + 1))];
                Assert.Equal(counts.Select((count, lane) => columns[lane].Count(t => count >= t)),
                    bodies.ConvertLanes(counts, near));
                int[] ofColumn = columns[first % bodies.Lanes];
                Assert.Equal(counts.Select(count => ofColumn.Count(t => count >= t)),
                    bodies.ConvertColumn(counts, near, first % bodies.Lanes));
            }
        }
    }

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void A_scale_with_offsets_numbers_the_thresholds_of_its_column_that_a_count_reaches(string lanes)
    {
        var bodies = VerticalBodies.Of(lanes);
        int largestCount = CorrectedShiftAddColumnsTests.LargestCount;
        int[][] thresholds = [.. Enumerable.Range(0, bodies.Lanes)
            .Select(column => Enumerable.Range(1, 14).Select(k => 16 * k + column % 7).ToArray())];
        var columns = ShiftAddColumns.Find(thresholds, largestCount)!;
        for (int first = 0; first <= largestCount; first++)
        {
            int[] counts = [.. Enumerable.Range(first, bodies.Lanes).Select(count => count % (largestCount + 1))];
            Assert.Equal(counts.Select((count, lane) => thresholds[lane].Count(t => count >= t)), bodies.ConvertLanes(counts, columns));
            int column = first % bodies.Lanes;
            Assert.Equal(counts.Select(count => thresholds[column].Count(t => count >= t)), bodies.ConvertColumn(counts, columns, column));
        }
    }

    /// <summary>Uniform ADCs, some with a scale and some without, and uneven ones, some of whose thresholds no count reaches.</summary>
    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void The_converter_numbers_the_thresholds_that_a_count_reaches(string lanes)
    {
        foreach (bool hasTernaryLogic in new[] { false, true }) RequireCodesOfThresholds(lanes, hasTernaryLogic);
    }

    private static void RequireCodesOfThresholds(string lanes, bool hasTernaryLogic)
    {
        const int LargestCount = 256;
        var bodies = VerticalBodies.Of(lanes);
        var random = new CaseRandom(2, 1);
        int scales = 0;
        for (int bits = 1; bits <= 5; bits++)
            for (int i = 0; i < 8; i++)
            {
                int count = (1 << bits) - 1 - i % 2;
                double first = random.Between(-20, 100), lsb = random.Between(10, 120) / 10.0;
                int[] drawn = i % 4 == 3 ? RandomThresholds(random, count, LargestCount + 10)
                    : [.. Enumerable.Range(0, count).Select(k => (int)Math.Ceiling(first + (k * lsb)))];
                var thresholds = new SharedThresholds(drawn, LargestCount, hasTernaryLogic);
                scales += thresholds.Plan is ShiftAddPlan ? 1 : 0;
                for (int from = 0; from <= LargestCount; from += bodies.Lanes)
                {
                    int[] counts = [.. Enumerable.Range(from, bodies.Lanes).Select(c => Math.Min(c, LargestCount))];
                    Assert.Equal(counts.Select(c => drawn.Count(t => c >= t)),
                        bodies.Convert(counts, thresholds).Select(code => code + thresholds.Certain));
                }
            }
        Assert.InRange(scales, 8, 39);
    }

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void The_accumulator_adds_the_number_that_codes_of_successive_bits_make(string lanes)
    {
        var bodies = VerticalBodies.Of(lanes);
        var random = new CaseRandom(3, 0);
        for (int bits = 1; bits <= 8; bits++)
            for (int codePlanes = 1; codePlanes <= 4; codePlanes++)
                foreach (var (firstIsNegative, isComplemented) in new[] { (false, false), (true, false), (false, true), (true, true) })
                {
                    int planes = random.Between(codePlanes + bits, 24), allOnes = (1 << codePlanes) - 1,
                        numberPlanes = codePlanes + (bits > 1 ? bits : 0);
                    int[] accumulator = Draw(random, bodies.Lanes, 0, (1 << planes) - 1);
                    int[][] codes = [.. Enumerable.Range(0, bits).Select(_ => Draw(random, bodies.Lanes, 0, allOnes))];
                    var expected = accumulator.Select((from, lane) =>
                    {
                        int number = firstIsNegative ? allOnes - codes[0][lane] : codes[0][lane];
                        foreach (int[] code in codes[1..]) number = 2 * number + code[lane];
                        return from + (isComplemented ? (1 << numberPlanes) - 1 - number : number) & (1 << planes) - 1;
                    });
                    Assert.Equal(expected, bodies.Accumulate(accumulator, planes, codes, codePlanes, firstIsNegative, isComplemented));
                }
    }

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void A_count_starts_from_the_sum_of_its_parts(string lanes)
    {
        var bodies = VerticalBodies.Of(lanes);
        int[] down = [.. Enumerable.Range(0, bodies.Lanes).Select(lane => -lane)],
            other = [.. Enumerable.Range(0, bodies.Lanes).Select(lane => 3 * lane % 97)];
        for (int planes = 5; planes <= 10; planes++)
            foreach (int scalar in new[] { 0, 1, 7, 130, 257, -1, -200 })
            {
                int mask = (1 << planes) - 1;
                Assert.All(bodies.Count([], [], planes, new(Constant: scalar)), count => Assert.Equal(scalar & mask, count));
                Assert.All(bodies.Count([], [], planes, new(Words: scalar)), count => Assert.Equal(scalar & mask, count));
                Assert.Equal(down.Select(from => from + scalar & mask), bodies.Count([], [], planes, new(Vectors: down, Words: scalar)));
                Assert.Equal(down.Select((from, lane) => from + other[lane] & mask),
                    bodies.Count([], [], planes, new(Common: down, Vectors: other)));
            }
    }

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void Transposing_gives_the_integer_of_every_lane_for_every_number_of_planes(string lanes)
    {
        var bodies = VerticalBodies.Of(lanes);
        var random = new CaseRandom(4, 0);
        for (int planes = 1; planes <= 31; planes++)
        {
            var slices = RandomWords(random, planes * bodies.Lanes / 64);
            Assert.Equal(BitSlices.ToIntegers(slices, planes), bodies.Transpose(slices, planes));
        }
    }

    private static bool BitOf(ulong[] words, int first, int bit) => (words[first + bit / 64] >> bit % 64 & 1) != 0;

    private static int[] Draw(CaseRandom random, int count, int least, int most) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Between(least, most))];

    /// <summary>Ascending, some equal, some 0 and some that only the greatest count reaches.</summary>
    private static int[] RandomThresholds(CaseRandom random, int count, int end) => [.. Enumerable.Range(0, count)
        .Select(_ => random.OneOf(0, end - 1, random.Between(0, end - 1), random.Between(0, end - 1), end / 2)).Order()];

    private static ulong[] RandomWords(CaseRandom random, int count) =>
        [.. Enumerable.Range(0, count)
            .Select(_ => (ulong)(uint)random.Between(int.MinValue / 2, int.MaxValue / 2) << 32
                ^ (ulong)(uint)random.Between(int.MinValue / 2, int.MaxValue / 2) << 1 ^ (ulong)random.Between(0, 1))];
}
