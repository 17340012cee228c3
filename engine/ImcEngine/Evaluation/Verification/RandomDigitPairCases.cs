using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Reference;

namespace ImcEngine.Evaluation.Verification;

/// <summary>
/// The layers of other random cases with an ADC of its own for each digit pair, as <c>calibration.per</c> = <c>planePair</c> gives them
/// (ARITHMETIC §9): uniform ones of other ranges, lists and the converters of D21, all of as many codes; transparent for all pairs, or for
/// all but one. Their own random numbers leave those of the other cases as they are.
/// </summary>
internal static class RandomDigitPairCases
{
    private const uint Salt = 0x50414952;

    /// <summary>One case in so many has such ADCs.</summary>
    private const int Every = 3;

    /// <summary>The most codes of transparent ADCs: the reference compares each sum with each edge of each pair.</summary>
    private const int MostTransparent = 512;

    /// <summary>Returns some cases with other ADCs, and the others as they are: those whose row groups have their own, and those whose ADC
    /// is kind none, a measured table, or followed by a second stage.</summary>
    public static VerificationCase Of(VerificationCase verification, uint seed, int index)
    {
        var random = new CaseRandom(seed ^ Salt, (uint)index);
        bool canHave = verification is { Own: null, Adc.PassesSums: false, Macro.Adc: { HasSecondStage: false, Kind: not AdcKind.Table } };
        return canHave && random.OneIn(Every) ? WithPairs(verification, random) : verification;
    }

    /// <summary>Returns a case with an ADC of its own for each digit pair.</summary>
    public static VerificationCase WithPairs(VerificationCase verification, CaseRandom random)
    {
        var (macro, layer) = (verification.Macro, verification.Layer);
        OperandDigits inputs = macro.InputDigits(layer.InputFormat), weights = macro.WeightDigits(layer.WeightFormat);
        int mostRows = ReferenceRowGroups.Cut(layer.Geometry, macro.Rows, macro.Mapping, macro.LegacyOverfull).Max(group => group.Length);
        var ofOne = Maker(random, verification, mostRows, new(inputs, weights));
        return verification with
        {
            Name = $"{verification.Name}, ADCs of digit pairs",
            Own = new(CalibrationScope.PlanePair, [.. Enumerable.Range(0, inputs.Count * weights.Count).Select(ofOne)]),
        };
    }

    /// <summary>Chooses the kind of a layer's ADCs, and returns what makes that of each pair, given its index.</summary>
    private static Func<int, AdcTransfer> Maker(CaseRandom random, VerificationCase verification, int mostRows, DigitProducts products)
    {
        var (macro, ofLayer) = (verification.Macro, verification.Adc);
        int low = macro.Rows * products.Least, high = macro.Rows * products.Most;
        AdcTransfer Uniform(int levels) =>
            RandomAdcs.Uniform(levels, random.Between(low, 0) - 0.25, random.Between(1, high) + 0.375, random);
        AdcTransfer EveryCount() => RandomAdcs.EveryCount(mostRows * products.Least, mostRows * products.Most, random);
        // The capacitors of a SAR make a uniform ADC of a power of two codes.
        if (macro.Die.SarMismatchRelative > 0) return _ => Uniform(ofLayer.Codes);
        bool mayBeTransparent = (long)mostRows * (products.Most - products.Least) < MostTransparent;
        switch (random.Between(0, 7))
        {
            case 0 or 1:
                int levels = random.OneOf(2, 3, 4, 8, 16, 16, 64, random.Between(2, 40), 300);
                return _ => Uniform(levels);
            case 2:
                // Where LSBs are equal, so is all noise.
                int codes = random.Between(2, 20);
                double step = random.Between(1, high) / 4.0;
                return _ => Shifted(random, codes, step, low, high);
            case 3:
                int edges = random.OneOf(1, 3, 15, 15, random.Between(1, 20));
                return _ => WithLsb(() => RandomAdcs.List(edges, low, high, random));
            case 4:
                int steps = random.Between(3, 33);
                var decimals = random.OneOf<int?>(0, 2, null);
                return _ => WithLsb(() => D21Converters.Cifar(random.Between(2, 2 * high), steps, decimals, random.OneIn(2)));
            case 5:
                int given = random.Between(3, 33), made = D21Converters.ImageNet(random.Between(2, 2 * high), given).Codes;
                return _ => WithLsb(() => D21Converters.ImageNet(random.Between(2, 2 * high), given), made);
            case 6 when mayBeTransparent:
                return _ => EveryCount();
            case 7 when mayBeTransparent:
                int other = random.Between(0, 3);
                return pair => pair == other ? Uniform((mostRows * (products.Most - products.Least)) + 1) : EveryCount();
            default:
                return _ => ofLayer.LsbCounts > 0 ? ofLayer : Uniform(4);
        }
    }

    private static AdcTransfer Shifted(CaseRandom random, int levels, double step, int low, int high)
    {
        double first = random.Between(low, high) - (random.Between(0, levels - 1) * step);
        return RandomAdcs.Uniform(levels, first, first + ((levels - 1) * step), random);
    }

    /// <summary>Makes ADCs until one has an LSB, in which errors can be stated, and as many codes as those of the other pairs.</summary>
    private static AdcTransfer WithLsb(Func<AdcTransfer> make, int? codes = null)
    {
        while (true)
            if (make() is { LsbCounts: > 0 } adc && adc.Codes == (codes ?? adc.Codes)) return adc;
    }
}
