using ImcEngine.BitPlanes;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Importer.Quantization;

public class WeightQuantizerTests
{
    // Channel 0: step 7/7; channel 1: step 14/7. 2.5 -> 2 and 3.5 -> 4 (even).
    [Fact]
    public void Every_output_channel_has_its_own_step()
    {
        var found = WeightQuantizer.Quantize(
            (float[])[7, -3, 2.5f, 14, -3, 7], 2, new(4, OperandEncoding.TwosComplement), QuantizationMethod.MinMax, 0);
        Assert.Equal([1f, 2f], found.Steps);
        Assert.Equal([7, -3, 2, 7, -2, 4], found.Codes.Select(code => (int)code));
    }

    // mean |w| = 0.5 and 2; the weight 0 becomes +1.
    [Fact]
    public void One_bit_is_the_sign_times_the_mean_magnitude()
    {
        var found = WeightQuantizer.Quantize((float[])[1, -0.5f, 0, -4, 1, 1], 2, new(1, OperandEncoding.Bipolar),
            QuantizationMethod.Mse, 0);
        Assert.Equal([0.5f, 2f], found.Steps);
        Assert.Equal([1, -1, 1, -1, 1, 1], found.Codes.Select(code => (int)code));
    }

    [Fact]
    public void Unipolar_weights_are_refused() =>
        Assert.Throws<ImcException>(
            () => WeightQuantizer.Quantize((float[])[1], 1, new(4, OperandEncoding.Unipolar), QuantizationMethod.Mse, 0));

    [Fact]
    public void A_weight_that_is_not_finite_is_refused() =>
        Assert.Throws<ImcException>(
            () => WeightQuantizer.Quantize((float[])[1, float.NaN], 1, new(4, OperandEncoding.TwosComplement), QuantizationMethod.Mse, 0));
}
