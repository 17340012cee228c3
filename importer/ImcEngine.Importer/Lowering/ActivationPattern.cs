using ImcEngine.BitPlanes;
using ImcEngine.Importer.Lowering.QuantizedFormats;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>A float tensor that is a quantizer's result: codes made of <paramref name="Source"/>, each standing for
/// (code - ZeroPoint) * Step.</summary>
/// <param name="Steps">The steps between source and result.</param>
/// <param name="IsDefault">True if neither metadata nor the pattern named the encoding.</param>
/// <param name="WhyNotMacro">Why no macro layer may read the codes; null if one may.</param>
internal sealed record ActivationPattern(
    Flow Source, QuantizerKind Kind, OperandFormat Format, float Step, int LeastCode, int MostCode, IReadOnlyList<Step> Steps,
    bool IsDefault, string? WhyNotMacro)
{
    /// <summary>The code of the number 0.</summary>
    public int ZeroPoint { get; init; }

    /// <summary>What the source is divided by before it is rounded: the step, unless the source is in steps already.</summary>
    public float Divisor { get; init; } = Step;

    /// <summary>The part of the zero point that is added before rounding.</summary>
    public int RoundedZero { get; init; }

    public Rounding Rounding { get; init; }

    /// <summary>What re-basing does, or would do, to the codes; null: nothing.</summary>
    public CodeChange? Change { get; init; }

    /// <summary>Scale and zero point that each image has for itself; null where they are constant.</summary>
    public (Flow Scale, Flow Zero)? OfImage { get; init; }
}

/// <summary>
/// Recognizes the activation quantizers of ARITHMETIC §8 from their last tensor backwards:
/// <code>
/// [Clip | Relu] -> QuantizeLinear [-> Clip of codes] -> DequantizeLinear                        unipolar, two's complement
/// Add scale -> Clip[0, 2 scale] -> QuantizeLinear at 2 scale / D -> DequantizeLinear -> Sub scale   bipolar
/// [Clip] -> QuantizeLinear at 2 scale / D [-> Clip of codes] -> DequantizeLinear -> Add scale / D   bipolar, bins half a step off
/// Where(x >= 0, scale, -scale)                                                                  bipolar, 1 bit
/// Sign [-> Mul scale]                                                                           bipolar, 1 bit, three-valued
/// one of these -> MaxPool, Transpose, Slice, Concat, Pad with 0, ...                            the same, quantized again
/// </code>
/// The second and third are bipolar only where metadata says so. Codes with a zero point are re-based (ARITHMETIC §13), which changes no
/// number: signed ones with a zero point other than 0 become unsigned, unsigned ones whose zero point is half their range signed.
/// </summary>
/// <param name="keepsZeroPoints">Codes of up to 8 bits stay as the file has them.</param>
internal sealed class ActivationPatterns(IReadOnlyDictionary<string, string> metadata, bool keepsZeroPoints)
{
    private const float ScaleTolerance = 1e-6f;

    private readonly Dictionary<Flow, ActivationPattern?> _found = [];

    public ActivationPattern? Match(Flow result)
    {
        if (_found.TryGetValue(result, out var known)) return known;
        return _found[result] = result.Producer switch
        {
            DequantizeStep { ZeroOfImage: not null } step => Dynamic(step),
            DequantizeStep => Quantized(result),
            PlainStep { Prototype: BinaryNode { Kind: BinaryKind.Add or BinaryKind.Sub or BinaryKind.Mul } node } step =>
                BipolarNearest(step, node) ?? BipolarShifted(step, node) ?? ScaledSign(step, node),
            PlainStep { Prototype: WhereNode node } step => TwoValued(step, node),
            PlainStep { Prototype: UnaryNode { Kind: UnaryKind.Sign } } step => Sign(step, 1, [step]),
            PlainStep step => Moved(step),
            _ => null,
        };
    }

    /// <exception cref="Onnx.ModelException">The metadata names no format.</exception>
    public static OperandFormat? Declared(IReadOnlyDictionary<string, string> metadata, params ReadOnlySpan<string> tensors)
    {
        foreach (string tensor in tensors)
            if (metadata.TryGetValue("imc.encoding." + tensor, out string? text))
                try
                {
                    return OperandFormat.Parse(text);
                }
                catch (FormatException exception)
                {
                    throw new Onnx.ModelException($"Metadata imc.encoding.{tensor}: {exception.Message}", exception);
                }
        return null;
    }

    /// <summary>Returns the format of fewest bits that holds the codes: unipolar, or two's complement if they may be negative.
    /// Null beyond 8 bits.</summary>
    public static OperandFormat? Fewest(int least, int most, bool mayBeUnipolar)
    {
        for (int bits = 1; bits <= OperandFormat.MaxBits; bits++)
        {
            if (mayBeUnipolar && least >= 0 && most < 1 << bits) return new(bits, OperandEncoding.Unipolar);
            if (bits > 1 && (least < 0 || !mayBeUnipolar) && least >= -(1 << (bits - 1)) && most < 1 << (bits - 1))
                return new(bits, OperandEncoding.TwosComplement);
        }
        return null;
    }

    /// <summary>QuantizeLinear, Clip of codes and DequantizeLinear, and the codes q that they let through.</summary>
    private sealed record Chain(QuantizeStep Quantize, DequantizeStep Dequantize, int Least, int Most, List<Step> Steps);

    private static Chain? ChainOf(Flow result)
    {
        if (result.Producer is not DequantizeStep dequantize) return null;
        var steps = new List<Step> { dequantize };
        var codes = dequantize.Inputs[0];
        var (low, high) = Onnx.TensorEncoder.RangeOf(codes.Type);
        int least = (int)low, most = (int)high;
        var producer = codes.Producer;
        var clips = new Stack<CodeClipStep>();
        while (producer is CodeClipStep clip)
        {
            clip.Node.Require(clips.Count < ModelLimits.MostClips,
                $"more than {ModelLimits.MostClips} of its kind stand between QuantizeLinear and DequantizeLinear");
            steps.Add(clip);
            clips.Push(clip);
            producer = clip.Inputs[0].Producer;
        }
        foreach (var clip in clips) (least, most) = (Math.Clamp(least, clip.Least, clip.Most), Math.Clamp(most, clip.Least, clip.Most));
        if (producer is not QuantizeStep quantize) return null;
        steps.Add(quantize);
        return new(quantize, dequantize, least, most, steps);
    }

    /// <summary>Takes Clip and Relu before a quantizer into its range of codes.
    /// Rounding is monotone, so clipping and rounding gives the same codes as rounding and clipping at the rounded bounds.</summary>
    private static (Flow Source, int Least, int Most) TakeClips(Chain chain)
    {
        int least = chain.Least, most = chain.Most;
        var source = chain.Quantize.Inputs[0];
        for (int clips = 0; clips < ModelLimits.MostClips
            && source.Producer is PlainStep { Prototype: ClipNode or UnaryNode { Kind: UnaryKind.Relu } } step; clips++)
        {
            var (low, high) = step.Prototype is ClipNode clip ? (clip.Low, clip.High) : (0f, float.PositiveInfinity);
            (least, most) = (CodeOf(low, chain, least, most), CodeOf(high, chain, least, most));
            chain.Steps.Add(step);
            source = step.Inputs[0];
        }
        return (source, least, most);
    }

    private static int CodeOf(float x, Chain chain, int least, int most)
    {
        var rule = chain.Quantize;
        float steps = x / rule.Divisor;
        double code = rule.RoundsWithZero ? Roundings.Of(steps + rule.ZeroPoint, rule.Rounding)
            : Roundings.Of(steps, rule.Rounding) + rule.ZeroPoint;
        return (int)Math.Clamp(code, least, most);
    }

    private ActivationPattern? Quantized(Flow result)
    {
        if (ChainOf(result) is not { } chain) return null;
        var (source, least, most) = TakeClips(chain);
        int zero = chain.Dequantize.ZeroPoint;
        string? why = null;
        if (zero != chain.Quantize.ZeroPoint || (chain.Dequantize.Scale != chain.Quantize.Scale && !chain.Dequantize.IsOfIntegers))
            throw chain.Dequantize.Node.Error(
                $"its scale {chain.Dequantize.Scale} and zero point {zero} differ from {chain.Quantize.Scale} "
                + $"and {chain.Quantize.ZeroPoint} of its QuantizeLinear '{chain.Quantize.Node.Name}'; supported is the same in both");
        var type = chain.Quantize.Result.Type;
        int shift = Rebasing(type, zero);
        var change = shift == 0 || !IsOperand(type) ? null : new CodeChange(type, zero, zero + shift);
        if (change is not null && keepsZeroPoints) shift = 0;
        (least, most, zero) = (least + shift, most + shift, zero + shift);
        int low = Math.Min(least, zero), high = Math.Max(most, zero);
        var declared = Declared(metadata, result.Name, chain.Quantize.Result.Name);
        var fewest = Fewest(low, high, mayBeUnipolar: true);
        var format = declared ?? fewest ?? new(OperandFormat.MaxBits, OperandEncoding.TwosComplement);
        if (declared is { Encoding: OperandEncoding.Bipolar })
            why = $"metadata says that its input '{result.Name}' is {declared}, but no bipolar pattern ends there";
        else if (declared is { Encoding: OperandEncoding.Ternary })
            why = $"metadata says that its input '{result.Name}' is {declared}, which only weights can be";
        else if (fewest is null)
            why = $"its input '{result.Name}' has codes {low} .. {high}; the macro takes at most {OperandFormat.MaxBits} bits";
        else if (!format.Holds(low) || !format.Holds(high))
            why = $"its input '{result.Name}' has codes {low} .. {high}, which {format} does not hold";
        return new(source, QuantizerKind.Nearest, format, chain.Dequantize.Scale, least, most, chain.Steps, declared is null, why)
        {
            ZeroPoint = zero, Divisor = chain.Quantize.Divisor, RoundedZero = chain.Quantize.RoundsWithZero ? chain.Quantize.ZeroPoint : 0,
            Rounding = chain.Quantize.Rounding,
            Change = change,
        };
    }

    private static bool IsOperand(Onnx.OnnxDataType type) => Onnx.TensorData.BitsOf(type) <= OperandFormat.MaxBits;

    private static ActivationPattern? Dynamic(DequantizeStep step) => step.Inputs[0].Producer is not DynamicQuantizeStep quantize ? null
        : Pattern(quantize.Inputs[0], QuantizerKind.Nearest, DynamicQuantization.Format, step.Scale, [step, quantize], isDefault: false)
            with { OfImage = (quantize.Inputs[1], quantize.Inputs[2]) };

    /// <summary>Returns what is added to codes and zero point. Codes of 16 bits are always signed, which the engine holds.</summary>
    private static int Rebasing(Onnx.OnnxDataType type, int zero)
    {
        int half = 1 << (Onnx.TensorData.BitsOf(type) - 1);
        bool isSigned = Onnx.TensorEncoder.RangeOf(type).Low < 0;
        if (!IsOperand(type)) return isSigned ? 0 : -half;
        return isSigned ? (zero == 0 ? 0 : half) : zero == half ? -half : 0;
    }

    private ActivationPattern? BipolarNearest(PlainStep step, BinaryNode node)
    {
        if (Shift(step, node, BinaryKind.Sub) is not float scale || ChainOf(step.Inputs[0]) is not { } chain) return null;
        var (source, least, most) = TakeClips(chain);
        if (source.Producer is not PlainStep { Prototype: BinaryNode add } adding || Shift(adding, add, BinaryKind.Add) != scale)
            return null;
        if (Bipolar(step.Result, chain) is not { } format || !IsPlain(chain)) return null;
        float half = chain.Quantize.Scale / 2;
        if (least != 0 || most != format.Denominator || !Near(half * format.Denominator, scale)) return null;
        return Pattern(adding.Inputs[0], QuantizerKind.BipolarNearest, format, half, [step, .. chain.Steps, adding], isDefault: false);
    }

    private ActivationPattern? BipolarShifted(PlainStep step, BinaryNode node)
    {
        if (Shift(step, node, BinaryKind.Add) is not float shift || ChainOf(step.Inputs[0]) is not { } chain) return null;
        if (Bipolar(step.Result, chain) is not { } format || !IsPlain(chain)) return null;
        var (source, least, most) = TakeClips(chain);
        float half = chain.Quantize.Scale / 2;
        int bound = 1 << (format.Bits - 1);
        // With a Clip at the scale itself, the outermost codes are lost if scale / (2 * step) is rounded below D / 2,
        // as 1 / (2 / 15) is in float32.
        return half > 0 && least >= -bound && least <= most && most < bound && Near(half, shift)
            ? Pattern(source, QuantizerKind.BipolarShifted, format, half, [step, .. chain.Steps], isDefault: false)
                with { LeastCode = 2 * least + 1, MostCode = 2 * most + 1 }
            : null;
    }

    private static ActivationPattern? TwoValued(PlainStep step, WhereNode node)
    {
        if (step.Inputs[0].Producer is not PlainStep { Prototype: BinaryNode compare } comparing || comparing.Inputs.Length != 1)
            return null;
        if (node.Then is not { Elements: [float then] } || node.Else is not { Elements: [float otherwise] }
            || !comparing.Result.Shape.Equals(comparing.Inputs[0].Shape)) return null;
        if ((compare.Left ?? compare.Right) is not { Elements: [0f] }) return null;
        bool constantLeft = compare.Left is not null;
        bool isNotNegative = compare.Kind == (constantLeft ? BinaryKind.LessOrEqual : BinaryKind.GreaterOrEqual);
        bool isNegative = compare.Kind == (constantLeft ? BinaryKind.Greater : BinaryKind.Less);
        float scale = isNotNegative ? then : otherwise;
        if ((!isNotNegative && !isNegative) || then != -otherwise || !ScaleLimits.Hold(scale)) return null;
        return Pattern(comparing.Inputs[0], QuantizerKind.Sign, new(1, OperandEncoding.Bipolar), scale, [step, comparing],
            isDefault: false);
    }

    private static ActivationPattern? ScaledSign(PlainStep step, BinaryNode node) =>
        node.Kind == BinaryKind.Mul && step.Inputs.Length == 1 && (node.Left ?? node.Right) is { Elements: [float scale] }
        && ScaleLimits.Hold(scale)
        && step.Result.Shape.Equals(step.Inputs[0].Shape)
        && step.Inputs[0].Producer is PlainStep { Prototype: UnaryNode { Kind: UnaryKind.Sign } } sign
            ? Sign(sign, scale, [step, sign])
            : null;

    private static ActivationPattern Sign(PlainStep sign, float scale, Step[] steps) =>
        Pattern(sign.Inputs[0], QuantizerKind.ThreeValuedSign, new(1, OperandEncoding.Bipolar), scale, steps, isDefault: false);

    /// <summary>Whether the results of a step are elements of its inputs, or 0.</summary>
    public static bool Moves(Step step) => step is PlainStep
    {
        Prototype: ConcatNode or PadNode { Constant: 0 } or PoolNode { Kind: PoolKind.Max } or RearrangeNode
            or ReduceNode { Kind: ReduceKind.Max or ReduceKind.Min },
    };

    /// <summary>An operator whose results are elements of its quantized inputs, or 0: quantized again by the same quantizer they give
    /// the same codes, since they are numbers that its codes stand for.</summary>
    private ActivationPattern? Moved(PlainStep step)
    {
        if (!Moves(step)) return null;
        ActivationPattern? first = null;
        foreach (var input in step.Inputs)
        {
            if (Match(input.BehindReshapes) is not { WhyNotMacro: null, OfImage: null } pattern) return null;
            first ??= pattern;
            if (pattern.Kind != first.Kind || pattern.Format != first.Format || pattern.Step != first.Step
                || pattern.ZeroPoint != first.ZeroPoint) return null;
            first = first with
            {
                LeastCode = Math.Min(first.LeastCode, pattern.LeastCode), MostCode = Math.Max(first.MostCode, pattern.MostCode),
            };
        }
        // What lies half a step off the bins' middles would be rounded to either side.
        if (first!.Kind == QuantizerKind.BipolarShifted) return null;
        bool hasZero = first.Kind == QuantizerKind.ThreeValuedSign
            || (first.Kind == QuantizerKind.Nearest && first.ZeroPoint >= first.LeastCode && first.ZeroPoint <= first.MostCode);
        return step.Prototype is PadNode && !hasZero ? null
            : first with { Source = step.Result, Steps = [], Divisor = first.Step, RoundedZero = 0, Rounding = Rounding.HalfEven };
    }

    private static ActivationPattern Pattern(Flow source, QuantizerKind kind, OperandFormat format, float step, Step[] steps,
        bool isDefault) =>
        new(source, kind, format, step, format.MinCode, format.MaxCode, steps, isDefault, null);

    private OperandFormat? Bipolar(Flow result, Chain chain) =>
        Declared(metadata, result.Name, chain.Dequantize.Result.Name,
            chain.Quantize.Result.Name) is { Encoding: OperandEncoding.Bipolar } format ? format : null;

    private static bool IsPlain(Chain chain) =>
        chain.Quantize.ZeroPoint == 0 && chain.Dequantize.ZeroPoint == 0 && chain.Quantize.Scale == chain.Dequantize.Scale;

    /// <summary>Returns the one constant that a step adds or subtracts; null if it does something else.</summary>
    private static float? Shift(PlainStep step, BinaryNode node, BinaryKind kind) =>
        node.Kind == kind && step.Inputs.Length == 1
            && (node.Right ?? (kind == BinaryKind.Add ? node.Left : null)) is { Elements: [float constant] }
        && step.Result.Shape.Equals(step.Inputs[0].Shape) ? constant : null;

    private static bool Near(float a, float b) => MathF.Abs(a - b) <= ScaleTolerance * MathF.Abs(b);
}
