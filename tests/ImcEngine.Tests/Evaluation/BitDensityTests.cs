using ImcEngine.BitPlanes;
using ImcEngine.Evaluation;

namespace ImcEngine.Tests.Evaluation;

public class BitDensityTests
{
    [Fact]
    public void Set_bits_of_all_bits_are_counted_per_plane()
    {
        // 5 = 101, 7 = 111, 4 = 100, 0 = 000: plane 0 has 2 of 4, plane 1 has 1, plane 2 has 3.
        var density = new BitDensity(new(3, OperandEncoding.Unipolar));
        density.Add([5, 7]);
        density.Add([4, 0]);
        Assert.Equal(6.0 / 12, density.Share, 12);
        Assert.Equal((0.5 + 0.25 + 0.25) / 3, density.FewerShare, 12);
    }

    [Fact]
    public void Bipolar_bits_are_its_digits_and_an_undriven_position_has_none()
    {
        // 2 bits: -3 = 00, -1 = 01, 1 = 10, 3 = 11; 0 drives nothing.
        Assert.Equal(4.0 / 10, BitDensity.Measure([-3, -1, 1, 3, 0], new(2, OperandEncoding.Bipolar)), 12);
        Assert.Equal(3.0 / 4, BitDensity.Measure([-1, 1], new(2, OperandEncoding.TwosComplement)), 12);
        Assert.Equal(0, new BitDensity(new(2, OperandEncoding.Bipolar)).Share);
    }
}
