using ImcEngine.BitPlanes;
using ImcEngine.Kernels.PerConversion;
using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Tests.Kernels.PerConversion;

/// <summary>Noise that is looked up, against the noise itself.</summary>
public sealed unsafe class NoiseStepsTests
{
    [Theory]
    [InlineData(0.0001)]
    [InlineData(0.01)]
    [InlineData(0.5)]
    [InlineData(1.3)]
    [InlineData(9)]
    [InlineData(500)]
    public void Every_random_number_has_its_noise(double sigmaCounts)
    {
        const int Count = 1 << 16;
        var noise = NoiseTable.TryCreate(new() { BitlineNoiseCounts = sigmaCounts }, AdcTransfer.None, null!)!;
        var steps = NoiseSteps.Of(noise);
        Assert.Same(steps, NoiseSteps.Of(noise));
        AlignedBuffer highs = new(Count * sizeof(ushort)), lows = new(Count * sizeof(ushort)), quanta = new(Count * sizeof(int));
        var drawn = new uint[Count / 2];
        for (uint round = 0; round < 4; round++)
        {
            Philox.Fill(new(round, 5), default, new(1, 0, 0, 0), drawn);
            for (int i = 0; i < Count; i++)
            {
                highs.Span<ushort>(Count)[i] = (ushort)i;
                lows.Span<ushort>(Count)[i] = round switch
                {
                    0 => 0,
                    1 => ushort.MaxValue,
                    _ => (ushort)(drawn[i / 2] >> (16 * (i % 2))),
                };
            }
            steps.Quanta((ushort*)highs.Pointer, (ushort*)lows.Pointer, Count, (int*)quanta.Pointer);
            for (int i = 0; i < Count; i++)
                Assert.Equal(noise.Quanta(0, ((uint)i << 16) | lows.Span<ushort>(Count)[i]), quanta.Span<int>(Count)[i]);
        }
    }
}
