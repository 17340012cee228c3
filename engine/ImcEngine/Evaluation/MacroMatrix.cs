using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Plain;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Randomness;
using ImcEngine.Reference;

namespace ImcEngine.Evaluation;

/// <summary>
/// One matrix on a macro's arrays, and its products with vectors on the fast kernels:
/// <code>
/// result[o] = sum over i of weight[o, i] * input[i],  as computed by the array, its ADCs and the digital accumulation
/// </code>
/// Weights and inputs are codes; multiply a result by both steps to get real numbers. Immutable, shared by all threads.
/// </summary>
public sealed class MacroMatrix
{
    private const string Name = "matrix";

    private readonly MacroSpec _macro;
    private readonly uint _die;
    private readonly LayerErrors? _errors;
    private readonly MappedLayer _layer;
    private readonly LayerAdcs _adcs;
    private readonly PreparedKernel _kernel;

    /// <param name="weights"><c>[output, input]</c>, codes of <paramref name="weightFormat"/>.</param>
    /// <param name="weightFormat">Bits and encoding of the weights.</param>
    /// <param name="inputFormat">Bits and encoding of the inputs.</param>
    /// <param name="run">The run specification with the macro. State the ADC's range: a calibrated range needs images.</param>
    /// <param name="die">The seed that names the die; without effect if nothing static is drawn.</param>
    /// <param name="errors">Static errors that the caller gives in place of drawn ones; null for none.</param>
    /// <exception cref="ImcException">A weight is not a code of its format, the macro cannot hold the matrix, or the specification makes no
    /// valid ADC for it.</exception>
    public MacroMatrix(int[,] weights, OperandFormat weightFormat, OperandFormat inputFormat, RunSpec run, uint die = 0,
        LayerErrors? errors = null)
    {
        (_macro, _die, _errors) = (run.MacroOf(Name), die, errors);
        (Outputs, Inputs) = (weights.GetLength(0), weights.GetLength(1));
        if (Outputs == 0 || Inputs == 0)
            throw new ImcException($"The matrix has {Outputs} outputs and {Inputs} inputs; it needs at least one of each.");
        var codes = Codes([.. weights.Cast<int>()], Checked(weightFormat, "The weight"), "Weight");
        _layer = new(new LayerMap(Name, ConvGeometry.Linear(Inputs, Outputs), Checked(inputFormat, "The input"), weightFormat, _macro),
            codes, inputMayBeUndriven: false);
        var adcs = LayerAdcs.Create(run, Name, _layer, calibration: null);
        _adcs = errors is null ? adcs : adcs.On(errors.AppliedTo(_macro).Die);
        LayerAdcs.RequireNoise(run, [(Name, _layer)]);
        _kernel = LayerKernels.Prepare(Name, _layer, _macro, _adcs, die, errors, new(KernelId.Exact, ExactKernel.Prepare(_layer)),
            forced: null);
    }

    public int Outputs { get; }
    public int Inputs { get; }

    /// <summary>The arrays, rows and columns that the matrix occupies, which are the sizes for <see cref="LayerErrors"/>.</summary>
    public (int Arrays, int Rows, int Columns) ArraySizes => (_layer.Map.Arrays, _layer.Map.ArrayRows, _layer.Map.ArrayColumns);

    /// <summary>The number of ADC conversions of one product.</summary>
    public long Conversions => _layer.Map.Conversions;

    /// <summary>The name of the kernel that computes the products.</summary>
    public string Kernel => _kernel.Id.Name;

    /// <summary>Multiplies the matrix by a vector.</summary>
    /// <param name="input">One code of the input format for each input of the matrix.</param>
    /// <param name="index">The number of the product; each has its own temporal noise.</param>
    /// <param name="noise">The seed and the repetition of temporal noise.</param>
    /// <returns>One result for each output, in products of codes.</returns>
    /// <exception cref="ImcException">The input has another length, or one of its numbers is not a code.</exception>
    public double[] Multiply(ReadOnlySpan<int> input, int index = 0, NoiseSeed noise = default)
    {
        short[] codes = InputCodes(input);
        long[] sums = KernelRun.Layer(_layer, _kernel.Kernel, codes, new(index, noise));
        var (perUnit, ofZero) = _layer.Map.CountsOf(_adcs.Transfers[0], _adcs.Unit);
        ofZero -= (double)_layer.Map.WeightOffset * codes.Sum(code => code);
        return Array.ConvertAll(sums, sum => sum * (perUnit / _adcs.SummedVotes) + ofZero);
    }

    /// <summary>Returns every conversion of one product with its partial sum and its code. They come from the scalar reference, which the
    /// kernels equal code for code; it is far slower than <see cref="Multiply"/>.</summary>
    /// <inheritdoc cref="Multiply"/>
    /// <returns>The conversions, ordered by output, row group, input plane and weight plane.</returns>
    public IReadOnlyList<Conversion> Observe(ReadOnlySpan<int> input, int index = 0, NoiseSeed noise = default)
    {
        var layer = new ReferenceLayer(_layer.Map.Geometry, _layer.Map.InputFormat, _layer.Map.WeightFormat, _layer.WeightCodes);
        var conversions = new List<Conversion>();
        // These transfers have the gain already.
        var macro = _macro with { Adc = _macro.Adc with { Gain = AdcGain.Fixed } };
        var adcs = new ReferenceAdcs(CalibrationScope.RowGroup,
            [.. Enumerable.Range(0, _layer.Map.Groups.Length).Select(group => _adcs.Of(group).Transfers[0])]);
        new ReferenceMacro(layer, macro, adcs, new(_die, noise.Run, noise.Repeat), _errors).Run(InputCodes(input), index, conversions.Add);
        return conversions;
    }

    private short[] InputCodes(ReadOnlySpan<int> input)
    {
        if (input.Length != Inputs)
            throw new ImcException($"The input has {input.Length} numbers; the matrix takes {Inputs}.");
        return Codes(input, _layer.Map.InputFormat, "Input");
    }

    private static short[] Codes(ReadOnlySpan<int> numbers, OperandFormat format, string what)
    {
        var codes = new short[numbers.Length];
        for (int i = 0; i < codes.Length; i++)
            codes[i] = format.Holds(numbers[i]) ? (short)numbers[i]
                : throw new ImcException($"{what} {i} is {numbers[i]}, which is not a code of {format}; allowed are "
                    + $"{(format.Encoding == OperandEncoding.Bipolar ? "odd numbers" : "numbers")} from "
                    + $"{(format.Encoding == OperandEncoding.TwosComplement ? format.MinCode - 1 : format.MinCode)} to {format.MaxCode}.");
        return codes;
    }

    private static OperandFormat Checked(OperandFormat format, string what)
    {
        try
        {
            return format.Validated(what);
        }
        catch (ArgumentException exception)
        {
            throw new ImcException(exception.Message, exception);
        }
    }
}
