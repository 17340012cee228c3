using ImcEngine.Evaluation;

namespace ImcEngine.Tests.Evaluation;

public class LogitsHashTests
{
    /// <summary>SHA-256 of the eight bytes 00 00 80 3F 00 00 00 C0: 1 and -2 as little-endian float32.</summary>
    [Fact]
    public void It_is_SHA_256_of_little_endian_floats() =>
        Assert.Equal("ee4ac73c2bd27756ab82780f27c73a7bc4d3f0bb6acb37e008bc27eccd7e588b", LogitsHash.Compute([1, -2]));

    [Fact]
    public void The_sign_of_zero_counts() => Assert.NotEqual(LogitsHash.Compute([0f]), LogitsHash.Compute([-0f]));
}
