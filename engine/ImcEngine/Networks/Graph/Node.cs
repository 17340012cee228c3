using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Networks.Graph;

/// <summary>One step of a <see cref="Network"/>. Tensors exclude the batch axis.</summary>
/// <param name="Name">Unique in its network; of a layer: weight initializer less <c>.weight</c>,
/// else the ONNX node's name, else its output tensor.</param>
/// <param name="Inputs">Tensor numbers.</param>
/// <param name="Result">Tensor number.</param>
internal abstract record Node(string Name, int[] Inputs, int Result);

/// <summary>
/// A convolution or linear layer that runs on the macro. Input is a codes tensor; the result is float32:
/// <c>y = sum(input code * weight code) * ResultScale[outputChannel] + ResultShift[outputChannel]</c>,
/// both steps, bias and batch norm folded into scale and shift in double.
/// </summary>
/// <param name="Geometry">The shape.</param>
/// <param name="InputFormat">Bit-planes of the activations.</param>
/// <param name="WeightFormat">Bit-planes of the weights.</param>
/// <param name="WeightCodes"><c>[outputChannel, channel in group, ky, kx]</c>.</param>
/// <param name="ResultScale">Per output channel.</param>
/// <param name="ResultShift">Per output channel.</param>
/// <param name="InputMayBeUndriven">The input quantizer is the three-valued sign: code 0 drives no row.</param>
internal sealed record MacroNode(
    string Name, int[] Inputs, int Result, ConvGeometry Geometry, OperandFormat InputFormat, OperandFormat WeightFormat,
    short[] WeightCodes, double[] ResultScale, double[] ResultShift, bool InputMayBeUndriven = false) : Node(Name, Inputs, Result)
{
    public CellProduct Product => CellProducts.ForEncodings(InputFormat.Encoding, WeightFormat.Encoding);
}

/// <summary>A convolution or linear layer in float32: products added in index order (channel in group,
/// ky, kx), multiply and add rounded separately, then the bias.</summary>
/// <param name="Weights"><c>[outputChannel, channel in group, ky, kx]</c>.</param>
/// <param name="Bias">Per output channel, added after the products; null for none.</param>
/// <param name="WhyDigital">Why this layer does not run on the macro, for reports.</param>
internal sealed record DigitalNode(
    string Name, int[] Inputs, int Result, ConvGeometry Geometry, float[] Weights, float[]? Bias, string WhyDigital)
    : Node(Name, Inputs, Result);

/// <summary>How a float becomes an activation code.</summary>
internal enum QuantizerKind
{
    /// <summary>round-half-even(x / step), saturated to the format's codes: unipolar and two's complement.</summary>
    Nearest,

    /// <summary>2 * clamp(round-half-even((x + scale) / (2 step)), 0, 2^b - 1) - (2^b - 1), scale = step * (2^b - 1):
    /// bipolar, nearest level.</summary>
    BipolarNearest,

    /// <summary>2 * clamp(round-half-even(x / (2 step)), -2^(b-1), 2^(b-1) - 1) + 1, or fewer codes:
    /// bipolar as D21 publishes it, bins half a step off.</summary>
    BipolarShifted,

    /// <summary>+1 where x >= 0, else -1.</summary>
    Sign,

    /// <summary>-1, 0, +1: an input of 0 drives no row.</summary>
    ThreeValuedSign,
}

/// <summary>float32 to codes; the number that a code stands for is code * <paramref name="Step"/>.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="Format">Bit-planes of the result.</param>
/// <param name="Step">Of the format: scale / D. For <see cref="QuantizerKind.Nearest"/> it is QuantizeLinear's scale.</param>
/// <param name="LeastCode">Codes are clipped to LeastCode .. MostCode (<c>Nearest</c> and <c>BipolarShifted</c> only):
/// e.g. a Clip before QuantizeLinear.</param>
/// <param name="MostCode">See <paramref name="LeastCode"/>.</param>
internal sealed record QuantizeNode(
    string Name, int[] Inputs, int Result, QuantizerKind Kind, OperandFormat Format, float Step, int LeastCode, int MostCode)
    : Node(Name, Inputs, Result);

/// <summary>Codes to float32: code * Step, for readers of a quantized tensor outside the macro.</summary>
internal sealed record DequantizeNode(string Name, int[] Inputs, int Result, float Step) : Node(Name, Inputs, Result);
