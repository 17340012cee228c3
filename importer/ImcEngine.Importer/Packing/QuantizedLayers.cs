using ImcEngine.BitPlanes;
using ImcEngine.Importer.Quantization;
using ImcEngine.Networks.Graph;
using OperandEncoding = ImcEngine.BitPlanes.OperandEncoding;

namespace ImcEngine.Importer.Packing;

/// <summary>The formats that all quantized layers of a trained network share; none in a float network.</summary>
/// <param name="Weights">Format of the weights; null for a float network.</param>
/// <param name="Activations">The rule for activations.</param>
/// <param name="ActivationFormat">Format of the activations.</param>
/// <param name="Latent">As <see cref="PackOptions.Latent"/>.</param>
internal sealed record QuantizedLayers(OperandFormat? Weights, QuantizerKind Activations, OperandFormat ActivationFormat,
    D21Alpha? Latent = null)
{
    public const string CodesEnd = ".codes", StepEnd = ".step", AlphaEnd = ".alpha";

    /// <summary>Whether activations are bipolar, so that no ReLU may come before them.</summary>
    public bool IsBipolar => Weights is not null && ActivationFormat.Encoding == OperandEncoding.Bipolar;

    public static QuantizedLayers FromArrays(TrainedArrays arrays, PackOptions options)
    {
        var names = arrays.Names.Where(AreCodes).ToList();
        if (options.Latent is not null) RequireLatent(names, options.WeightFormat);
        else if (names.Count == 0) return new(null, QuantizerKind.Nearest, default);
        return Create(names.SelectMany(name => arrays.Take(name, rank: 4).ToInt16()), options);
    }

    /// <param name="codes">The weight codes of all layers, which are read where the options name no format.</param>
    /// <exception cref="ImcException">The options do not fit together, or no cell multiplies the formats.</exception>
    public static QuantizedLayers Create(IEnumerable<short> codes, PackOptions options)
    {
        var weights = options.WeightFormat ?? FewestBits(codes);
        var kind = options.Activations
            ?? (weights is { Encoding: OperandEncoding.Bipolar, Bits: 1 } ? QuantizerKind.Sign : QuantizerKind.Nearest);
        bool isSign = kind is QuantizerKind.Sign or QuantizerKind.ThreeValuedSign;
        int bits = options.ActivationBits ?? (isSign ? 1 : weights.Bits);
        var activations = new OperandFormat(bits, kind == QuantizerKind.Nearest ? OperandEncoding.Unipolar : OperandEncoding.Bipolar);
        if (isSign != (bits == 1) && activations.Encoding == OperandEncoding.Bipolar)
            throw new ImcException($"Activations of {bits} bits by rule '{kind}' were asked for; "
                + $"the sign rules have 1 bit, the other bipolar rules 2 to {OperandFormat.MaxBits}.");
        RequireSupported(weights, activations);
        return new(weights, kind, activations, options.Latent);
    }

    public static bool AreCodes(string array) => array.EndsWith(CodesEnd, StringComparison.Ordinal);

    /// <param name="codes">The arrays of codes, of which there must be none.</param>
    /// <exception cref="ImcException">There are codes, or no format is named.</exception>
    public static void RequireLatent(List<string> codes, OperandFormat? weights)
    {
        if (codes.Count > 0)
            throw new ImcException($"Latent weights were announced, but the archive holds codes: '{codes[0]}'. "
                + "Leave --latent out, or give the archive of float weights.");
        if (weights is null) throw new ImcException("Latent weights have no format of their own; name it, e.g. --weights bipolar:2.");
    }

    /// <exception cref="ImcException">No cell multiplies the two formats.</exception>
    public static void RequireSupported(OperandFormat weights, OperandFormat activations)
    {
        try
        {
            weights.Validated("A weight");
            activations.Validated("An activation");
            CellProducts.ForEncodings(activations.Encoding, weights.Encoding);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new ImcException(e.Message, e);
        }
    }

    private static OperandFormat FewestBits(IEnumerable<short> codes)
    {
        int largest = 1;
        bool allOdd = true;
        foreach (short code in codes)
        {
            largest = Math.Max(largest, Math.Abs((int)code));
            allOdd &= (code & 1) != 0;
        }
        var encoding = allOdd ? OperandEncoding.Bipolar : OperandEncoding.TwosComplement;
        for (int bits = allOdd ? 1 : 2; bits <= OperandFormat.MaxBits; bits++)
            if (new OperandFormat(bits, encoding) is var format && format.MaxCode >= largest) return format;
        throw new ImcException($"Weight codes reach {largest}; at most {OperandFormat.MaxBits} bits are supported.");
    }

    /// <summary>Returns the codes and steps of one convolution.</summary>
    /// <exception cref="ImcException">A code is not of the format, or a step is 0.</exception>
    public QuantizedWeights Read(TrainedArrays arrays, string name, int[] shape)
    {
        if (Latent is { } alpha) return Quantized(arrays.Singles(name + ".weight", shape), shape[0], alpha, name + ".weight");
        short[] codes = arrays.Take(name + CodesEnd, shape).ToInt16();
        float[] steps = arrays.Singles(name + ".step", shape[0]);
        MakeStepsPositive(codes, steps, name);
        return Checked(codes, steps, name + CodesEnd);
    }

    /// <exception cref="ImcException">A code is not of the format.</exception>
    public QuantizedWeights Checked(short[] codes, float[] steps, string array)
    {
        var format = Weights!.Value;
        int bad = Array.FindIndex(codes, code => !format.Holds(code));
        if (bad >= 0)
            throw new ImcException($"Array '{array}' stands for {codes[bad]} at flat index {bad}, which is not a code of {format}.");
        return new(format, codes, steps);
    }

    /// <summary>Returns the codes that D21's quantizers make of latent weights, and their steps.</summary>
    /// <param name="array">The array of the weights, for messages.</param>
    /// <exception cref="ImcException">No family of D21 has weights of this format, or the weights have no scale.</exception>
    public QuantizedWeights Quantized(float[] weights, int outputs, D21Alpha alpha, string array)
    {
        var quantized = D21Quantizers.Weights(weights, Weights!.Value, alpha);
        float[] steps = new float[outputs];
        Array.Fill(steps, quantized.Step);
        return Checked(quantized.Codes, steps, array);
    }

    /// <summary>Makes all steps positive. Training can drive a step below 0; it and its codes then change sign together.</summary>
    public static void MakeStepsPositive(short[] codes, float[] steps, string name)
    {
        int perChannel = codes.Length / steps.Length;
        for (int channel = 0; channel < steps.Length; channel++)
        {
            if (steps[channel] == 0)
                throw new ImcException($"Array '{name}.step' holds 0 at output channel {channel}; a step must not be 0.");
            if (steps[channel] > 0) continue;
            steps[channel] = -steps[channel];
            foreach (ref short code in codes.AsSpan(channel * perChannel, perChannel)) code = (short)-code;
        }
    }

    /// <summary>Returns the quantizer whose step is the array <c>NAME.step</c>, or whose largest code stands for <c>NAME.alpha</c>; without
    /// either array, its largest code stands for 1.</summary>
    public ActivationQuantizer Quantizer(TrainedArrays arrays, string name)
    {
        float step = arrays.Has(name + StepEnd) ? StepOf(name + StepEnd, arrays.Scalar(name + StepEnd), ActivationFormat)
            : arrays.Has(name + AlphaEnd) ? StepOf(name + AlphaEnd, arrays.Scalar(name + AlphaEnd), ActivationFormat)
            : 1f / ActivationFormat.Denominator;
        return new(Activations, ActivationFormat, step);
    }

    /// <summary>Returns the step of activations.</summary>
    /// <param name="array">The array that states it, or the alpha at which PACT clips.</param>
    /// <param name="stated">What the array holds.</param>
    /// <exception cref="ImcException">It is not positive.</exception>
    public static float StepOf(string array, float stated, OperandFormat format)
    {
        bool isAlpha = array.EndsWith(AlphaEnd, StringComparison.Ordinal);
        float step = isAlpha ? stated / format.Denominator : stated;
        return step > 0 ? step
            : throw new ImcException($"Array '{array}' holds {stated}; the {(isAlpha ? "alpha" : "step")} must be positive.");
    }
}
