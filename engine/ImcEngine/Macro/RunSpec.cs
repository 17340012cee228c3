using ImcEngine.BitPlanes;

namespace ImcEngine.Macro;

/// <summary>Where a part of a specification was stated.</summary>
internal enum Statement
{
    /// <summary>It was not stated.</summary>
    Default,

    /// <summary>In a file, which may be one that this program wrote with every field.</summary>
    InFile,

    /// <summary>At least one field was set individually: by <c>--set</c>, <c>--versus</c> or a study's grid.</summary>
    Set,
}

/// <summary>Everything that decides a result apart from model, data and seeds, as one JSON object (ARITHMETIC §9).</summary>
public sealed record RunSpec
{
    private static readonly AdcSpec ExactAdc = new() { Kind = AdcKind.None };

    public MacroSpec Macro { get; init; } = new();
    public QuantizationSpec Quantization { get; init; } = new();

    /// <summary>Where <see cref="Quantization"/> was stated; an already quantized network cannot follow it. Not a field of the
    /// JSON.</summary>
    internal Statement QuantizationStatement { get; init; }

    /// <summary>Overrides by layer-name glob; the first match wins.</summary>
    public IReadOnlyList<LayerOverride> Layers { get; init; } = [];

    public CalibrationSpec Calibration { get; init; } = new();

    /// <summary>Whether repetitions with different noise seeds differ, because noise is on or conversions are drawn from a measured
    /// table.</summary>
    public bool HasTemporalNoise => Macros.Any(macro => macro.Die.HasNoise || macro.Adc.Kind == AdcKind.Table || macro.Adc.HasSecondStage);

    /// <summary>Whether dies with different seeds differ.</summary>
    public bool HasStaticErrors => Macros.Any(macro => macro.Die.HasStaticErrors);

    /// <summary>The run's macro, and those of the overrides.</summary>
    internal IEnumerable<MacroSpec> Macros => Layers.Select(layer => layer.MacroIn(Macro)).Prepend(Macro);

    /// <summary>Returns the first override whose glob names the layer, or null.</summary>
    public LayerOverride? OverrideOf(string layer) => Layers.FirstOrDefault(each => NameGlob.Matches(each.Layers, layer));

    /// <summary>Returns the macro that a layer runs on: the run's, or what the layer's override makes of it.</summary>
    /// <param name="layer">The layer's name.</param>
    public MacroSpec MacroOf(string layer) => OverrideOf(layer)?.MacroIn(Macro) ?? Macro;

    /// <summary>Returns the run with every macro changed, those of layers included. What a layer states stays stated.</summary>
    /// <param name="adc">Changes the ADC of a layer that states no macro; null: it stays.</param>
    internal RunSpec WithMacros(Func<MacroSpec, MacroSpec> macro, Func<AdcSpec, AdcSpec>? adc = null) =>
        this with { Macro = macro(Macro), Layers = [.. Layers.Select(layer => layer.Changed(macro, adc ?? (own => own)))] };

    /// <summary>Returns this specification with exact partial sums: ADC kind <c>none</c> in every layer and an ideal die. Conversions are
    /// counted but not emulated.</summary>
    public RunSpec WithExactSums()
    {
        // No override is dropped: the first whose glob names a layer wins, so a later one would take its place.
        return this with
        {
            Macro = Exact(Macro),
            // Exact sums leave nothing to correct.
            Calibration = Calibration with { Correct = DigitalCorrection.None },
            Layers =
            [
                .. Layers.Select(layer => layer with
                {
                    Macro = layer.Macro is { } own ? Exact(own) : null, Adc = layer.Adc is null ? null : ExactAdc,
                }),
            ],
        };

        static MacroSpec Exact(MacroSpec macro) => macro with { Adc = ExactAdc, Die = new() };
    }

    /// <summary>Checks that every override names at least one layer.</summary>
    /// <param name="layers">All layers of the network.</param>
    /// <exception cref="SpecException">A glob names no layer.</exception>
    internal void RequireLayers(IReadOnlyCollection<string> layers)
    {
        const int Shown = 5;
        if (Layers.FirstOrDefault(each => !layers.Any(layer => NameGlob.Matches(each.Layers, layer))) is not { } idle) return;
        string names = string.Join(", ", layers.Take(Shown)) + (layers.Count > Shown ? ", ..." : "");
        throw new SpecException("layers", $"\"{idle.Layers}\"",
            $"it names no layer; the network has {layers.Count}: {names}. "
                + "'imc inspect' shows all of them; * matches any characters, ? matches one");
    }
}

public enum QuantizationMethod { Mse, Percentile, MinMax }

/// <summary>Post-training quantization of float networks; networks that are already quantized keep their own, and follow
/// <see cref="KeepsZeroPoints"/> alone.</summary>
public sealed record QuantizationSpec
{
    public int WeightBits { get; init; } = 4;
    public int ActivationBits { get; init; } = 4;

    /// <summary>Null: bipolar at 1 bit, two's complement from 2.</summary>
    public OperandEncoding? WeightEncoding { get; init; }

    /// <summary>Null: unipolar if the activations are never negative; else two's complement, or bipolar at 1 bit.</summary>
    public OperandEncoding? ActivationEncoding { get; init; }

    /// <summary>Whether activations that can be negative get unipolar codes with a zero point, in place of an encoding.</summary>
    public bool AsymmetricActivations { get; init; }

    /// <summary>Whether codes of a quantized file stay as they are. False: codes whose zero point would cost planes or conversions are
    /// re-based before they are mapped, which changes no number.</summary>
    public bool KeepsZeroPoints { get; init; }

    public QuantizationMethod Method { get; init; } = QuantizationMethod.Mse;

    /// <summary>The percentile of <see cref="QuantizationMethod.Percentile"/>, %.</summary>
    public double Percentile { get; init; } = 99.9;
}

/// <summary>How the edges and levels of a calibrated ADC are made from the partial sums of calibration images (ARITHMETIC §16).</summary>
public enum ConverterDesign
{
    /// <summary>Uniform; the end levels of least squared error.</summary>
    Mse,

    /// <summary>Uniform; a share of the sums lies outside.</summary>
    Percentile,

    /// <summary>Uniform, from the least to the greatest sum.</summary>
    MinMax,

    /// <summary>Uniform; the LSB is a whole number of a cell's swings, and every level is the middle of its bin.</summary>
    IntegerLsb,

    /// <summary>Uniform; one level is exactly 0.</summary>
    Zero,

    /// <summary>Any edges and levels of least squared error.</summary>
    LloydMax,
}

/// <summary>How scale and offset of every output channel are fitted again to the digital network (ARITHMETIC §16).</summary>
public enum DigitalCorrection
{
    None,

    /// <summary>Equal means.</summary>
    Bias,

    /// <summary>Least squares of the digital network's results on the macro's.</summary>
    Affine,

    /// <summary>Equal means and standard deviations.</summary>
    Moments,
}

/// <summary>The die that a correction is fitted on.</summary>
public enum CorrectionScope
{
    /// <summary>The ideal die; all dies take the same correction.</summary>
    IdealDie,

    /// <summary>Each die is trimmed by itself.</summary>
    Die,
}

public enum CalibrationScope { Layer, PlanePair, RowGroup }

/// <summary>How calibrated ADCs and digital corrections are found.</summary>
public sealed record CalibrationSpec
{
    /// <summary>The data source of the calibration images. Null: the last <see cref="Count"/> records of the evaluated data, which the
    /// evaluation then leaves out.</summary>
    public string? Data { get; init; }

    public int Count { get; init; } = 128;
    public ConverterDesign Design { get; init; } = ConverterDesign.Mse;

    /// <summary>The percentile of <see cref="ConverterDesign.Percentile"/>, %.</summary>
    public double Percentile { get; init; } = 99.9;

    public CalibrationScope Per { get; init; } = CalibrationScope.Layer;

    public DigitalCorrection Correct { get; init; } = DigitalCorrection.None;

    public CorrectionScope CorrectPer { get; init; } = CorrectionScope.IdealDie;

    /// <summary>Whether every die gets a correction of its own.</summary>
    internal bool TrimsDies => Correct != DigitalCorrection.None && CorrectPer == CorrectionScope.Die;
}
