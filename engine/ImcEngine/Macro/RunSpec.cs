using ImcEngine.BitPlanes;

namespace ImcEngine.Macro;

/// <summary>How a part of a specification came to be as it is.</summary>
internal enum Statement
{
    /// <summary>Nobody named it.</summary>
    Default,

    /// <summary>It stands in a file, which may be one that this program wrote with every field.</summary>
    InFile,

    /// <summary>A field of it was set by itself: by <c>--set</c>, <c>--versus</c> or a study's grid.</summary>
    Set,
}

/// <summary>Everything that decides a result besides model, data and seeds: one JSON (ARITHMETIC §9).</summary>
public sealed record RunSpec
{
    public MacroSpec Macro { get; init; } = new();
    public QuantizationSpec Quantization { get; init; } = new();

    /// <summary>Where <see cref="Quantization"/> comes from: a network that is quantized already can follow none.
    /// It is no field of the JSON.</summary>
    internal Statement QuantizationStatement { get; init; }

    /// <summary>By layer-name glob, first match wins.</summary>
    public IReadOnlyList<LayerOverride> Layers { get; init; } = [];

    public CalibrationSpec Calibration { get; init; } = new();

    /// <summary>Repetitions with other noise seeds differ: noise is on, or conversions are drawn from a measured table.</summary>
    public bool HasTemporalNoise => Macro.Die.HasNoise || Layers.Select(layer => layer.Adc).OfType<AdcSpec>().Prepend(Macro.Adc)
        .Any(adc => adc.Kind == AdcKind.Table || adc.SecondTable is not null || adc.SecondNoiseSigma is not null);

    /// <summary>The first override whose glob names the layer; null where none does.</summary>
    public LayerOverride? OverrideOf(string layer) => Layers.FirstOrDefault(each => NameGlob.Matches(each.Layers, layer));

    /// <summary>The same network and arrays with exact sums: ADC kind <c>none</c> in every layer, and an ideal die.
    /// Conversions are counted, not emulated.</summary>
    public RunSpec WithExactSums()
    {
        var none = new AdcSpec { Kind = AdcKind.None };
        // An override keeps its place: the first whose glob names a layer decides, so dropping one would let a later one in.
        return this with { Macro = Macro with { Adc = none, Die = new() },
            Layers = [.. Layers.Select(layer => layer.Adc is null ? layer : layer with { Adc = none })] };
    }

    /// <param name="layers">All layers of the network.</param>
    /// <exception cref="SpecException">A glob names none of them.</exception>
    internal void RequireLayers(IReadOnlyCollection<string> layers)
    {
        const int Shown = 5;
        if (Layers.FirstOrDefault(each => !layers.Any(layer => NameGlob.Matches(each.Layers, layer))) is not { } idle) return;
        string names = string.Join(", ", layers.Take(Shown)) + (layers.Count > Shown ? ", ..." : "");
        throw new SpecException("layers", $"\"{idle.Layers}\"",
            $"it names no layer; the network has {layers.Count}: {names}. 'imc inspect' shows all of them; * is any characters, ? is one");
    }
}

public enum QuantizationMethod { Mse, Percentile, MinMax }

/// <summary>Post-training quantization of float networks; networks that are quantized already keep their own.</summary>
public sealed record QuantizationSpec
{
    public int WeightBits { get; init; } = 4;
    public int ActivationBits { get; init; } = 4;

    /// <summary>Null: bipolar at 1 bit, two's complement from 2.</summary>
    public OperandEncoding? WeightEncoding { get; init; }

    /// <summary>Null: unipolar where never negative, else two's complement; bipolar for 1-bit activations that can be negative.</summary>
    public OperandEncoding? ActivationEncoding { get; init; }

    public QuantizationMethod Method { get; init; } = QuantizationMethod.Mse;

    /// <summary>Of <see cref="QuantizationMethod.Percentile"/>.</summary>
    public double Percentile { get; init; } = 99.9;
}

/// <summary>What differs in the layers that a glob names.</summary>
/// <param name="Layers">Glob: <c>*</c> any characters, <c>?</c> one.</param>
public sealed record LayerOverride(string Layers)
{
    /// <summary>True keeps the layer digital, false puts it on the macro though the default would not.</summary>
    public bool? Digital { get; init; }

    public int? WeightBits { get; init; }
    public int? ActivationBits { get; init; }

    /// <summary>A different ADC for these layers, with what it inherits from the macro's.</summary>
    public AdcSpec? Adc
    {
        get;
        init => (field, AdcStates) = (value, null);
    }

    /// <summary>
    /// Names of the fields that the specification states for <see cref="Adc"/>, separated by commas:
    /// where the macro changes, the others follow it. Null: all.
    /// Set after the ADC, which resets it.
    /// </summary>
    internal string? AdcStates { get; init; }
}

public enum CalibrationStatistic { Mse, Percentile, MinMax }

public enum CalibrationScope { Layer, PlanePair }

/// <summary>How calibrated ADC ranges are found.</summary>
public sealed record CalibrationSpec
{
    /// <summary>A data source; null: the last <see cref="Count"/> records of the evaluated data,
    /// which evaluation then leaves out.</summary>
    public string? Data { get; init; }

    public int Count { get; init; } = 128;
    public CalibrationStatistic Statistic { get; init; } = CalibrationStatistic.Mse;

    /// <summary>Of <see cref="CalibrationStatistic.Percentile"/>.</summary>
    public double Percentile { get; init; } = 99.9;

    public CalibrationScope Per { get; init; } = CalibrationScope.Layer;
}
