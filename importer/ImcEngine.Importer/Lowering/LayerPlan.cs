using System.Numerics;
using ImcEngine.Importer.Onnx;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// How one layer will run, and which of the following steps it absorbs:
/// batch norms, and sums and products with constants per channel (ARITHMETIC §6).
/// A macro layer absorbs all of them into scale and shift, in double.
/// A digital layer absorbs a batch norm into its weights, and sums into its bias as long as the result is that of ONNX.
/// </summary>
internal sealed class LayerPlan
{
    /// <param name="name">Name, unique in the network.</param>
    /// <param name="input">The quantizer of a macro layer's input; null if the layer is digital.</param>
    /// <param name="taken">Steps that activation quantizers need for themselves.</param>
    public LayerPlan(LayerStep layer, string name, ActivationPattern? input, WeightPattern? weights, string whyDigital,
        IReadOnlySet<Step> taken)
    {
        Layer = layer;
        Name = name;
        Input = input;
        Weights = weights;
        WhyDigital = whyDigital;
        int outputs = layer.Geometry.OutputChannels;
        Scale = [.. Enumerable.Range(0, outputs).Select(output =>
            input is null ? layer.Integers?.PerReal ?? layer.Alpha
                : layer.Integers?.Scales[output] ?? (layer.Alpha * (input.Step * weights!.Steps[output])))];
        Shift = layer.Bias is null ? new double[outputs] : [.. layer.Bias];
        HasShift = layer.Bias is not null;
        if (input is null && layer.Integers?.Bias is { } integers)
            (Shift, HasShift) = ([.. integers.Select((integer, output) => integer * layer.Integers.Scales[output])], true);
        Result = layer.Result;
        while (Result.OnlyReader is { } next && !taken.Contains(next) && TakeIn(next)) Result = next.Result;
    }

    public LayerStep Layer { get; }
    public string Name { get; }
    public ActivationPattern? Input { get; }
    public WeightPattern? Weights { get; }
    public string WhyDigital { get; }

    /// <summary>The tensor that the layer makes, after all steps that it absorbed.</summary>
    public Flow Result { get; private set; }

    public double[] Scale { get; }
    public double[] Shift { get; }

    /// <summary>Whether the layer's padding drives rows, so that its codes are padded before it.</summary>
    public bool PadsCodes => Input is { ZeroPoint: not 0 } or { OfImage: not null } && Layer.Geometry.HasPads;

    private bool HasShift { get; set; }

    private ZeroPoints? Zeros =>
        Input!.ZeroPoint == 0 && Input.OfImage is null && Weights!.ZeroPoints is null && Layer.Integers?.Bias is null ? null
        : new(Input.ZeroPoint, Weights!.ZeroPoints, Layer.Integers?.Bias, Input.OfImage is not null);

    /// <exception cref="ModelException">A step that the layer absorbed makes one of its numbers infinite.</exception>
    public Node ToNode(int[] inputs, int result) => Input is not null
        ? new MacroNode(Name, inputs, result, PadsCodes ? WithoutPads(Layer.Geometry) : Layer.Geometry, Input.Format, Weights!.Format,
            Weights.Codes, FiniteFloats(Scale),
            FiniteFloats(Shift), Input.Kind == QuantizerKind.ThreeValuedSign, Zeros)
        : new DigitalNode(Name, inputs, result, Layer.Geometry, ScaledWeights(),
            HasShift ? Finite(Array.ConvertAll(Shift, x => (float)x)) : null, WhyDigital);

    public LayerNote ToNote() => Input is not null
        ? new(Name, true, "", Input.Format, Weights!.Format, Input.IsDefault, Weights.IsDefault)
        {
            InputChange = Input.Change, WeightChange = Weights.Change,
        }
        : new(Name, false, WhyDigital);

    private static ConvGeometry WithoutPads(ConvGeometry geometry) => geometry with
    {
        InputHeight = geometry.InputHeight + geometry.PadTop + geometry.PadBottom,
        InputWidth = geometry.InputWidth + geometry.PadLeft + geometry.PadRight,
        PadTop = 0, PadLeft = 0, PadBottom = 0, PadRight = 0,
    };

    private bool TakeIn(Step step)
    {
        switch (step)
        {
            case BatchNormStep norm:
                Apply(norm.Scale, norm.Shift);
                return true;
            case PlainStep { Prototype: BinaryNode node, Inputs.Length: 1 } when step.Result.Shape.Equals(step.Inputs[0].Shape):
                if ((node.Left ?? node.Right) is not { } constant
                    || ChannelConstants.PerChannel(constant, step.Result.Shape) is not { } numbers) return false;
                return TakeIn(node.Kind, Array.ConvertAll(numbers, x => (double)x), constantLeft: node.Left is not null);
            default:
                return false;
        }
    }

    private bool TakeIn(BinaryKind kind, double[] k, bool constantLeft)
    {
        bool isBias = kind == BinaryKind.Add || (kind == BinaryKind.Sub && !constantLeft);
        if (Input is null && (!isBias || HasShift)) return false;
        double[] one = [.. k.Select(_ => 1.0)], zero = new double[k.Length];
        switch (kind)
        {
            case BinaryKind.Add:
                Apply(one, k);
                return true;
            case BinaryKind.Sub when constantLeft:
                Apply(Array.ConvertAll(one, x => -x), k);
                return true;
            case BinaryKind.Sub:
                Apply(one, Array.ConvertAll(k, x => -x));
                return true;
            case BinaryKind.Mul:
                Apply(k, zero);
                return true;
            case BinaryKind.Div when !constantLeft && !k.Contains(0):
                Apply(Array.ConvertAll(k, x => 1 / x), zero);
                return true;
            default:
                return false;
        }
    }

    private void Apply(double[] scale, double[] shift)
    {
        for (int output = 0; output < Scale.Length; output++)
        {
            Scale[output] *= scale[output];
            Shift[output] = (Shift[output] * scale[output]) + shift[output];
        }
        HasShift = true;
    }

    /// <summary>Checks that numbers are finite in float32, in which kernels compute: an infinite scale makes NaN of a sum of 0.</summary>
    private double[] FiniteFloats(double[] numbers)
    {
        Finite(Array.ConvertAll(numbers, number => (float)number));
        return numbers;
    }

    private T[] Finite<T>(T[] numbers) where T : IFloatingPointIeee754<T>
    {
        int bad = Array.FindIndex(numbers, number => !T.IsFinite(number));
        return bad < 0 ? numbers
            : throw Layer.Node.Error($"with the batch norms, sums and products behind it a scale, "
                + $"shift or weight is {numbers[bad]} (index {bad}); only finite numbers are supported");
    }

    private float[] ScaledWeights()
    {
        float[] weights = Layer.Weights.Floats!;
        if (Array.TrueForAll(Scale, scale => scale == 1)) return weights;
        int perOutput = weights.Length / Scale.Length;
        var scaled = new float[weights.Length];
        for (int i = 0; i < scaled.Length; i++) scaled[i] = (float)(weights[i] * Scale[i / perOutput]);
        return Finite(scaled);
    }
}
