using ImcEngine.BitPlanes;

namespace ImcEngine.Macro;

/// <summary>The words that the run specification uses for enumerations (ARITHMETIC's spelling).</summary>
internal static class SpecWords
{
    public static string WordFor(AdcKind kind) => Word(AdcKinds, kind);
    public static string WordFor(ModelFamily family) => Word(Families, family);
    public static string WordFor(TieRule ties) => Word(TieRules, ties);
    public static string WordFor(AdcGain gain) => Word(Gains, gain);
    public static string WordFor(BeyondTable rule) => Word(BeyondTableRules, rule);
    public static string WordFor(MappingKind mapping) => Word(Mappings, mapping);
    public static string WordFor(GroupingKind grouping) => Word(Groupings, grouping);
    public static string WordFor(VotingKind kind) => Word(Votings, kind);
    public static string WordFor(SignPlaneKind kind) => Word(SignPlanes, kind);
    public static string WordFor(ArrayEnergyKind kind) => Word(ArrayEnergies, kind);
    public static string WordFor(CellKind cell) => Word(Cells, cell);
    public static string WordFor(CellProduct product) => Word(Products, product);
    public static string WordFor(ConverterDesign design) => Word(Designs, design);
    public static string WordFor(DigitalCorrection correction) => Word(Corrections, correction);
    public static string WordFor(CorrectionScope scope) => Word(CorrectionScopes, scope);
    public static string WordFor(CalibrationScope scope) => Word(Scopes, scope);

    internal static readonly (string Word, AdcKind Value)[] AdcKinds =
    [
        ("uniform", AdcKind.Uniform), ("list", AdcKind.List), ("table", AdcKind.Table),
        ("d21-cifar", AdcKind.D21Cifar), ("d21-imagenet", AdcKind.D21ImageNet), ("none", AdcKind.None),
    ];

    internal static readonly (string Word, ModelFamily Value)[] Families =
    [
        ("d21-cifar-1bit", ModelFamily.D21Cifar1Bit), ("d21-cifar-2bit", ModelFamily.D21Cifar2Bit),
        ("d21-cifar-4bit", ModelFamily.D21Cifar4Bit),
        ("d21-imagenet-2bit", ModelFamily.D21ImageNet2Bit), ("d21-imagenet-4bit", ModelFamily.D21ImageNet4Bit),
    ];

    internal static readonly (string Word, TieRule Value)[] TieRules = [("down", TieRule.Down), ("up", TieRule.Up), ("even", TieRule.Even)];

    internal static readonly (string Word, AdcGain Value)[] Gains = [("fixed", AdcGain.Fixed), ("drivenRows", AdcGain.DrivenRows)];

    internal static readonly (string Word, BeyondTable Value)[] BeyondTableRules = [("error", BeyondTable.Error),
        ("clamp", BeyondTable.Clamp)];

    internal static readonly (string Word, MappingKind Value)[] Mappings =
        [("whole-taps", MappingKind.WholeTaps), ("single-tap", MappingKind.SingleTap), ("dense", MappingKind.Dense)];

    internal static readonly (string Word, GroupingKind Value)[] Groupings =
        [("separate", GroupingKind.Separate), ("blockDiagonal", GroupingKind.BlockDiagonal)];

    internal static readonly (string Word, VotingKind Value)[] Votings = [("median", VotingKind.Median), ("mean", VotingKind.Mean)];

    internal static readonly (string Word, SignPlaneKind Value)[] SignPlanes =
        [("joined", SignPlaneKind.Joined), ("own", SignPlaneKind.Own)];

    internal static readonly (string Word, ArrayEnergyKind Value)[] ArrayEnergies =
        [("coupling", ArrayEnergyKind.Coupling), ("sharing", ArrayEnergyKind.Sharing)];

    internal static readonly (string Word, CellKind Value)[] Cells = [("any", CellKind.Any), ("and", CellKind.And),
        ("xnor", CellKind.Xnor)];

    internal static readonly (string Word, CellProduct Value)[] Products = [("and", CellProduct.And), ("gated", CellProduct.Gated),
        ("xnor", CellProduct.Xnor), ("ternary-gated", CellProduct.TernaryGated), ("ternary-xnor", CellProduct.TernaryXnor)];

    internal static readonly (string Word, OperandEncoding Value)[] Encodings =
        [.. Enum.GetValues<OperandEncoding>().Select(encoding => (OperandFormat.Name(encoding), encoding))];

    internal const string Asymmetric = "asymmetric";

    internal static readonly (string Word, ActivationChoice Value)[] ActivationChoices =
        [.. Encodings.Where(encoding => encoding.Value != OperandEncoding.Ternary)
            .Select(encoding => (encoding.Word, Enum.Parse<ActivationChoice>(encoding.Value.ToString()))),
            (Asymmetric, ActivationChoice.Asymmetric)];

    internal static readonly (string Word, Rebasing Value)[] Rebasings = [("none", Rebasing.None)];

    internal static readonly (string Word, QuantizationMethod Value)[] Methods =
        [("mse", QuantizationMethod.Mse), ("percentile", QuantizationMethod.Percentile), ("minmax", QuantizationMethod.MinMax)];

    /// <summary>The designs that <c>calibration.statistic</c>, the earlier name of <c>calibration.design</c>, chose from.</summary>
    internal static readonly (string Word, ConverterDesign Value)[] Statistics =
        [("mse", ConverterDesign.Mse), ("percentile", ConverterDesign.Percentile), ("minmax", ConverterDesign.MinMax)];

    internal static readonly (string Word, ConverterDesign Value)[] Designs =
        [.. Statistics, ("integerLsb", ConverterDesign.IntegerLsb), ("zero", ConverterDesign.Zero), ("lloydMax", ConverterDesign.LloydMax)];

    internal static readonly (string Word, DigitalCorrection Value)[] Corrections =
    [
        ("none", DigitalCorrection.None), ("bias", DigitalCorrection.Bias), ("affine", DigitalCorrection.Affine),
        ("moments", DigitalCorrection.Moments),
    ];

    internal static readonly (string Word, CorrectionScope Value)[] CorrectionScopes =
        [("idealDie", CorrectionScope.IdealDie), ("die", CorrectionScope.Die)];

    internal static readonly (string Word, CalibrationScope Value)[] Scopes = [("layer", CalibrationScope.Layer),
        ("planePair", CalibrationScope.PlanePair), ("rowGroup", CalibrationScope.RowGroup)];

    internal static string Word<T>((string Word, T Value)[] words, T value) where T : struct, Enum
    {
        foreach (var (word, candidate) in words)
            if (EqualityComparer<T>.Default.Equals(candidate, value)) return word;
        throw new ArgumentOutOfRangeException(nameof(value), value, null);
    }
}

/// <summary>What <c>quantization.activationEncoding</c> asks for: an encoding, or codes with a zero point.</summary>
internal enum ActivationChoice { Unipolar, Bipolar, TwosComplement, Asymmetric }

/// <summary>What <c>quantization.rebase</c> asks for.</summary>
internal enum Rebasing
{
    /// <summary>Codes stay as the file has them.</summary>
    None,
}
