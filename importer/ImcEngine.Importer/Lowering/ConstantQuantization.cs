using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>Computes QuantizeLinear and DequantizeLinear of constants, and checks what activations need too.</summary>
internal static class ConstantQuantization
{
    /// <summary>The first opsets whose quantizers have types of 4 and 16 bits, and of 2 bits.</summary>
    public const int FirstOpsetOfTwoBits = 25;

    private const int FirstOpsetOfAllTypes = 21;

    public static ConstantValue Quantize(NodeView node, ConstantValue x, ConstantValue scale, ConstantValue? zeroPoint)
    {
        float[] floats = x.Floats ?? throw node.Error($"it quantizes {x.Type}; supported is Float");
        var type = QuantizedType(node, zeroPoint);
        var (scales, zeros, axis) = Parameters(node, x.Dims, scale, zeroPoint);
        var (low, high) = TensorEncoder.RangeOf(type);
        int[] channel = Channels(x.Dims, axis, scales.Length);
        var codes = new long[floats.Length];
        for (int i = 0; i < codes.Length; i++)
            codes[i] = (long)Math.Clamp(Math.Round((double)(floats[i] / scales[channel[i]]), MidpointRounding.ToEven) + zeros[channel[i]],
                low, high);
        return ConstantValue.OfIntegers(x.Name, x.Dims, codes, type);
    }

    public static ConstantValue Dequantize(NodeView node, ConstantValue x, ConstantValue scale, ConstantValue? zeroPoint)
    {
        RequireDequantized(node, x.Type, zeroPoint);
        var (scales, zeros, axis) = Parameters(node, x.Dims, scale, zeroPoint);
        int[] channel = Channels(x.Dims, axis, scales.Length);
        int[] codes = Array.ConvertAll(x.Integers!,
            code => code is >= int.MinValue and <= int.MaxValue ? (int)code : throw node.Error($"code {code} does not fit 32 bits"));
        var floats = new float[codes.Length];
        for (int i = 0; i < floats.Length; i++) floats[i] = (float)((long)codes[i] - zeros[channel[i]]) * scales[channel[i]];
        return ConstantValue.OfFloats(x.Name, x.Dims, floats)
            with { Quantized = new(codes, scales, zeros, scales.Length == 1 ? -1 : axis, x.Type) };
    }

    /// <summary>Returns what codes of an operator of integers stand for, with their origin.</summary>
    /// <param name="axis">The axis of scales and zero points, if there are several.</param>
    public static ConstantValue Dequantized(NodeView node, ConstantValue codes, ConstantValue scale, ConstantValue? zeroPoint, int axis)
    {
        float[] scales = scale.Floats ?? throw node.Error($"its scale '{scale.Name}' is of type {scale.Type}; it must be Float");
        int channels = axis >= 0 && axis < codes.Dims.Length ? codes.Dims[axis] : 1;
        node.Require(scales.Length == 1 || (scale.Dims.Length == 1 && scales.Length == channels),
            $"its scale '{scale.Name}' has shape [{string.Join(", ", scale.Dims)}]; it must be one number, or one for each of "
                + $"{channels} output channels");
        foreach (float step in scales) ScaleLimits.Require(node, step);
        node.Require(zeroPoint is null || (zeroPoint.Type == codes.Type && (zeroPoint.Count == 1 || zeroPoint.Count == scales.Length)),
            $"its zero point '{zeroPoint?.Name}' is of type {zeroPoint?.Type} with {zeroPoint?.Count} elements; it must have one "
                + $"{codes.Type}, or as many as there are scales");
        int[] zeros = [.. scales.Select((_, i) => zeroPoint is null ? 0 : (int)zeroPoint.Integers![zeroPoint.Count == 1 ? 0 : i])];
        int[] integers = Array.ConvertAll(codes.Integers!, code => (int)code), channel = Channels(codes.Dims, axis, scales.Length);
        var floats = new float[integers.Length];
        for (int i = 0; i < floats.Length; i++) floats[i] = (integers[i] - zeros[channel[i]]) * scales[channel[i]];
        return ConstantValue.OfFloats(codes.Name, codes.Dims, floats)
            with { Quantized = new(integers, scales, zeros, scales.Length == 1 ? -1 : axis, codes.Type) };
    }

    /// <summary>Returns the type that QuantizeLinear makes: its zero point's, else output_dtype, else uint8.</summary>
    public static OnnxDataType QuantizedType(NodeView node, ConstantValue? zeroPoint)
    {
        var type = zeroPoint?.Type ?? (OnnxDataType)node.Int("output_dtype", (long)OnnxDataType.UInt8);
        if (type == OnnxDataType.Undefined) type = OnnxDataType.UInt8;
        node.Require(IsQuantized(type), $"it quantizes to {type}; supported are UInt8, Int8, UInt16, Int16, UInt4, Int4, UInt2 and Int2");
        RequireOpset(node, type);
        var stated = (OnnxDataType)node.Int("output_dtype", 0);
        node.Require(stated == OnnxDataType.Undefined || stated == type,
            $"its output_dtype is {stated}, its zero point's type {type}; they must be the same, or output_dtype absent");
        return type;
    }

    /// <summary>Checks the type that a DequantizeLinear reads: one that ONNX allows, and its zero point's if it has one.</summary>
    public static void RequireDequantized(NodeView node, OnnxDataType type, ConstantValue? zeroPoint)
    {
        node.Require(IsQuantized(type) || type == OnnxDataType.Int32,
            $"it dequantizes {type}; supported are UInt8, Int8, UInt16, Int16, Int32, UInt4, Int4, UInt2 and Int2");
        RequireOpset(node, type);
        node.Require(zeroPoint is null || zeroPoint.Type == type,
            $"its zero point is of type {zeroPoint?.Type}, its input of type {type}; they must be the same");
        node.Require((OnnxDataType)node.Int("output_dtype", 0) is OnnxDataType.Undefined or OnnxDataType.Float,
            "its output_dtype is not Float; only Float is supported");
    }

    /// <summary>Whether QuantizeLinear makes codes of a type.</summary>
    public static bool IsQuantized(OnnxDataType type) => type is OnnxDataType.UInt8 or OnnxDataType.Int8 or OnnxDataType.UInt16
        or OnnxDataType.Int16 or OnnxDataType.UInt4 or OnnxDataType.Int4 or OnnxDataType.UInt2 or OnnxDataType.Int2;

    private static void RequireOpset(NodeView node, OnnxDataType type)
    {
        int first = type is OnnxDataType.UInt8 or OnnxDataType.Int8 or OnnxDataType.Int32 ? 1
            : type is OnnxDataType.UInt2 or OnnxDataType.Int2 ? FirstOpsetOfTwoBits : FirstOpsetOfAllTypes;
        node.Require(node.Opset >= first, $"codes of type {type} are of opset {first} and above; the model is of opset {node.Opset}. "
            + $"Export it with opset_version={first}");
    }

    /// <summary>Returns the scales and as many zero points; the axis means nothing if there is one of each.</summary>
    public static (float[] Scales, int[] ZeroPoints, int Axis) Parameters(NodeView node, int[] dims, ConstantValue scale,
        ConstantValue? zeroPoint)
    {
        node.AllowAttributes("axis", "block_size", "output_dtype", "saturate", "precision");
        node.Flag("saturate", true);
        node.Require((OnnxDataType)node.Int("precision", 0) is OnnxDataType.Undefined or OnnxDataType.Float,
            "its precision is not Float; only Float is supported");
        node.Require(node.Int("block_size", 0) == 0,
            "block_size is not supported; scales must be one per tensor or one per index of an axis");
        float[] scales = scale.Floats
            ?? throw node.Error($"its scale '{scale.Name}' is of type {scale.Type}; "
                + "supported is Float, whose codes times step are not rounded further. "
                + $"Export the model with scales of float32");
        node.Require(scale.Dims.Length <= 1 && scales.Length > 0,
            $"its scale has shape [{string.Join(", ", scale.Dims)}]; supported are one number and a vector");
        foreach (float step in scales) ScaleLimits.Require(node, step);
        int axis = 0;
        if (scales.Length > 1)
        {
            axis = ConstantShapes.Axis(node, node.Int("axis", 1), dims.Length);
            node.Require(dims[axis] == scales.Length, $"it has {scales.Length} scales for axis {axis} of size {dims[axis]}");
        }
        long[] zeros = zeroPoint is null ? new long[scales.Length] : zeroPoint.Integers ?? throw node.Error("its zero point is no integer");
        node.Require(zeros.Length == scales.Length, $"it has {scales.Length} scales and {zeros.Length} zero points");
        return (scales,
            Array.ConvertAll(zeros, zero => zero is >= int.MinValue and <= int.MaxValue ? (int)zero
                : throw node.Error($"zero point {zero} does not fit 32 bits")), axis);
    }

    private static int[] Channels(int[] dims, int axis, int scales)
    {
        var steps = new int[dims.Length];
        if (scales > 1) steps[axis] = 1;
        return Broadcasting.Walk(dims, steps);
    }
}
