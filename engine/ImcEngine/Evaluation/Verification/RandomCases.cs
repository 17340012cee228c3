using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;

namespace ImcEngine.Evaluation.Verification;

/// <summary>
/// Small awkward layers from a seed, on ideal dies. They cover strides, pads, dilation, groups, 1x1 kernels, kernel positions that are
/// always padding, and linear layers; more and fewer rows than channels, and overfull folds; all encodings, undriven inputs, and extreme
/// densities of set bits; all kinds of edge lists.
/// </summary>
internal static class RandomCases
{
    /// <summary>Makes case number <paramref name="index"/> of a seed, which is the same on every machine.</summary>
    public static VerificationCase Make(uint seed, int index)
    {
        var random = new CaseRandom(seed, (uint)index);
        var geometry = Geometry(random);
        var (input, weight) = Formats(random);
        bool mayBeUndriven = input.Encoding == OperandEncoding.Bipolar && random.OneIn(3);
        var weights = RandomCodes.Make(random, weight, (int)geometry.WeightCount, undrivenPercent: 0);
        var layer = new ReferenceLayer(geometry, input, weight, weights, mayBeUndriven);
        int images = random.OneOf(1, 1, 2, 3);
        var codes = RandomCodes.Make(random, input, images * geometry.InputSize, mayBeUndriven ? random.OneOf(5, 50, 100) : 0);
        var macro = Macro(random, geometry);
        int mostRows = ReferenceRowGroups.Cut(geometry, macro.Rows, macro.Mapping, macro.LegacyOverfull).Max(group => group.Length);
        var product = CellProducts.ForEncodings(input.Encoding, weight.Encoding);
        return new($"seed {seed} case {index}", layer, codes, macro, RandomAdcs.Make(random, macro.Rows, mostRows, product));
    }

    private static ConvGeometry Geometry(CaseRandom random)
    {
        if (random.OneIn(6)) return ConvGeometry.Linear(random.Between(1, 300), random.Between(1, 40)).Validated("linear");
        bool pointwise = random.OneIn(4), alwaysPadded = !pointwise && random.OneIn(6);
        int groups = random.OneOf(1, 1, 1, 2, 3), kernelY = pointwise ? 1 : random.OneOf(2, 3, 3, 5), kernelX = pointwise ? 1
            : random.OneOf(1, 3, 3, 4);
        int dilationY = random.OneOf(1, 1, 1, 2), dilationX = random.OneOf(1, 1, 1, 2);
        int spanY = (dilationY * (kernelY - 1)) + 1, spanX = (dilationX * (kernelX - 1)) + 1;
        (int Top, int Left, int Bottom, int Right) pads = alwaysPadded ? (spanY, spanX, spanY, spanX)
            : (random.Between(0, spanY / 2), random.Between(0, spanX / 2), random.Between(0, spanY / 2), random.Between(0, spanX / 2));
        int leastHeight = Math.Max(1, spanY - pads.Top - pads.Bottom), leastWidth = Math.Max(1, spanX - pads.Left - pads.Right);
        return new ConvGeometry
        {
            Groups = groups,
            InputChannels = groups * random.OneOf(random.Between(1, 8), random.Between(8, 70), random.Between(1, 3)),
            OutputChannels = groups * random.OneOf(1, random.Between(2, 9), random.Between(10, 34)),
            InputHeight = leastHeight + random.Between(0, 4), InputWidth = leastWidth + random.Between(0, 5),
            KernelHeight = kernelY, KernelWidth = kernelX,
            StrideY = random.OneOf(1, 1, 2, 3), StrideX = random.OneOf(1, 1, 2),
            PadTop = pads.Top, PadLeft = pads.Left, PadBottom = pads.Bottom, PadRight = pads.Right,
            DilationY = dilationY, DilationX = dilationX,
        }.Validated("random");
    }

    private static (OperandFormat Input, OperandFormat Weight) Formats(CaseRandom random)
    {
        var (input, weight) = random.OneOf(
            (OperandEncoding.Unipolar, OperandEncoding.TwosComplement), (OperandEncoding.TwosComplement, OperandEncoding.TwosComplement),
            (OperandEncoding.Unipolar, OperandEncoding.Bipolar), (OperandEncoding.TwosComplement, OperandEncoding.Bipolar),
            (OperandEncoding.Bipolar, OperandEncoding.Bipolar), (OperandEncoding.Bipolar, OperandEncoding.Bipolar));
        return (new(Bits(random, input), input), new(Bits(random, weight), weight));
    }

    private static int Bits(CaseRandom random, OperandEncoding encoding) =>
        encoding == OperandEncoding.TwosComplement ? random.OneOf(2, 2, 3, 4, 4, 8) : random.OneOf(1, 1, 2, 2, 3, 4, 8);

    /// <summary>Makes a macro with far more rows than channels, about as many, or far fewer, so that whole-taps folds.</summary>
    private static MacroSpec Macro(CaseRandom random, ConvGeometry geometry)
    {
        int channels = geometry.GroupInputChannels, axis = channels * geometry.Taps;
        int rows = random.OneOf(
            random.Between(channels, 3 * channels), random.Between(1, channels), Math.Max(1, channels + random.Between(-1, 1)),
            random.Between(1, axis), axis + random.Between(0, 40), 64, 256);
        return new()
        {
            Name = "random", Rows = rows, Mapping = random.OneOf(MappingKind.WholeTaps, MappingKind.SingleTap, MappingKind.Dense),
            LegacyOverfull = random.OneIn(2),
        };
    }
}
