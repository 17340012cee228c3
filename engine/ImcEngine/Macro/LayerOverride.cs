namespace ImcEngine.Macro;

/// <summary>Settings of the layers that a glob names.</summary>
/// <param name="Layers">The glob: <c>*</c> matches any characters, <c>?</c> exactly one.</param>
public sealed record LayerOverride(string Layers)
{
    /// <summary>True keeps the layer digital; false puts it on the macro even if the default would not.</summary>
    public bool? Digital { get; init; }

    public int? WeightBits { get; init; }
    public int? ActivationBits { get; init; }

    /// <summary>Another macro for these layers, complete with the fields inherited from the run's macro. Null: the run's.</summary>
    public MacroSpec? Macro
    {
        get;
        init => (field, MacroStates) = (value, null);
    }

    /// <summary>Another ADC for these layers, complete with the fields inherited from the macro's ADC. Null: the macro's.</summary>
    public AdcSpec? Adc
    {
        get;
        init => (field, AdcStates) = (value, null);
    }

    /// <summary>
    /// The paths of the fields that the specification states for <see cref="Macro"/> (<see cref="StatedFields"/>). When the run's macro
    /// changes, the other fields follow it. Null: all fields are stated. Setting <see cref="Macro"/> resets this property, so it is set
    /// afterwards.
    /// </summary>
    internal string? MacroStates { get; init; }

    /// <summary>As <see cref="MacroStates"/>, for <see cref="Adc"/> and the macro's ADC.</summary>
    internal string? AdcStates { get; init; }

    /// <summary>Returns the macro of these layers in a run.</summary>
    /// <param name="ofRun">The run's macro.</param>
    internal MacroSpec MacroIn(MacroSpec ofRun)
    {
        var macro = Macro ?? ofRun;
        return Adc is { } adc ? macro with { Adc = adc } : macro;
    }

    /// <summary>Returns the override with its macro and its ADC changed, where it has them. What it states stays stated.</summary>
    internal LayerOverride Changed(Func<MacroSpec, MacroSpec> macro, Func<AdcSpec, AdcSpec> adc) => this with
    {
        Macro = Macro is null ? null : macro(Macro),
        MacroStates = MacroStates,
        Adc = Adc is null ? null : adc(Adc),
        AdcStates = AdcStates,
    };

    /// <summary>Returns the override without what changes the hardware alone.</summary>
    internal LayerOverride WithoutMacro() => this with { Macro = null, Adc = null };
}
