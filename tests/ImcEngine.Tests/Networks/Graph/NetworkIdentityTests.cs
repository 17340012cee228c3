using ImcEngine.BitPlanes;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Graph;

public class NetworkIdentityTests
{
    private static readonly OperandFormat Two = new(2, OperandEncoding.Unipolar);

    [Fact]
    public void The_same_network_under_another_name_is_the_same()
    {
        Assert.Equal(Make("a").Sha256, Make("b").Sha256);
        Assert.Matches("^[0-9a-f]{64}$", Make("a").Sha256);
    }

    [Fact]
    public void Whatever_a_network_computes_with_makes_it_another()
    {
        string[] all =
        [
            Make("a").Sha256, Make("a", weight: 2).Sha256, Make("a", step: 0.25f).Sha256, Make("a", shift: 1).Sha256,
            Make("a", mean: 0.25f).Sha256, Make("a", scale: 1).Sha256, Make("a", slope: float.PositiveInfinity).Sha256,
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    private static Network Make(string name, short weight = 1, float step = 0.5f, double shift = 0, float mean = 0, float slope = 6,
        float scale = 255)
    {
        var geometry = new ConvGeometry
        {
            InputChannels = 3, InputHeight = 32, InputWidth = 32, OutputChannels = 1, KernelHeight = 32, KernelWidth = 32,
        };
        TensorShape image = new(3, 32, 32), logits = new(1, 1, 1);
        short[] weights = [.. Enumerable.Repeat(weight, (int)geometry.WeightCount)];
        return new(name, [new("x", image), new("q", image, IsCodes: true), new("y", logits), new("z", logits)],
            [
                new QuantizeNode("q", [0], 1, QuantizerKind.Nearest, Two, step, 0, 3),
                new MacroNode("conv", [1], 2, geometry, Two, new(3, OperandEncoding.TwosComplement), weights, [1], [shift]),
                new ClipNode("clip", [2], 3, 0, slope),
            ], 3, new([mean, 0, 0], [1, 1, 1], scale));
    }
}
