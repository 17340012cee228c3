using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Histograms;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Kernels.Histograms;

/// <summary>Every histogram kernel counts the partial sums that the normative reference forms.</summary>
public unsafe class HistogramKernelTests
{
    private const int Cases = 100;

    private static readonly (string Name, Func<MappedLayer, HistogramKernel?> Prepare)[] Kernels =
    [
        .. Avx512F.IsSupported
            ? [("512 lanes, ternary", PixelHistogram<Lanes512Ternary, Vector512<ulong>>.TryPrepare)]
            : Array.Empty<(string, Func<MappedLayer, HistogramKernel?>)>(),
        .. Avx512F.VL.IsSupported
            ? [("256 lanes, ternary", PixelHistogram<Lanes256Ternary, Vector256<ulong>>.TryPrepare)]
            : Array.Empty<(string, Func<MappedLayer, HistogramKernel?>)>(),
        ("512 lanes", PixelHistogram<Lanes512, Vector512<ulong>>.TryPrepare),
        ("256 lanes", PixelHistogram<Lanes256, Vector256<ulong>>.TryPrepare),
        ("64 lanes", PixelHistogram<Lanes64, ulong>.TryPrepare),
        ("popcount", layer => new PopcountHistogram(layer)),
        ("the one of this machine", HistogramKernel.Create),
    ];

    [Theory, InlineData(21), InlineData(22)]
    public void Every_kernel_counts_the_partial_sums_of_the_reference(int seed)
    {
        var ran = new HashSet<string>();
        for (int i = 0; i < Cases; i++)
        {
            var verification = RandomCases.Make((uint)seed, i);
            long[] expected = OfReference(verification);
            foreach (var (name, prepare) in Kernels)
                if (prepare(KernelLayers.Map(verification)) is { } kernel)
                {
                    Assert.True(expected.AsSpan().SequenceEqual(OfKernel(verification, kernel)), $"{verification.Name}: {name}");
                    ran.Add(name);
                }
        }
        Assert.Equal(Kernels.Length, ran.Count);
    }

    [Fact]
    public void Digits_of_several_planes_are_counted()
    {
        int ran = 0;
        for (int i = 0; i < Cases; i++)
        {
            var verification = RandomDigitCases.Make(23, i);
            // The kernel counts digital pairs too; they are left out later.
            var ideal = verification with { Macro = verification.Macro with { Die = new(), DigitalPlanePairs = null } };
            if (HistogramKernel.Create(KernelLayers.Map(ideal)) is not DigitHistogram kernel) continue;
            Assert.Equal(OfReference(ideal), OfKernel(ideal, kernel));
            ran++;
        }
        Assert.True(ran > Cases / 2);
    }

    /// <summary>More images than a vector takes, and in the last vector fewer: nothing is counted twice, and no empty lane.</summary>
    [Theory, InlineData(1), InlineData(5), InlineData(31), InlineData(70)]
    public void Any_number_of_images_is_counted(int images)
    {
        var random = new CaseRandom(5, (uint)images);
        var geometry = new ConvGeometry
        {
            InputChannels = 5, OutputChannels = 9, InputHeight = 4, InputWidth = 3, KernelHeight = 3, KernelWidth = 3, PadTop = 1,
            PadLeft = 1, PadBottom = 1, PadRight = 1,
        };
        foreach (var (input, weight) in KernelLayers.Products)
        {
            var layer = new ReferenceLayer(geometry, input, weight,
                KernelLayers.Codes(random, weight, (int)geometry.WeightCount, 50), false);
            var macro = new MacroSpec { Name = "m", Rows = 16 };
            var verification = new VerificationCase($"{images} images, {input} x {weight}", layer,
                KernelLayers.Codes(random, input, images * geometry.InputSize, 40), macro,
                KernelLayers.Coarse(macro.Rows, CellProducts.ForEncodings(input.Encoding, weight.Encoding)));
            long[] expected = OfReference(verification);
            foreach (var (name, prepare) in Kernels)
                Assert.True(expected.AsSpan().SequenceEqual(OfKernel(verification, prepare(KernelLayers.Map(verification))!)),
                    $"{verification.Name}: {name}");
        }
    }

    /// <summary>Lists of 16 bits reach 8192 rows of 512 lanes, but more rows of narrower vectors; beyond those, popcount is left.</summary>
    [Theory, InlineData(9000, false), InlineData(70_000, true)]
    public void Layers_of_many_rows_take_a_kernel_that_reaches_them(int rows, bool needsPopcount)
    {
        var random = new CaseRandom(6, (uint)rows);
        var layer = new ReferenceLayer(ConvGeometry.Linear(rows, 2), KernelLayers.Unipolar1, KernelLayers.Twos2,
            KernelLayers.Codes(random, KernelLayers.Twos2, 2 * rows, 50), false);
        var verification = new VerificationCase($"{rows} rows", layer, KernelLayers.Codes(random, KernelLayers.Unipolar1, rows, 50),
            new MacroSpec { Name = "m", Rows = 256 }, KernelLayers.Coarse(256, CellProduct.And));
        Assert.Null(PixelHistogram<Lanes512, Vector512<ulong>>.TryPrepare(KernelLayers.Map(verification)));
        var kernel = HistogramKernel.Create(KernelLayers.Map(verification));
        Assert.Equal(needsPopcount, kernel is PopcountHistogram);
        Assert.Equal(OfReference(verification), OfKernel(verification, kernel));
    }

    [Fact]
    public void Row_groups_are_counted_separately_where_that_is_asked()
    {
        int several = 0;
        for (int i = 0; i < Cases; i++)
        {
            var verification = i % 2 == 0 ? RandomCases.Make(29, i) : RandomDigitCases.Make(29, i);
            var ideal = verification with { Macro = verification.Macro with { Die = new(), DigitalPlanePairs = null } };
            var layer = KernelLayers.Map(ideal);
            var expected = new RowGroupHistograms(layer, areSeparate: true);
            OfReference(ideal, expected);
            var counted = OfKernel(ideal, HistogramKernel.Create(layer), areSeparate: true);
            Assert.Equal(expected.All.SelectMany(CountsOf), counted.All.SelectMany(CountsOf));
            if (expected.All.Count > 1) several++;
        }
        Assert.True(several > Cases / 4);
    }

    private static long[] OfReference(VerificationCase verification)
    {
        var histograms = new RowGroupHistograms(KernelLayers.Map(verification));
        OfReference(verification, histograms);
        return CountsOf(histograms.OfAll());
    }

    private static void OfReference(VerificationCase verification, RowGroupHistograms histograms)
    {
        var reference = new ReferenceMacro(verification.Layer, verification.Macro, verification.Adc);
        int image = 0;
        foreach (short[] codes in verification.Input.Chunk(verification.Layer.Geometry.InputSize))
            reference.Run(codes, image++,
                conversion => histograms[conversion.RowGroup].Add(conversion.InputDigit, conversion.WeightDigit, conversion.S));
    }

    private static long[] OfKernel(VerificationCase verification, HistogramKernel kernel) =>
        CountsOf(OfKernel(verification, kernel, areSeparate: false).OfAll());

    private static RowGroupHistograms OfKernel(VerificationCase verification, HistogramKernel kernel, bool areSeparate)
    {
        var histograms = new RowGroupHistograms(kernel.Layer, areSeparate);
        var layout = kernel.Layer.Inputs;
        var scratch = new KernelScratch();
        foreach (short[][] images in verification.Input.Chunk(verification.Layer.Geometry.InputSize).Chunk(kernel.Images))
        {
            var bits = new AlignedBuffer((long)images.Length * layout.Length * sizeof(ulong));
            var places = new nint[images.Length];
            for (int i = 0; i < images.Length; i++)
            {
                places[i] = (nint)((ulong*)bits.Pointer + (i * layout.Length));
                layout.Pack(images[i], (ulong*)places[i]);
            }
            kernel.Run(places, scratch, histograms);
            Poison.Fill(scratch, 0xA5);
            GC.KeepAlive(bits);
        }
        return histograms;
    }

    private static long[] CountsOf(ConversionHistogram histogram) =>
    [
        .. from input in Enumerable.Range(0, histogram.Inputs.Count)
            from weight in Enumerable.Range(0, histogram.Weights.Count)
            from count in histogram.CountsOf(input, weight).ToArray()
            select count,
    ];
}
