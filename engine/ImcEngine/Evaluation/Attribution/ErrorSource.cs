using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Evaluation.Attribution;

/// <summary>
/// One source of error of a macro, which can be switched on alone and switched off alone:
/// <code>
/// ADC, clipping, resolution    on: exact sums with this source alone       off: everything but this
/// a die's error                on: the ideal ADC with this error alone     off: everything but this
/// </code>
/// The errors of a die move edges and therefore need an ADC; their cost is measured against the ideal die. The same holds for a second
/// stage on the digital sums over kernel positions, which counts in the ADC's codes and cannot exist without it. Digital corrections belong
/// to an ADC: every die has those of its own ADC, and exact sums have none.
/// </summary>
/// <param name="Name">The name in tables.</param>
/// <param name="OfDie">True for an error of the die or its second stage, false for an error of the ideal ADC.</param>
/// <param name="On">Makes the die with this source alone.</param>
/// <param name="Off">Makes the die without this source; null if it cannot be switched off.</param>
/// <param name="WhyNoOff">The reason why it cannot be switched off.</param>
internal sealed record ErrorSource(string Name, bool OfDie, Func<Die> On, Func<Die>? Off, string? WhyNoOff = null);

/// <summary>The sources of error of one run, and the dies that they are compared with.</summary>
internal sealed class ErrorSources
{
    /// <summary>The name of the source whose <c>On</c> die is the ideal die.</summary>
    public const string AdcName = "ADC";

    private readonly MappedNetwork _mapped;
    private readonly IReadOnlyList<MacroSpec> _macros;
    private readonly IReadOnlyList<LayerAdcs> _adcs, _withoutSecondStage;
    private readonly uint _seed;
    private readonly Corrections? _corrections;
    private readonly bool _trimsDies;
    private readonly Func<Die, Corrections>? _fit;

    /// <param name="mapped">The network on its arrays.</param>
    /// <param name="run">The run specification.</param>
    /// <param name="calibration">The ADCs with range calibrated, and the corrections of the ideal die; null if there are none.</param>
    /// <param name="seed">The seed that names the die.</param>
    /// <param name="fit">Fits the corrections of a die; null if the run has none.</param>
    /// <exception cref="ImcException">The specification makes no valid ADC for a layer.</exception>
    public ErrorSources(MappedNetwork mapped, RunSpec run, Calibration? calibration, uint seed, Func<Die, Corrections>? fit = null)
    {
        (_mapped, _seed, _corrections, _trimsDies, _fit) = (mapped, seed, calibration?.Corrections, run.Calibration.TrimsDies, fit);
        _macros = [.. mapped.Network.MacroLayers.Select(layer => run.MacroOf(layer.Name))];
        _adcs = AdcsOf(run, calibration);
        _withoutSecondStage = HasSecondStage ? AdcsOf(WithoutSecondStage(run), calibration) : _adcs;
        Sources = [.. Converter(), .. OfDie(), .. OfSums()];
    }

    public IReadOnlyList<ErrorSource> Sources { get; }

    /// <summary>Whether the die has errors beyond those of its ideal ADC.</summary>
    public bool HasDieErrors => Sources.Any(source => source.OfDie);

    /// <summary>Whether a layer can have partial sums beyond its measured table.</summary>
    public bool Clamps => _adcs.Any(ClampedShare.Clamps);

    /// <summary>Makes the die as specified, with all sources on.</summary>
    public Die Everything() => Make(AsItIs, _adcs);

    /// <summary>Makes the ideal die, with the ADC alone. In place of a measured table it has the table's levels with edges
    /// midway.</summary>
    public Die Ideal() => Make(None, Untabled());

    private bool HasTable => _adcs.Any(adcs => adcs.Table is not null);

    private bool HasSecondStage => _adcs.Any(adcs => adcs.SecondStage is not null);

    private IEnumerable<ErrorSource> Converter()
    {
        if (_adcs.All(adcs => adcs.Transfers[0].PassesSums)) yield break;
        const string Measured = "a measured table cannot be separated from its levels";
        yield return HasTable ? new(AdcName, false, Ideal, null, Measured)
            : new(AdcName, false, Ideal, () => Make(WithoutEdgeErrors, [.. _adcs.Select(adcs => adcs.With((_, _) => AdcTransfer.None))]));

        Func<Die> clips = () => Make(None, Changed(ConverterParts.ClippingAlone)),
            resolves = () => Make(None, Changed(ConverterParts.ResolutionAlone));
        string? whyClips = HasTable ? Measured
            : Any(die => die.SarMismatchRelative > 0) ? "the range of a SAR is fixed by its capacitors" : null;
        string? whyResolves = HasTable ? Measured
            : Any(die => die.SarMismatchRelative > 0 || die.EdgeErrorLsb > 0) ? "edge errors belong to the existing edges"
            : HasSecondStage ? "a second stage counts in codes of the existing ADC" : null;
        yield return new("clipping", false, clips,
            whyClips is null ? () => Make(AsItIs, Followed(Changed(ConverterParts.ResolutionAlone))) : null, whyClips);
        yield return new("resolution", false, resolves,
            whyResolves is null ? () => Make(AsItIs, Changed((adc, _, _) => ConverterParts.Finer(adc))) : null, whyResolves);
        if (HasTable)
            yield return new("measured table", true, () => Make(None, _withoutSecondStage), () => Make(None, Followed(Untabled())));
    }

    private IEnumerable<ErrorSource> OfDie() =>
        from source in new (string Name, Func<DieSpec, bool> IsOn, Func<DieSpec, DieSpec> Alone, Func<DieSpec, DieSpec> Without)[]
        {
            ("cell mismatch", die => die.CellSigmaRelative() > 0,
                die => new() { CellMismatchRelative = die.CellMismatchRelative,
                    UnitCapacitanceFemtofarads = die.UnitCapacitanceFemtofarads },
                die => die with { CellMismatchRelative = 0, UnitCapacitanceFemtofarads = null }),
            ("stuck cells", die => die.StuckAtZeroRelative > 0 || die.StuckAtOneRelative > 0,
                die => new() { StuckAtZeroRelative = die.StuckAtZeroRelative, StuckAtOneRelative = die.StuckAtOneRelative },
                die => die with { StuckAtZeroRelative = 0, StuckAtOneRelative = 0 }),
            ("column offset", die => die.ColumnOffsetCounts > 0 || die.ColumnOffsetLsb > 0,
                die => new() { ColumnOffsetCounts = die.ColumnOffsetCounts, ColumnOffsetLsb = die.ColumnOffsetLsb },
                die => die with { ColumnOffsetCounts = 0, ColumnOffsetLsb = 0 }),
            ("gain error", die => die.GainErrorRelative > 0, die => new() { GainErrorRelative = die.GainErrorRelative },
                die => die with { GainErrorRelative = 0 }),
            ("edge errors (INL)", die => die.EdgeErrorLsb > 0 || die.SarMismatchRelative > 0,
                die => new() { EdgeErrorLsb = die.EdgeErrorLsb, SarMismatchRelative = die.SarMismatchRelative },
                die => die with { EdgeErrorLsb = 0, SarMismatchRelative = 0 }),
            ("parasitic", die => die.ParasiticRelative > 0,
                die => new() { ParasiticRelative = die.ParasiticRelative, ReferenceTracksParasitic = die.ReferenceTracksParasitic },
                die => die with { ParasiticRelative = 0 }),
            ("bitline noise", die => die.BitlineNoiseCounts > 0 || die.NoiseProfile is not null,
                die => new() { BitlineNoiseCounts = die.BitlineNoiseCounts, NoiseProfile = die.NoiseProfile },
                die => die with { BitlineNoiseCounts = 0, NoiseProfile = null }),
            ("comparator noise", die => die.ComparatorNoiseLsb > 0, die => new() { ComparatorNoiseLsb = die.ComparatorNoiseLsb },
                die => die with { ComparatorNoiseLsb = 0 }),
        }
        where Any(source.IsOn)
        select new ErrorSource(source.Name, true, () => Make(source.Alone, Untabled()), () => Make(source.Without, _adcs));

    private IEnumerable<ErrorSource> OfSums()
    {
        if (HasSecondStage)
            yield return new("second stage", true, () => Make(None, Followed(Untabled())), () => Make(AsItIs, _withoutSecondStage));
    }

    private bool Any(Func<DieSpec, bool> isOn) => _macros.Any(macro => isOn(macro.Die));

    private static DieSpec AsItIs(DieSpec die) => die;

    private static DieSpec None(DieSpec die) => new();

    private static DieSpec WithoutEdgeErrors(DieSpec die) => new()
    {
        CellMismatchRelative = die.CellMismatchRelative, UnitCapacitanceFemtofarads = die.UnitCapacitanceFemtofarads,
        BitlineNoiseCounts = die.BitlineNoiseCounts,
        NoiseProfile = die.NoiseProfile, ParasiticRelative = die.ParasiticRelative, StuckAtZeroRelative = die.StuckAtZeroRelative,
        StuckAtOneRelative = die.StuckAtOneRelative,
    };

    private LayerAdcs[] AdcsOf(RunSpec run, Calibration? calibration) =>
        [.. _mapped.Layers.Select((layer, i) => LayerAdcs.Create(run, _mapped.Network.MacroLayers[i].Name, layer, calibration))];

    private static RunSpec WithoutSecondStage(RunSpec run)
    {
        static AdcSpec Plain(AdcSpec adc) => adc with { SecondTable = null, SecondNoiseMean = null, SecondNoiseSigma = null };
        return run.WithMacros(macro => macro with { Adc = Plain(macro.Adc) }, Plain);
    }

    /// <summary>Returns the ideal ADCs, without measured tables and second stages.</summary>
    private LayerAdcs[] Untabled() => [.. _withoutSecondStage.Select(adcs => adcs.Table is null ? adcs : adcs.With((adc, _) => adc))];

    private LayerAdcs[] Changed(Func<AdcTransfer, int, int, AdcTransfer> change) =>
        [.. _withoutSecondStage.Select(adcs => adcs.With((adc, sums) => change(adc, sums[0], sums[^1])))];

    /// <summary>Returns the same ADCs, each followed by the second stage of its layer. Their LSB must be the one that the second stage
    /// counts in.</summary>
    private LayerAdcs[] Followed(LayerAdcs[] plain) => [.. plain.Select((adcs, i) =>
    {
        if (_adcs[i].SecondStage is null) return adcs;
        var listed = _macros[i].Adc with { Kind = AdcKind.List, EdgesCounts = adcs.Transfers[0].EdgeCounts,
            LevelsCounts = adcs.Transfers[0].LevelCounts, Ties = adcs.Transfers[0].Ties };
        return LayerAdcs.Create(new() { Macro = _macros[i] with { Adc = listed } }, _mapped.Network.MacroLayers[i].Name, _mapped.Layers[i],
            null);
    })];

    /// <param name="change">Returns the errors that a layer's die has, given those of its macro.</param>
    private Die Make(Func<DieSpec, DieSpec> change, IReadOnlyList<LayerAdcs> adcs)
    {
        MacroSpec[] macros = [.. _macros.Select(macro => macro with { Die = change(macro.Die) })];
        var die = Make(macros, adcs);
        return CorrectionsOf(die, adcs) is { } corrections ? die.With(corrections) : die;
    }

    private Die Make(MacroSpec[] macros, IReadOnlyList<LayerAdcs> adcs) =>
        new(_mapped, _seed, [.. adcs.Select((each, i) => each.On(macros[i].Die))], macros);

    private Corrections? CorrectionsOf(Die die, IReadOnlyList<LayerAdcs> adcs)
    {
        if (_fit is null || die.HasExactSums || adcs.All(each => each.Transfers[0].PassesSums)) return null;
        if (_trimsDies) return _fit(die);
        return adcs.SequenceEqual(_adcs) ? _corrections : _fit(Make([.. _macros.Select(macro => macro with { Die = new() })], adcs));
    }
}
