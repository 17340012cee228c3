using ImcEngine.Randomness;

namespace ImcEngine.Tests.Randomness;

public class GaussianTests
{
    private const uint RegionBoundary = 322_122_547; // the least u of the central region, 0.075 * 2^32

    // sqrt(2) erfinv(2 (u + 1/2) / 2^32 - 1) in 40 decimal digits.
    private static readonly (uint U, double G)[] Exact =
    [
        (0u, -6.3379577545537892525), (1u, -6.166429517819750247), (2u, -6.0851045457830309837), (3u, -6.030967019118252128),
        (10u, -5.8508917606424577652), (100u, -5.4630625543895386705), (1000u, -5.039851125968711549), (10000u, -4.5796814802159548706),
        (100000u, -4.0722240098541676981), (1000000u, -3.4997689887583814288), (10000000u, -2.8298754286853601867),
        (100000000u, -1.9902252413891444264),
        (161042648u, -1.7805173834018126494), (207388624u, -1.661700435117562852), (249103477u, -1.5717961013184563901),
        (311111475u, -1.4578838162489624342),
        (322122545u, -1.4395314737346193431), (322122546u, -1.4395314720898173254), (322122547u, -1.4395314704450153116),
        (322122548u, -1.4395314688002133017),
        (369140570u, -1.3661417597355453692), (404285457u, -1.3157436846682156705), (500000000u, -1.1930988958931784505),
        (647892279u, -1.0327981858513808121),
        (922121676u, -0.79022501947558719187), (1000000000u, -0.72955655307587400711), (1390851128u, -0.45700767780095832583),
        (1570621944u, -0.34329327896977491045),
        (1695753998u, -0.26676904419640506921), (1862494042u, -0.16709999057085909041), (2000000000u, -0.08618094900448968763),
        (2147483646u, -8.7542981187498680179e-10), (2147483647u, -2.9180993729166226723e-10), (2147483648u, 2.9180993729166226723e-10),
        (2179419893u, 0.018639706896295006144), (2301595691u, 0.090064464759580798786), (2503055453u, 0.20903108109830452164),
        (2795742288u, 0.38784458772205166289),
        (3000000000u, 0.52006806184887621789), (3527346212u, 0.92023221708099301852), (3907149204u, 1.338934885066556978),
        (4000000000u, 1.4857137558957359167),
        (4071050724u, 1.6244993503056480856), (4294967294u, 6.166429517819750247), (4294967295u, 6.3379577545537892525),
    ];

    [Fact]
    public void Variates_are_the_inverse_normal_distribution_within_two_parts_in_1e15()
    {
        foreach (var (u, g) in Exact)
            Assert.True(Math.Abs(Gaussian.Normal(u) - g) <= 2e-15 * Math.Abs(g), $"g({u}) is {Gaussian.Normal(u):R}; exact is {g:R}.");
    }

    [Theory]
    [InlineData(0u, 2_000_000u)]
    [InlineData(RegionBoundary - 1_000_000u, 2_000_000u)]
    [InlineData(0x7FFFFFFFu - 1_000_000u, 2_000_000u)]
    [InlineData(~RegionBoundary - 1_000_000u, 2_000_000u)]
    [InlineData(uint.MaxValue - 2_000_000u, 2_000_000u)]
    public void Neighbouring_u_give_strictly_increasing_variates(uint first, uint count)
    {
        double last = Gaussian.Normal(first);
        for (uint u = first + 1; u <= first + count && u > first; u++)
        {
            double g = Gaussian.Normal(u);
            AssertAbove(last, g, u);
            last = g;
        }
    }

    [Fact]
    public void A_sample_over_all_u_increases()
    {
        double last = double.NegativeInfinity;
        for (ulong u = 0; u <= uint.MaxValue; u += 1021)
        {
            double g = Gaussian.Normal((uint)u);
            AssertAbove(last, g, u);
            last = g;
        }
    }

    /// <summary>Makes the message only where it fails, not for each of millions of variates.</summary>
    private static void AssertAbove(double last, double g, ulong u)
    {
        if (!(g > last)) Assert.Fail($"g({u}) = {g:R} after {last:R}.");
    }

    [Fact]
    public void Complementary_u_give_opposite_variates_bit_for_bit()
    {
        for (ulong u = 0; u <= uint.MaxValue; u += 65521)
            Assert.Equal(Gaussian.Normal((uint)u), -Gaussian.Normal(~(uint)u));
    }

    [Fact]
    public void The_logarithm_is_within_one_part_in_1e15()
    {
        for (double x = 1.0 / (1UL << 33); x < 4; x *= 1.0137)
            Assert.True(Math.Abs(Gaussian.Ln(x) - Math.Log(x)) <= 1e-15 * Math.Max(Math.Abs(Math.Log(x)), 0.1),
                $"ln {x:R} is {Gaussian.Ln(x):R}.");
    }
}
