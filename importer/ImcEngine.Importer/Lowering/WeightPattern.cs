using ImcEngine.BitPlanes;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>Weights as the macro stores them.</summary>
/// <param name="Codes">Codes in the layer's order of weights.</param>
/// <param name="Steps">Steps per output channel.</param>
internal sealed record WeightPattern(OperandFormat Format, short[] Codes, double[] Steps, bool IsDefault)
{
    /// <summary>The codes of the number 0, one per output channel; null if all are 0.</summary>
    public int[]? ZeroPoints { get; init; }

    /// <summary>What re-basing does, or would do, to the codes; null: nothing.</summary>
    public CodeChange? Change { get; init; }
}

/// <summary>Recognizes the weight quantizers of ARITHMETIC §8: DequantizeLinear of codes, per tensor or per output channel, and a constant
/// Sign, scaled per output channel or not. Unsigned codes whose zero points are all half their range become signed ones without
/// (§13).</summary>
internal static class WeightPatterns
{
    /// <summary>Returns the pattern, or why there is none.</summary>
    public static (WeightPattern? Pattern, string Why) Match(LayerStep layer, IReadOnlyDictionary<string, string> metadata,
        bool keepsZeroPoints)
    {
        var weights = layer.Weights;
        if (weights.Quantized is { } origin) return OfCodes(layer, origin, metadata, keepsZeroPoints);
        if (weights.IsSign) return OfSigns(weights);
        return (null, "its weights are not quantized");
    }

    private static (WeightPattern?, string) OfCodes(LayerStep layer, QuantizedOrigin origin, IReadOnlyDictionary<string, string> metadata,
        bool keepsZeroPoints)
    {
        string name = layer.Weights.Name;
        int outputs = layer.Weights.Dims[0];
        if (origin.Scales.Length > 1 && origin.Axis != 0)
            return (null, $"its weights '{name}' have a step per index of axis {origin.Axis}; "
                + "the macro needs one per output channel, or one");
        bool isSigned = TensorEncoder.RangeOf(origin.Type).Low < 0;
        long half = isSigned ? 0 : 1L << (TensorData.BitsOf(origin.Type) - 1);
        bool mayBecomeSigned = !isSigned && Array.TrueForAll(origin.ZeroPoints, zero => zero == half);
        bool becomesSigned = mayBecomeSigned && !keepsZeroPoints;
        int[] codes = becomesSigned ? Array.ConvertAll(origin.Codes, code => code - (int)half) : origin.Codes;
        T[] PerOutput<T>(Func<int, T> of) =>
            [.. Enumerable.Range(0, outputs).Select(output => of(origin.Scales.Length == 1 ? 0 : output))];
        var declared = ActivationPatterns.Declared(metadata, name, layer.WeightTensor);
        int least = codes.Min(), most = codes.Max();
        if ((declared ?? ActivationPatterns.Fewest(least, most, mayBeUnipolar: !isSigned && !becomesSigned)) is not { } format)
            return (null, $"its weights '{name}' have codes {least} .. {most}; the macro holds at most {OperandFormat.MaxBits} bits");
        int misfit = Array.FindIndex(codes, code => !format.Holds(code));
        if (misfit >= 0) return (null, $"metadata says that its weights '{name}' are {format}, but they hold code {codes[misfit]}");
        bool hasZeros = !becomesSigned && Array.Exists(origin.ZeroPoints, zero => zero != 0);
        return (new(format, Array.ConvertAll(codes, code => (short)code), PerOutput(i => (double)origin.Scales[i]), declared is null)
        {
            ZeroPoints = hasZeros ? PerOutput(i => origin.ZeroPoints[i]) : null,
            Change = mayBecomeSigned ? new(origin.Type, (int)half, 0) : null,
        }, "");
    }

    private static (WeightPattern?, string) OfSigns(ConstantValue weights)
    {
        float[] floats = weights.Floats!;
        if (Array.IndexOf(floats, 0f) >= 0) return (null, $"its sign weights '{weights.Name}' hold a 0, which a cell cannot store");
        int outputs = weights.Dims[0], perOutput = floats.Length / outputs;
        var steps = new double[outputs];
        var codes = new short[floats.Length];
        for (int i = 0; i < floats.Length; i++)
        {
            float magnitude = MathF.Abs(floats[i]);
            if (i % perOutput == 0) steps[i / perOutput] = magnitude;
            if (!ScaleLimits.Hold(magnitude))
                return (null,
                    $"its weights '{weights.Name}' hold {floats[i]}; the scale of signs is from {ScaleLimits.Least} to {ScaleLimits.Most}");
            if (magnitude != steps[i / perOutput])
                return (null, $"its weights '{weights.Name}' have more than two values in an output channel, and no quantizer");
            codes[i] = (short)(floats[i] > 0 ? 1 : -1);
        }
        return (new(new(1, OperandEncoding.Bipolar), codes, steps, false), "");
    }
}
