using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Reference;

namespace ImcEngine.Evaluation.Verification;

/// <summary>The layers of other random cases with an ADC that differs between row groups (ARITHMETIC §15): one whose gain follows the rows,
/// or one of its own for each row group, transparent or not. Their own random numbers leave those of the other cases as they are.</summary>
internal static class RandomRowGroupCases
{
    private const uint Salt = 0x524F5753;

    /// <summary>One case in so many has such an ADC.</summary>
    private const int Every = 3;

    /// <summary>Returns some cases with other ADCs, and the others as they are: those whose ADC is kind none, a measured table, or followed
    /// by a second stage.</summary>
    public static VerificationCase Of(VerificationCase verification, uint seed, int index)
    {
        var (macro, adc) = (verification.Macro, verification.Adc);
        var random = new CaseRandom(seed ^ Salt, (uint)index);
        if (!random.OneIn(Every) || adc.PassesSums || macro.Adc.Kind == AdcKind.Table || macro.Adc.HasSecondStage) return verification;
        // The capacitors of a SAR make a uniform ADC, which the other ADCs may not be.
        if (random.OneIn(2) || macro.Die.SarMismatchRelative > 0)
            return verification with
            {
                Name = $"{verification.Name}, gain",
                Macro = macro with { Adc = macro.Adc with { Gain = AdcGain.DrivenRows } },
            };
        var layer = verification.Layer;
        var products = new DigitProducts(macro.InputDigits(layer.InputFormat), macro.WeightDigits(layer.WeightFormat));
        bool areTransparent = random.OneIn(4);
        return verification with
        {
            Name = $"{verification.Name}, ADCs of row groups",
            Own = new(CalibrationScope.RowGroup,
                [.. ReferenceRowGroups.Cut(layer.Geometry, macro.Rows, macro.Mapping, macro.LegacyOverfull).Select(group => areTransparent
                    ? RandomAdcs.EveryCount(group.Length * products.Least, group.Length * products.Most, random)
                    : WithLsb(random, macro.Rows, group.Length, products))]),
        };
    }

    /// <summary>Makes a random ADC that has an LSB, in which errors can be stated.</summary>
    private static AdcTransfer WithLsb(CaseRandom random, int rows, int rowsOfGroup, DigitProducts products)
    {
        while (true)
            if (RandomAdcs.Make(random, rows, rowsOfGroup, products) is { PassesSums: false, LsbCounts: > 0 } adc) return adc;
    }
}
