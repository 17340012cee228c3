using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels;

namespace ImcEngine.Tests.Kernels;

/// <summary>Every building block of the vertical kernels, at every width, against counting in plain integers.</summary>
public class VerticalBodiesTests
{
    private const int Step = VerticalCounter<Lanes64, ulong>.RowStep;
    private const int LongestList = 272;

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void Operations_of_a_lane_are_those_of_a_bit(string lanes)
    {
        const ulong a = 0xF0F0F0F0_CCCCCCCC, b = 0xCCCCCCCC_AAAAAAAA, c = 0xAAAAAAAA_F0F0F0F0;
        Assert.Equal([a & b, a ^ b, ~a, a ^ b ^ c, (a & b) | (a & c) | (b & c), 0, ulong.MaxValue], VerticalBodies.Of(lanes).Operations(a, b, c));
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
            int planes = VerticalCounter<Lanes64, ulong>.LeastPlanes + length / Step % 7;
            int[] list = [.. Enumerable.Range(0, length).Select(_ => random.Between(0, rows - 1))];
            int[] start = [.. Enumerable.Range(0, bodies.Lanes).Select(lane => lane + length & (1 << planes) - 1)];
            int[] expected = [.. start.Select((from, lane) => from + list.Count(row => BitOf(table, row * words, lane)) & (1 << planes) - 1)];
            Assert.Equal(expected, bodies.Count(table, list, planes, start));
        }
    }

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void The_counter_holds_as_many_ones_as_rows(string lanes)
    {
        var bodies = VerticalBodies.Of(lanes);
        var table = Enumerable.Repeat(ulong.MaxValue, bodies.Lanes / 64).ToArray();
        for (int length = 0; length <= LongestList; length += Step)
            Assert.All(bodies.Count(table, new int[length], 9, new int[bodies.Lanes]), count => Assert.Equal(length, count));
    }

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void The_converter_numbers_the_thresholds_that_a_count_reaches(string lanes)
    {
        var bodies = VerticalBodies.Of(lanes);
        var random = new CaseRandom(2, 0);
        for (int thresholdCount = 0; thresholdCount <= 40; thresholdCount++)
        {
            int planes = 5 + thresholdCount % 5, end = 1 << planes;
            int codePlanes = 1;
            while (1 << codePlanes <= thresholdCount) codePlanes++;
            int[][] ofLane = [.. Enumerable.Range(0, bodies.Lanes).Select(_ => RandomThresholds(random, thresholdCount, end))];
            int[][] thresholds = [.. Enumerable.Range(0, thresholdCount).Select(k => ofLane.Select(lane => lane[k]).ToArray())];
            for (int first = 0; first < end; first += bodies.Lanes)
            {
                int[] counts = [.. Enumerable.Range(first, bodies.Lanes).Select(count => count % end)];
                int[] expected = [.. counts.Select((count, lane) => ofLane[lane].Count(t => count >= t))];
                Assert.Equal(expected, bodies.Convert(counts, planes, thresholds, codePlanes));
            }
        }
    }

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void The_accumulator_adds_and_subtracts_shifted_codes_in_twos_complement(string lanes)
    {
        var bodies = VerticalBodies.Of(lanes);
        var random = new CaseRandom(3, 0);
        for (int planes = 2; planes <= 24; planes++)
            for (int shift = 0; shift < Math.Min(planes, 8); shift++)
            {
                int codePlanes = random.Between(1, Math.Min(9, planes - shift));
                int[] accumulator = Draw(random, bodies.Lanes, -(1 << planes - 1), (1 << planes - 1) - 1), code = Draw(random, bodies.Lanes, 0, (1 << codePlanes) - 1);
                Assert.Equal(accumulator.Select((from, lane) => Wrapped(from + (code[lane] << shift), planes)), bodies.Accumulate(accumulator, planes, code, codePlanes, shift, subtract: false));
                Assert.Equal(accumulator.Select((from, lane) => Wrapped(from - (code[lane] << shift), planes)), bodies.Accumulate(accumulator, planes, code, codePlanes, shift, subtract: true));
            }
    }

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void A_count_starts_at_its_constant_plus_a_scalar(string lanes)
    {
        var bodies = VerticalBodies.Of(lanes);
        int[] constant = [.. Enumerable.Range(0, bodies.Lanes).Select(lane => -lane)];
        for (int planes = 4; planes <= 10; planes++)
            foreach (int scalar in new[] { 0, 1, 7, 130, 257, -1, -200 })
            {
                int mask = (1 << planes) - 1;
                Assert.Equal(constant.Select(from => from + scalar & mask), bodies.Start(constant, scalar, planes));
                Assert.All(bodies.Start(null, scalar, planes), count => Assert.Equal(scalar & mask, count));
            }
    }

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void Transposing_gives_the_integer_of_every_lane_for_every_number_of_planes(string lanes)
    {
        var bodies = VerticalBodies.Of(lanes);
        var random = new CaseRandom(4, 0);
        for (int planes = 1; planes <= 32; planes++)
        {
            var slices = RandomWords(random, planes * bodies.Lanes / 64);
            Assert.Equal(BitSlices.ToIntegers(slices, planes).Select(integer => Wrapped(integer, planes)), bodies.Transpose(slices, planes));
        }
    }

    [Theory]
    [MemberData(nameof(VerticalBodies.Names), MemberType = typeof(VerticalBodies))]
    public void Codes_of_successive_planes_are_put_together_with_their_weights(string lanes)
    {
        var bodies = VerticalBodies.Of(lanes);
        var random = new CaseRandom(5, 0);
        for (int bits = 1; bits <= 8; bits++)
            for (int codePlanes = 1; codePlanes <= 10; codePlanes++)
            {
                int[][] codes = [.. Enumerable.Range(0, bits).Select(_ => Draw(random, bodies.Lanes, 0, (1 << codePlanes) - 1))];
                Assert.Equal(WeightedSums(codes, 1 << bits - 1), bodies.Combine(codes, codePlanes, subtractLast: false).Select(sum => sum & (1 << codePlanes + bits) - 1));
                if (bits > 1) Assert.Equal(WeightedSums(codes, -(1 << bits - 1)), bodies.Combine(codes, codePlanes, subtractLast: true));
            }
    }

    private static IEnumerable<int> WeightedSums(int[][] codes, int lastWeight) => Enumerable.Range(0, codes[0].Length).Select(lane =>
        codes[^1][lane] * lastWeight + Enumerable.Range(0, codes.Length - 1).Sum(bit => codes[bit][lane] << bit));

    private static int Wrapped(int integer, int planes) => integer << 32 - planes >> 32 - planes;

    private static bool BitOf(ulong[] words, int first, int bit) => (words[first + bit / 64] >> bit % 64 & 1) != 0;

    private static int[] Draw(CaseRandom random, int count, int least, int most) => [.. Enumerable.Range(0, count).Select(_ => random.Between(least, most))];

    /// <summary>Ascending, some equal, some 0 and some that only the greatest count reaches.</summary>
    private static int[] RandomThresholds(CaseRandom random, int count, int end) => [.. Enumerable.Range(0, count)
        .Select(_ => random.OneOf(0, end - 1, random.Between(0, end - 1), random.Between(0, end - 1), end / 2)).Order()];

    private static ulong[] RandomWords(CaseRandom random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (ulong)(uint)random.Between(int.MinValue / 2, int.MaxValue / 2) << 32 ^ (ulong)(uint)random.Between(int.MinValue / 2, int.MaxValue / 2) << 1 ^ (ulong)random.Between(0, 1))];
}
