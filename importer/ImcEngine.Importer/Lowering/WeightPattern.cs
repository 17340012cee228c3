using ImcEngine.BitPlanes;

namespace ImcEngine.Importer.Lowering;

/// <summary>Weights as the macro stores them.</summary>
/// <param name="Codes">Codes in the layer's order of weights.</param>
/// <param name="Steps">Steps per output channel.</param>
internal sealed record WeightPattern(OperandFormat Format, short[] Codes, double[] Steps, bool IsDefault);

/// <summary>Recognizes the weight quantizers of ARITHMETIC §8: DequantizeLinear of codes, per tensor or per output channel, and a constant
/// Sign, scaled per output channel or not.</summary>
internal static class WeightPatterns
{
    /// <summary>Returns the pattern, or why there is none.</summary>
    public static (WeightPattern? Pattern, string Why) Match(LayerStep layer, IReadOnlyDictionary<string, string> metadata)
    {
        var weights = layer.Weights;
        if (weights.Quantized is { } origin) return OfCodes(layer, origin, metadata);
        if (weights.IsSign) return OfSigns(weights);
        return (null, "its weights are not quantized");
    }

    private static (WeightPattern?, string) OfCodes(LayerStep layer, QuantizedOrigin origin, IReadOnlyDictionary<string, string> metadata)
    {
        string name = layer.Weights.Name;
        int outputs = layer.Weights.Dims[0];
        if (Array.Find(origin.ZeroPoints, zero => zero != 0) is int zero and not 0)
            return (null, $"its weights '{name}' have zero point {zero}; the macro needs 0");
        if (origin.Scales.Length > 1 && origin.Axis != 0)
            return (null, $"its weights '{name}' have a step per index of axis {origin.Axis}; "
                + "the macro needs one per output channel, or one");
        var declared = ActivationPatterns.Declared(metadata, name, layer.WeightTensor);
        int least = origin.Codes.Min(), most = origin.Codes.Max();
        if ((declared ?? ActivationPatterns.Fewest(least, most, mayBeUnipolar: false)) is not { } format)
            return (null, $"its weights '{name}' have codes {least} .. {most}; the macro holds at most {OperandFormat.MaxBits} bits");
        int misfit = Array.FindIndex(origin.Codes, code => !format.Holds(code));
        if (misfit >= 0) return (null, $"metadata says that its weights '{name}' are {format}, but they hold code {origin.Codes[misfit]}");
        double[] steps = [.. Enumerable.Range(0, outputs).Select(output => (double)origin.Scales[origin.Scales.Length == 1 ? 0 : output])];
        return (new(format, Array.ConvertAll(origin.Codes, code => (short)code), steps, declared is null), "");
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
            if (magnitude != steps[i / perOutput] || !float.IsFinite(magnitude))
                return (null, $"its weights '{weights.Name}' have more than two values in an output channel, and no quantizer");
            codes[i] = (short)(floats[i] > 0 ? 1 : -1);
        }
        return (new(new(1, OperandEncoding.Bipolar), codes, steps, false), "");
    }
}
