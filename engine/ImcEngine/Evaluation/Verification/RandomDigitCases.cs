using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Reference;

namespace ImcEngine.Evaluation.Verification;

/// <summary>The layers of <see cref="RandomCases"/> and <see cref="RandomDieCases"/> on macros that convert several planes at once
/// (ARITHMETIC §15): input digits, weight digits, cells of several bits, sign planes of their own and offset binary, ternary weights,
/// digital pairs, and votes. ADCs fit the sums of the digits.</summary>
internal static class RandomDigitCases
{
    private const uint Salt = 0x44494749, CellSalt = 0x43454C4C;

    /// <summary>The most rows times the largest product of digits. With more, every kernel would take long. Of wide sums, 32 bits do not
    /// hold the quanta.</summary>
    private const int MostSum = 1 << 14, MostWideSum = 1 << 22;

    /// <summary>Makes case number <paramref name="index"/> of a seed, which is the same on every machine.</summary>
    public static VerificationCase Make(uint seed, int index)
    {
        var random = new CaseRandom(seed ^ Salt, (uint)index);
        var of = random.OneIn(3) ? RandomCases.Make(seed, index) : RandomDieCases.Make(seed, index);
        var ofCells = new CaseRandom(seed ^ CellSalt, (uint)index);
        var layer = ofCells.OneIn(4) ? OfTernaryWeights(ofCells, of.Layer) : of.Layer;
        bool mayBeOffset = ofCells.OneIn(2);
        int mostSum = ofCells.OneIn(6) ? MostWideSum : MostSum;
        int mostRows = ReferenceRowGroups.Cut(layer.Geometry, of.Macro.Rows, of.Macro.Mapping, of.Macro.LegacyOverfull)
            .Max(group => group.Length), rows = Math.Max(of.Macro.Rows, mostRows);
        MacroSpec macro;
        DigitProducts products;
        do
        {
            int cellBits = random.OneOf(1, 1, 2, 3, 4);
            macro = of.Macro with
            {
                InputDigitBits = random.OneOf(1, 2, 3, 4, 8), CellBits = cellBits,
                WeightDigitBits = random.OneOf<int?>(null, cellBits, 2 * cellBits, 3 * cellBits, 4 * cellBits),
                SignPlane = cellBits > 1 && !mayBeOffset ? SignPlaneKind.Own : random.OneOf(SignPlaneKind.Joined, SignPlaneKind.Own),
            };
            products = new(macro.InputDigits(layer.InputFormat), macro.WeightDigits(layer.WeightFormat));
        }
        while ((long)rows * Math.Max(products.Most, -products.Least) > mostSum && rows < mostSum);
        var adc = RandomAdcs.Make(random, of.Macro.Rows, mostRows, products);
        if (macro.Die != new DieSpec()) macro = macro with { Die = RandomDieCases.Die(random, adc) };
        macro = macro with { Votes = random.OneOf(1, 1, 3, 5), Voting = random.OneOf(VotingKind.Median, VotingKind.Mean) };
        if (!macro.Adc.HasSecondStage && random.OneIn(3))
            macro = macro with
            {
                DigitalPlanePairs = AnyStart(random, macro.InputDigits(layer.InputFormat), macro.WeightDigits(layer.WeightFormat)),
            };
        return of with { Name = $"seed {seed} digit case {index}", Layer = layer, Macro = macro, Adc = adc };
    }

    /// <summary>Returns a sum of two digits' lowest planes, from which on digit pairs are digital; null for the sum 0, which would leave no
    /// conversion.</summary>
    private static int? AnyStart(CaseRandom random, OperandDigits inputs, OperandDigits weights)
    {
        int start = inputs[random.Between(0, inputs.Count - 1)].FirstPlane + weights[random.Between(0, weights.Count - 1)].FirstPlane;
        return start == 0 ? null : start;
    }

    private static ReferenceLayer OfTernaryWeights(CaseRandom random, ReferenceLayer layer) => layer with
    {
        WeightFormat = OperandFormat.Ternary,
        WeightCodes = RandomCodes.Make(random, OperandFormat.Ternary, layer.WeightCodes.Length, undrivenPercent: 0),
    };
}
