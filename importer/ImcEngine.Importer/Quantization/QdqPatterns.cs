using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using OperandEncoding = ImcEngine.BitPlanes.OperandEncoding;

namespace ImcEngine.Importer.Quantization;

/// <summary>
/// Writes quantizers as the standard ONNX operators that the importer reads back as bit-planes (ARITHMETIC §8):
/// <code>
/// unipolar b, two's complement b   Clip[least step, most step] -> QuantizeLinear -> DequantizeLinear, unipolar also with a zero point
/// bipolar b                        Add scale -> Clip[0, 2 scale] -> QuantizeLinear -> DequantizeLinear at 2 step -> Sub scale
/// bipolar b, bins half a step off  Clip[-scale, scale] -> QuantizeLinear -> Clip[-2^(b-1), 2^(b-1) - 1]
///                                  -> DequantizeLinear at 2 step -> Add step
/// bipolar 1                        GreaterOrEqual 0 -> Where(scale, -scale); three-valued: Sign -> Mul scale
/// weights                          codes -> DequantizeLinear, a step per output channel
/// </code>
/// Ternary weight codes take 2 bits, others 4 where the format fits; activation codes take 8 always, for OnnxRuntime 1.31 fails to load a
/// Clip before a 4-bit QuantizeLinear (its fusion of the two knows 8 and 16 bits only). The metadata entry <c>imc.encoding.TENSOR</c> names
/// the format of the tensor that enters the layer and of the initializer that holds weight codes.
/// </summary>
internal static class QdqPatterns
{
    public const string EncodingKey = "imc.encoding.";

    /// <summary>The first IR version of ONNX that has 2-bit codes.</summary>
    private const int TwoBitIrVersion = 13;

    /// <param name="name">Name of the result, and prefix of everything else that is added.</param>
    /// <returns>The tensor of numbers that the codes stand for.</returns>
    public static string WriteActivations(OnnxBuilder builder, string tensor, string name, ActivationQuantizer quantizer)
    {
        string result = quantizer.Kind switch
        {
            QuantizerKind.Nearest => Nearest(builder, tensor, name, quantizer),
            QuantizerKind.BipolarNearest => BipolarNearest(builder, tensor, name, quantizer),
            QuantizerKind.BipolarShifted => BipolarShifted(builder, tensor, name, quantizer),
            QuantizerKind.Sign => Sign(builder, tensor, name, quantizer),
            _ => ThreeValuedSign(builder, tensor, name, quantizer),
        };
        builder.Metadata(EncodingKey + result, quantizer.Format.ToString());
        return result;
    }

    /// <param name="name">Name of the initializer that holds the codes.</param>
    /// <param name="dims"><c>[outputChannel, ...]</c>.</param>
    /// <returns>The tensor of weights.</returns>
    public static string WriteWeights(OnnxBuilder builder, string name, ReadOnlySpan<long> dims, QuantizedWeights weights)
    {
        var type = weights.Format switch
        {
            { Encoding: OperandEncoding.Ternary } => OnnxDataType.Int2,
            { MaxCode: <= 7 } => OnnxDataType.Int4,
            { MaxCode: <= 127 } => OnnxDataType.Int8,
            _ => OnnxDataType.Int32,
        };
        if (type == OnnxDataType.Int2) builder.RequireVersions(ConstantQuantization.FirstOpsetOfTwoBits, TwoBitIrVersion);
        builder.Codes(name, dims, Array.ConvertAll(weights.Codes, code => (int)code), type);
        builder.Floats(name + ".step", [weights.Steps.Length], weights.Steps);
        builder.Metadata(EncodingKey + name, weights.Format.ToString());
        return builder.Node("DequantizeLinear", [name, name + ".step"], name + ".dequantized", OnnxBuilder.Attribute("axis", 0));
    }

    private static string Nearest(OnnxBuilder builder, string tensor, string name, ActivationQuantizer quantizer)
    {
        var format = quantizer.Format;
        bool signed = format.Encoding == OperandEncoding.TwosComplement;
        float Real(int code) => (float)((double)(code - quantizer.ZeroPoint) * quantizer.Step);
        string clipped = Clip(builder, tensor, name, signed ? -quantizer.Scale : Real(0), Real(format.MaxCode));
        return QuantizeAndBack(builder, clipped, name, name, quantizer.Step, signed ? OnnxDataType.Int8 : OnnxDataType.UInt8,
            quantizer.ZeroPoint);
    }

    private static string BipolarNearest(OnnxBuilder builder, string tensor, string name, ActivationQuantizer quantizer)
    {
        string scale = builder.Float(name + ".scale", quantizer.Scale);
        string raised = builder.Node("Add", [tensor, scale], name + ".raised");
        string clipped = Clip(builder, raised, name, 0, 2 * quantizer.Scale);
        string digits = QuantizeAndBack(builder, clipped, name, name + ".digits", 2 * quantizer.Step, OnnxDataType.UInt8);
        return builder.Node("Sub", [digits, scale], name);
    }

    private static string BipolarShifted(OnnxBuilder builder, string tensor, string name, ActivationQuantizer quantizer)
    {
        int bits = quantizer.Format.Bits, half = 1 << (bits - 1);
        float bound = BoundOf(quantizer);
        string clipped = Clip(builder, tensor, name, -bound, bound);
        const OnnxDataType Type = OnnxDataType.Int8;
        string step = builder.Float(name + ".step", 2 * quantizer.Step);
        string zero = builder.Codes(name + ".zero", [], [0], Type);
        string codes = builder.Node("QuantizeLinear", [clipped, step, zero], name + ".codes");
        if (bits < 8)
        {
            string least = builder.Codes(name + ".leastCode", [], [-half], Type),
                most = builder.Codes(name + ".mostCode", [], [half - 1], Type);
            codes = builder.Node("Clip", [codes, least, most], name + ".clippedCodes");
        }
        string below = builder.Node("DequantizeLinear", [codes, step, zero], name + ".below");
        return builder.Node("Add", [below, builder.Float(name + ".halfStep", quantizer.Step)], name);
    }

    /// <summary>Returns the scale, or the float32 next to it: divided by two steps, it must not be rounded below D / 2,
    /// where the outermost codes begin.</summary>
    private static float BoundOf(ActivationQuantizer quantizer)
    {
        float bound = quantizer.Scale;
        while (bound / (2 * quantizer.Step) < quantizer.Format.Denominator / 2f) bound = MathF.BitIncrement(bound);
        return bound;
    }

    private static string Sign(OnnxBuilder builder, string tensor, string name, ActivationQuantizer quantizer)
    {
        string positive = builder.Node("GreaterOrEqual", [tensor, builder.Float(name + ".threshold", 0)], name + ".positive");
        string high = builder.Float(name + ".scale", quantizer.Scale), low = builder.Float(name + ".minusScale", -quantizer.Scale);
        return builder.Node("Where", [positive, high, low], name);
    }

    private static string ThreeValuedSign(OnnxBuilder builder, string tensor, string name, ActivationQuantizer quantizer) =>
        quantizer.Scale == 1
        ? builder.Node("Sign", [tensor], name)
        : builder.Node("Mul", [builder.Node("Sign", [tensor], name + ".sign"), builder.Float(name + ".scale", quantizer.Scale)], name);

    private static string Clip(OnnxBuilder builder, string tensor, string name, float least, float most) =>
        builder.Node("Clip", [tensor, builder.Float(name + ".least", least), builder.Float(name + ".most", most)], name + ".clipped");

    private static string QuantizeAndBack(OnnxBuilder builder, string tensor, string name, string result, float stepSize, OnnxDataType type,
        int zeroPoint = 0)
    {
        string step = builder.Float(name + ".step", stepSize);
        string zero = builder.Codes(name + ".zero", [], [zeroPoint], type);
        return builder.Node("DequantizeLinear",
            [builder.Node("QuantizeLinear", [tensor, step, zero], name + ".codes"), step, zero], result);
    }
}
