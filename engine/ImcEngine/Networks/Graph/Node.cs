using System.Text.Json.Serialization;
using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Networks.Graph;

/// <summary>One step of a <see cref="Network"/>. Tensors exclude the batch axis.</summary>
/// <param name="Name">The name, unique in its network. For a layer it is the name of the weight initializer without <c>.weight</c>, else
/// the name of the ONNX node, else that of its output tensor.</param>
/// <param name="Inputs">The numbers of the tensors that the node reads.</param>
/// <param name="Result">The number of the tensor that the node writes.</param>
internal abstract record Node(string Name, int[] Inputs, int Result);

/// <summary>
/// A convolution or linear layer that runs on the macro. The input is a codes tensor; the result is float32:
/// <c>y = sum(input code * weight code) * ResultScale[outputChannel] + ResultShift[outputChannel]</c>,
/// with both steps, bias and batch norm folded into scale and shift in double. Zero points and an integer bias are added to the sum.
/// </summary>
/// <param name="Geometry">The geometry of the layer.</param>
/// <param name="InputFormat">The format of the activations.</param>
/// <param name="WeightFormat">The format of the weights.</param>
/// <param name="WeightCodes"><c>[outputChannel, channel in group, ky, kx]</c>.</param>
/// <param name="ResultScale">One scale per output channel.</param>
/// <param name="ResultShift">One shift per output channel.</param>
/// <param name="InputMayBeUndriven">Whether the input quantizer is the three-valued sign, whose code 0 drives no row.</param>
/// <param name="Zeros">The integers that are added to each sum; null for none.</param>
internal sealed record MacroNode(
    string Name, int[] Inputs, int Result, ConvGeometry Geometry, OperandFormat InputFormat, OperandFormat WeightFormat,
    short[] WeightCodes, double[] ResultScale, double[] ResultShift, bool InputMayBeUndriven = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ZeroPoints? Zeros = null) : Node(Name, Inputs, Result)
{
    public CellProduct Product => CellProducts.ForEncodings(InputFormat.Encoding, WeightFormat.Encoding);
}

/// <summary>
/// Zero points and integer bias of a layer (ARITHMETIC §13). Codes q of activations stand for step * (q - Input), codes w of weights for
/// step * (w - Weights[outputChannel]). A layer that pads drives the code Input there, by a <see cref="PadCodesNode"/> before it.
/// </summary>
/// <param name="Input">The zero point of the activations.</param>
/// <param name="Weights">One zero point per output channel; null if all are 0.</param>
/// <param name="Bias">One integer per output channel, in units of both steps; null for none.</param>
/// <param name="PerImage">Whether each image has a zero point of its own, in the one element of the node's second input. Input is then 0.
/// </param>
internal sealed record ZeroPoints(int Input, int[]? Weights, int[]? Bias, bool PerImage = false);

/// <summary>A convolution or linear layer in float32. Products are added in index order (channel in group, ky, kx), then the bias; product
/// and sum are rounded separately.</summary>
/// <param name="Weights"><c>[outputChannel, channel in group, ky, kx]</c>.</param>
/// <param name="Bias">One bias per output channel, added after the products; null for none.</param>
/// <param name="WhyDigital">The reason why this layer does not run on the macro, for reports.</param>
internal sealed record DigitalNode(
    string Name, int[] Inputs, int Result, ConvGeometry Geometry, float[] Weights, float[]? Bias, string WhyDigital)
    : Node(Name, Inputs, Result);

/// <summary>How a float becomes an activation code.</summary>
internal enum QuantizerKind
{
    /// <summary>round-half-even(x / step) + zero point, saturated to the format's codes: unipolar and two's complement.</summary>
    Nearest,

    /// <summary>2 * clamp(round-half-even((x + scale) / (2 step)), 0, 2^b - 1) - (2^b - 1), scale = step * (2^b - 1):
    /// bipolar, nearest level.</summary>
    BipolarNearest,

    /// <summary>2 * clamp(round-half-even(x / (2 step)), -2^(b-1), 2^(b-1) - 1) + 1, or fewer codes:
    /// bipolar as published in D21, with bins shifted by half a step.</summary>
    BipolarShifted,

    /// <summary>+1 if x >= 0, else -1.</summary>
    Sign,

    /// <summary>-1, 0 or +1; code 0 drives no row.</summary>
    ThreeValuedSign,
}

/// <summary>How <see cref="QuantizerKind.Nearest"/> makes an integer of a number. Up and Down refer to the magnitude.</summary>
internal enum Rounding { HalfEven, Ceiling, Floor, Up, Down, HalfUp, HalfDown }

/// <summary>Quantization of float32 to codes; a code stands for the number (code - ZeroPoint) * <paramref name="Step"/>.</summary>
/// <param name="Kind">The quantization rule.</param>
/// <param name="Format">The format of the codes.</param>
/// <param name="Step">The step of the format, scale / D. For <see cref="QuantizerKind.Nearest"/> it is the scale of QuantizeLinear.</param>
/// <param name="LeastCode">Codes are clipped to LeastCode .. MostCode (<c>Nearest</c> and <c>BipolarShifted</c> only):
/// for example by a Clip before QuantizeLinear.</param>
/// <param name="MostCode">See <paramref name="LeastCode"/>.</param>
/// <param name="ZeroPoint">The code of the number 0 (<c>Nearest</c> only).</param>
/// <param name="RoundedZero">The part of the zero point that is added before rounding instead of after it, which differs where halves are
/// rounded to even or away from zero.</param>
/// <param name="Rounding">The rule of rounding (<c>Nearest</c> only).</param>
internal sealed record QuantizeNode(
    string Name, int[] Inputs, int Result, QuantizerKind Kind, OperandFormat Format, float Step, int LeastCode, int MostCode,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int ZeroPoint = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int RoundedZero = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] Rounding Rounding = Rounding.HalfEven)
    : Node(Name, Inputs, Result);

/// <summary>Codes with a border: the zero point along y and x, for a layer whose padding drives rows.</summary>
/// <param name="Shape"><c>[channel, y, x]</c>, in which the codes are read.</param>
/// <param name="Code">The code of the border, unless the node has a second input, whose one element is the code of each image.</param>
internal sealed record PadCodesNode(string Name, int[] Inputs, int Result, TensorShape Shape, int Top, int Left, short Code)
    : Node(Name, Inputs, Result);

/// <summary>What a dynamic quantizer makes of an image's tensor besides the codes.</summary>
internal enum DynamicParameter { Scale, ZeroPoint }

/// <summary>A parameter of an image's own quantizer (ONNX's DynamicQuantizeLinear): one number.</summary>
internal sealed record DynamicParameterNode(string Name, int[] Inputs, int Result, DynamicParameter Parameter) : Node(Name, Inputs, Result);

/// <summary>Quantization by parameters that each image has for itself. Inputs are the tensor, its scale and its zero point.</summary>
internal sealed record DynamicQuantizeNode(string Name, int[] Inputs, int Result) : Node(Name, Inputs, Result);

/// <summary>Conversion of codes to float32, (code - ZeroPoint) * Step, for nodes outside the macro that read a quantized tensor. A second
/// input holds the zero point of each image, in place of ZeroPoint.</summary>
internal sealed record DequantizeNode(string Name, int[] Inputs, int Result, float Step,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int ZeroPoint = 0) : Node(Name, Inputs, Result);
