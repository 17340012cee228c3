using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Kernels.PerConversion;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Kernels.PerConversion;

/// <summary>The estimate of noise, against the noise itself.</summary>
public sealed unsafe class NarrowNoiseTests
{
    private const int Highs = 1 << 16;

    public static TheoryData<double, int, bool> Noises()
    {
        var data = new TheoryData<double, int, bool>();
        foreach (bool permutes in new[] { false, true })
            foreach (var (sigma, unitBits) in new[] { (0.5, 3), (0.5, 0), (0.01, 0), (0.003, 4), (3.0, 4), (40.0, 5) })
                if (!permutes || ShortLanes.AreWide) data.Add(sigma, unitBits, permutes);
        return data;
    }

    [Theory]
    [MemberData(nameof(Noises))]
    public void The_noise_of_every_random_number_lies_within_the_bounds(double sigma, int unitBits, bool permutes)
    {
        var noise = NoiseTable.TryCreate(new() { BitlineNoiseCounts = sigma }, AdcTransfer.None, null!)!;
        var estimate = new NarrowNoise(noise, unitBits, permutes);
        AlignedBuffer highs = new(Highs * sizeof(ushort)), estimates = new(Highs * sizeof(short));
        for (int h = 0; h < Highs; h++) highs.Span<ushort>(Highs)[h] = (ushort)h;
        estimate.Estimate((ushort*)highs.Pointer, Highs, (short*)estimates.Pointer);
        for (int h = 0; h < Highs; h++)
        {
            int units = estimates.Span<short>(Highs)[h], low = (units << unitBits) - estimate.Below,
                high = (units << unitBits) + estimate.Above;
            Assert.Equal(estimate.Of((ushort)h), units);
            Assert.Equal(Math.Min(h, Highs - 1 - h), NarrowNoise.Distance((ushort)h));
            if (NarrowNoise.Distance((ushort)h) < NarrowNoise.Tail) continue;
            Assert.InRange(noise.Quanta(0, (uint)h << 16), low, high);
            Assert.InRange(noise.Quanta(0, ((uint)h << 16) | ushort.MaxValue), low, high);
        }
        // Within a fiftieth of sigma, and the rounding to units.
        Assert.InRange(Math.Max(estimate.Below, estimate.Above), 0, (0.02 * sigma * AdcTransfer.QuantaPerCount) + (2 << unitBits));
    }
}
