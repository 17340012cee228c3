using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Kernels;

/// <summary>
/// Kernels with one deliberate fault each. A fault is made in one of two ways: a correct kernel gets a slightly wrong layer, input or ADC,
/// or the reference's conversions are accumulated again with an error. Kernels do not decide the accumulators' unit: where a fault would
/// change it, the kernel is left correct.
/// </summary>
internal static class FaultyKernels
{
    private static readonly KernelUnderTest Right = EngineKernels.All.Single(kernel => kernel.Name == "popcount");

    public static IReadOnlyDictionary<string, KernelUnderTest> All { get; } = new[]
    {
        Given("a dropped last channel", DropLastChannel),
        Given("ties up where they go down", verification => verification with { Adc = Retied(verification.Adc) }),
        Given("the last edge a count too high", verification => verification with { Adc = Edged(verification.Adc, ^1, 1) }),
        Given("the first edge a quantum too low",
            verification => verification with { Adc = Edged(verification.Adc, 0, -1.0 / AdcTransfer.QuantaPerCount) }),
        Given("a top plane without its sign",
            verification =>
                verification with { Layer = verification.Layer with { InputFormat = Unsigned(verification.Layer.InputFormat) } }),
        Given("padding treated as driven", DrivePadding),
        Given("kernel positions mirrored", verification => Reweighted(verification, (g, tap) => g.Taps - 1 - tap)),
        Given("kernel positions transposed",
            verification => Reweighted(verification, (g, tap) => tap % g.KernelHeight * g.KernelWidth + tap / g.KernelHeight)),
        Given("one convolution group's weights for all", ShareWeightsOfGroups),
        Given("undriven rows counted as clear",
            verification =>
                verification
                    with { Input =
                        [
                            .. verification.Input.Select(code => code == 0 && verification.Layer.InputMayBeUndriven
                                ? (short)-verification.Layer.InputFormat.Denominator : code)] }),
        Given("the ADCs of the first and the last digit pair swapped",
            verification => Repaired(verification, own => [own[^1], .. own.Skip(1).SkipLast(1), own[0]])),
        Given("the ADCs of digit pairs ordered by weights first", OrderPairsByWeights),
        Accumulating("the last row group skipped", (of, at) => at.RowGroup == of.RowGroups - 1 ? 0 : of.Weight(at) * of.Value(at)),
        Accumulating("a plane shifted by one", (of, at) => (at.InputDigit == 1 ? 2 : 1) * of.Weight(at) * of.Value(at)),
        Accumulating("swapped weight planes",
            (of, at) => of.Weight(at with { WeightDigit = of.WeightDigits - 1 - at.WeightDigit }) * of.Value(at)),
        Accumulating("a sum saturated one early", (of, at) => of.Weight(at) * of.Value(at with { S = Math.Min(at.S, of.Rows - 1) })),
        Accumulating("odd sums halved to the even one below", (of, at) => of.Weight(at) * of.Value(at with { S = at.S & ~1 })),
        Accumulating("border constants of the first pixel",
            (of, at) => of.Weight(at)
                * of.Value(at with { S = at.S + of.Driven(at.RowGroup, 0) - of.Driven(at.RowGroup, at.Pixel) })),
        Accumulating("accumulators of 8 bits", (of, at) => of.Weight(at) * of.Value(at), acc => (sbyte)acc),
        Altering("a tile without its last pixel", (v, acc) => { for (int i = 15; i < acc.Length; i += 16) acc[i] = 0; }),
        Altering("outputs rotated by one", (v, acc) => { if (v.Layer.Geometry.OutputPixels < acc.Length)
            ((long[])[acc[^1], .. acc[..^1]]).CopyTo(acc, 0); }),
    }.ToDictionary(kernel => kernel.Name);

    /// <summary>The same machinery without a fault.</summary>
    public static IReadOnlyList<KernelUnderTest> WithoutFault { get; } =
        [Given("nothing", verification => verification), Accumulating("nothing either", (of, at) => of.Weight(at) * of.Value(at))];

    private static KernelUnderTest OnIdealDies(string fault, Func<VerificationCase, long[]?> run) =>
        new(fault, "rows", verification => verification.Macro.Die.IsIdeal ? run(verification) : null);

    private static KernelUnderTest Given(string fault, Func<VerificationCase, VerificationCase> change) =>
        OnIdealDies(fault, verification =>
    {
        var changed = change(verification);
        return Right.Run(changed.Unit == verification.Unit ? changed : verification);
    });

    private static KernelUnderTest Altering(string fault, Action<VerificationCase, long[]> alter) => OnIdealDies(fault, verification =>
    {
        long[]? acc = Right.Run(verification);
        if (acc is not null) alter(verification, acc);
        return acc;
    });

    private static KernelUnderTest Accumulating(string fault, Func<Conversions, Conversion, long> contribution,
        Func<long, long>? keep = null) => OnIdealDies(fault, verification =>
    {
        var g = verification.Layer.Geometry;
        var of = new Conversions(verification);
        var reference = new ReferenceMacro(verification.Layer, verification.Macro, verification.Adcs, verification.Seeds);
        var accOfAll = new List<long>();
        foreach (short[] image in verification.Input.Chunk(g.InputSize))
        {
            var acc = new long[g.OutputSize];
            reference.Run(image, accOfAll.Count / g.OutputSize,
                at => acc[at.OutputChannel * g.OutputPixels + at.Pixel] += contribution(of, at));
            accOfAll.AddRange(keep is null ? acc : acc.Select(keep));
        }
        return [.. accOfAll];
    });

    /// <summary>What the conversions of a case count for.</summary>
    private sealed class Conversions(VerificationCase verification)
    {
        private readonly AccumulationUnit _unit = verification.Unit;
        private readonly MappedLayer _mapped = KernelLayers.Map(verification);
        private readonly ReferenceConversionAdcs _adcs = new(verification.Macro, verification.Adcs,
            new(verification.Layer, verification.Macro), ReferenceRowGroups.Cut(verification.Layer.Geometry, verification.Macro.Rows,
                verification.Macro.Mapping, verification.Macro.LegacyOverfull));

        public int RowGroups => _mapped.Map.Groups.Length;
        public int Rows => _mapped.Map.Rows;
        public int WeightDigits => _mapped.Map.WeightDigits.Count;

        public long Weight(Conversion at) =>
            (long)_mapped.Map.InputDigits.Weight(at.InputDigit) * _mapped.Map.WeightDigits.Weight(at.WeightDigit);

        /// <summary>Returns what a conversion's sum counts for, with the ADC of its row group and digit pair.</summary>
        public long Value(Conversion at)
        {
            var adc = _adcs.Of(at).Transfer;
            if (adc.PassesSums) return at.S;
            int code = adc.CodeOf((long)at.S * AdcTransfer.QuantaPerCount);
            return _unit switch
            {
                AccumulationUnit.Codes => code,
                AccumulationUnit.Counts => adc.LevelUnits[code] / AdcTransfer.LevelsPerCount,
                _ => adc.LevelUnits[code],
            };
        }

        public int Driven(int rowGroup, int pixel)
        {
            var g = _mapped.Map.Geometry;
            return _mapped.Borders.DrivenRows(_mapped.Borders.ClassOf(pixel), _mapped.Map.Groups[rowGroup], g.GroupInputChannels);
        }
    }

    private static AdcTransfer Retied(AdcTransfer adc) =>
        adc.PassesSums || adc.Ties != TieRule.Down ? adc : new(adc.EdgeCounts, adc.LevelCounts, TieRule.Up, adc.LsbCounts, adc.Unit);

    private static AdcTransfer Edged(AdcTransfer adc, Index edge, double shiftCounts)
    {
        if (adc.PassesSums) return adc;
        double[] edges = [.. adc.EdgeCounts];
        edges[edge] += shiftCounts;
        return new(edges, adc.LevelCounts, adc.Ties, adc.LsbCounts, adc.Unit);
    }

    /// <summary>Gives digit pairs other ADCs, where they have their own.</summary>
    private static VerificationCase Repaired(VerificationCase verification,
        Func<IReadOnlyList<AdcTransfer>, IReadOnlyList<AdcTransfer>> change) =>
        verification.Own is { Per: CalibrationScope.PlanePair, Transfers: { Count: > 1 } own }
            ? verification with { Own = new(CalibrationScope.PlanePair, change(own)) } : verification;

    private static VerificationCase OrderPairsByWeights(VerificationCase verification)
    {
        var map = KernelLayers.Map(verification).Map;
        int inputs = map.InputDigits.Count, weights = map.WeightDigits.Count;
        return Repaired(verification, own => [.. own.Select((_, pair) => own[(pair % weights * inputs) + (pair / weights)])]);
    }

    private static OperandFormat Unsigned(OperandFormat format) =>
        format.Encoding == OperandEncoding.TwosComplement ? new(format.Bits, OperandEncoding.Unipolar) : format;

    /// <summary>A bipolar layer has no bit that adds nothing, so there the channel drives no row.</summary>
    private static VerificationCase DropLastChannel(VerificationCase verification)
    {
        var g = verification.Layer.Geometry;
        int pixels = g.InputHeight * g.InputWidth;
        var input = (short[])verification.Input.Clone();
        for (int i = 0; i < input.Length; i++)
            if (i / pixels % g.GroupInputChannels == g.GroupInputChannels - 1) input[i] = 0;
        bool undriven = verification.Layer.InputMayBeUndriven || verification.Layer.InputFormat.Encoding == OperandEncoding.Bipolar;
        return verification with { Input = input, Layer = verification.Layer with { InputMayBeUndriven = undriven } };
    }

    /// <summary>Pads become pixels whose stored digits are 0, which in a bipolar layer stand for -1.</summary>
    private static VerificationCase DrivePadding(VerificationCase verification)
    {
        var g = verification.Layer.Geometry;
        if (g.IsLinear) return verification;
        var padded = g with
        {
            InputHeight = g.InputHeight + g.PadTop + g.PadBottom, InputWidth = g.InputWidth + g.PadLeft + g.PadRight, PadTop = 0,
            PadLeft = 0, PadBottom = 0, PadRight = 0,
        };
        var format = verification.Layer.InputFormat;
        var input = new short[verification.Images * padded.InputSize];
        Array.Fill(input, (short)(format.Encoding == OperandEncoding.Bipolar ? -format.Denominator : 0));
        for (int i = 0; i < verification.Input.Length; i++)
        {
            int x = i % g.InputWidth, y = i / g.InputWidth % g.InputHeight, plane = i / g.InputWidth / g.InputHeight;
            input[(plane * padded.InputHeight + y + g.PadTop) * padded.InputWidth + x + g.PadLeft] = verification.Input[i];
        }
        return verification with { Input = input, Layer = verification.Layer with { Geometry = padded } };
    }

    private static VerificationCase Reweighted(VerificationCase verification, Func<ConvGeometry, int, int> from)
    {
        var g = verification.Layer.Geometry;
        short[] weights = [
            .. verification.Layer.WeightCodes.Select((_, i) => verification.Layer.WeightCodes[i / g.Taps * g.Taps + from(g, i % g.Taps)])];
        return verification with { Layer = verification.Layer with { WeightCodes = weights } };
    }

    private static VerificationCase ShareWeightsOfGroups(VerificationCase verification)
    {
        var weights = verification.Layer.WeightCodes;
        int ofGroup = weights.Length / verification.Layer.Geometry.Groups;
        return verification with { Layer = verification.Layer with { WeightCodes = [.. weights.Select((_, i) => weights[i % ofGroup])] } };
    }
}
