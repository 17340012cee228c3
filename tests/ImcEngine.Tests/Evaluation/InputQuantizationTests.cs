using System.Collections.Immutable;
using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation.Attribution;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.Evaluation;

public class InputQuantizationTests
{
    private static readonly MappedNetwork Mapped = new(SingleLayer.Of(new(2, OperandEncoding.TwosComplement), 1, 1, 1), new MacroSpec());

    [Fact]
    public void Colours_between_codes_have_the_ratio_worked_out_by_hand()
    {
        // Means 0.4, 0, 1 in thirds: 1/3, 0, 1. A second image halves the red: 0.2 becomes 1/3.
        double signal = 0.4 * 0.4 + 1 + 0.2 * 0.2 + 1, noise = Math.Pow(0.4 - 1 / 3.0, 2) + Math.Pow(1 / 3.0 - 0.2, 2);
        double decibels = Assert.Single(InputQuantization.SqnrDb(Mapped, Images((102, 0, 255), (51, 0, 255)), threads: 2));
        Assert.Equal(10 * Math.Log10(signal / noise), decibels, tolerance: 1e-4);
    }

    [Fact]
    public void Layers_that_share_a_quantizer_have_one_figure_and_threads_change_none()
    {
        var mapped = new MappedNetwork(TinyNetworks.FourBits(), new MacroSpec());
        var images = Shapes10.Render(Split.Test, 5);
        var decibels = InputQuantization.SqnrDb(mapped, images, 1);
        Assert.Equal(decibels, InputQuantization.SqnrDb(mapped, images, 4));
        var inputs = mapped.Network.MacroLayers.Select(layer => layer.Inputs[0]).ToArray();
        for (int layer = 1; layer < inputs.Length; layer++) Assert.Equal(inputs[layer] == inputs[0], decibels[layer] == decibels[0]);
    }

    [Fact]
    public void What_a_relu_takes_is_no_error_of_a_unipolar_quantizer()
    {
        // Means 0.4 - 0.5, 0 - 0.5 and 1 - 0.5: only the last reaches the quantizer, 0.5 becomes 2/3 (1.5 steps, halves to even).
        var network = SingleLayer.Of(new(2, OperandEncoding.TwosComplement), 1, 1, 1);
        var darker = new Network("darker", network.Tensors, network.Nodes, network.OutputTensor, new([0.5f, 0.5f, 0.5f], [1, 1, 1]));
        double decibels = Assert.Single(InputQuantization.SqnrDb(new(darker, new MacroSpec()), Images((102, 0, 255)), threads: 1));
        Assert.Equal(10 * Math.Log10(0.25 / Math.Pow(2 / 3.0 - 0.5, 2)), decibels, tolerance: 1e-4);
    }

    private static ImageSet Images(params (byte Red, byte Green, byte Blue)[] colours)
    {
        byte[] pixels = [
            .. colours.SelectMany(
                colour => new[] { colour.Red, colour.Green, colour.Blue }.SelectMany(level => Enumerable.Repeat(level, 1024)))];
        return new("colours", ImmutableArray.Create("only"), pixels, new byte[colours.Length]);
    }
}
