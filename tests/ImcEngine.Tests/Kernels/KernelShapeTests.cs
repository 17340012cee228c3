using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;
using ImcEngine.Tests.Architecture;

namespace ImcEngine.Tests.Kernels;

/// <summary>Every kernel agrees with the reference for every length of a row group, widths that do not fill a word, and every kind of
/// border.</summary>
public class KernelShapeTests
{
    private const int MostRows = 257;

    /// <summary>The lengths of row groups; in a child test run only those around the ends of words.</summary>
    private static readonly int[] Lengths = ChildTestRun.IsRunning ? [1, 2, 8, 31, 32, 33, 63, 64, 65, 128, 129, 257]
        : [.. Enumerable.Range(1, MostRows)];

    [Fact]
    public void Row_groups_of_every_length_agree()
    {
        foreach (int rows in Lengths)
            KernelLayers.AssertAllAgree(Linear($"{rows} rows", rows, outputs: 3, macroRows: MostRows, percentSet: 50, seed: rows));
    }

    [Fact]
    public void Last_row_groups_of_every_length_agree()
    {
        foreach (int rows in Lengths)
            KernelLayers.AssertAllAgree(Linear($"{MostRows} inputs in groups of {rows}", MostRows, outputs: 2, macroRows: rows,
                percentSet: 50, seed: rows));
    }

    /// <summary>Image k has k bits set, so the lists of rows to add have every length,
    /// and more than half of the bits are set in every other image.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Any_number_of_set_bits_agrees(bool bipolarInput, bool transparent)
    {
        var random = new CaseRandom(7, 0);
        var input = bipolarInput ? KernelLayers.Bipolar1 : KernelLayers.Unipolar1;
        var product = CellProducts.ForEncodings(input.Encoding, OperandEncoding.Bipolar);
        var codes = new short[(MostRows + 1) * MostRows];
        for (int image = 0; image <= MostRows; image++)
            for (int row = 0; row < MostRows; row++)
                // 101 and 257 have no common divisor: the k set bits lie scattered.
                codes[image * MostRows + row * 101 % MostRows] = (short)(row < image ? 1 : bipolarInput ? -1 : 0);
        var layer = new ReferenceLayer(ConvGeometry.Linear(MostRows, 2), input, KernelLayers.Bipolar1,
            KernelLayers.Codes(random, KernelLayers.Bipolar1, MostRows * 2, 50));
        var adc = transparent ? KernelLayers.Transparent(MostRows, product) : KernelLayers.Coarse(MostRows, product);
        KernelLayers.AssertAllAgree(new("0 to 257 bits set", layer, codes, new() { Rows = MostRows }, adc));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Layers_of_1_to_130_outputs_agree(int weightBits)
    {
        var random = new CaseRandom(8, (uint)weightBits);
        var weight = new OperandFormat(weightBits, OperandEncoding.Bipolar);
        foreach (int outputs in ChildTestRun.IsRunning ? [1, 2, 63, 64, 65, 127, 128, 129, 130] : Enumerable.Range(1, 130))
        {
            var input = outputs % 2 == 0 ? KernelLayers.Bipolar1 : KernelLayers.Unipolar1;
            var layer = new ReferenceLayer(ConvGeometry.Linear(9, outputs), input, weight,
                KernelLayers.Codes(random, weight, 9 * outputs, 50));
            KernelLayers.AssertAllAgree(new($"{outputs} outputs of {weightBits} planes", layer, KernelLayers.Codes(random, input, 9, 60),
                new() { Rows = 9 },
                KernelLayers.Coarse(9, CellProduct.Gated)));
        }
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(2, 2, 1)]
    [InlineData(3, 1, 1)]
    [InlineData(3, 2, 1)]
    [InlineData(3, 1, 2)]
    [InlineData(3, 2, 2)]
    public void Every_padding_stride_dilation_and_group_agrees(int kernelHeight, int dilationY, int groups)
    {
        var random = new CaseRandom(9, (uint)(kernelHeight * 4 + dilationY * 2 + groups));
        int index = 0;
        foreach (int strideY in ChildTestRun.IsRunning ? (int[])[2] : [1, 2, 3])
            foreach (int kernelWidth in (int[])[1, 3])
                for (int padTop = 0; padTop <= 2; padTop++)
                    for (int padLeft = 0; padLeft <= 2; padLeft++)
                        KernelLayers.AssertAllAgree(Conv(random, index++, new ConvGeometry
                        {
                            InputChannels = 3 * groups, OutputChannels = 2 * groups, Groups = groups, InputHeight = 5, InputWidth = 4,
                            KernelHeight = kernelHeight, KernelWidth = kernelWidth, DilationY = dilationY, DilationX = 3 - dilationY,
                            StrideY = strideY, StrideX = 1 + (strideY + padTop) % 2, PadTop = padTop, PadLeft = padLeft,
                            PadBottom = (padTop + 1) % 3, PadRight = 2 - padLeft,
                        }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(51)]
    [InlineData(75)]
    [InlineData(100)]
    public void Any_density_of_set_bits_agrees_in_every_product(int percentSet)
    {
        for (int product = 0; product < KernelLayers.Products.Length; product++)
            KernelLayers.AssertAllAgree(Linear($"{percentSet} % set", 130, outputs: 5, macroRows: 100, percentSet, product));
    }

    /// <summary>Around powers of two, where a count of nothing but ones fills its planes:
    /// thresholds beyond the rows must still not be reached.</summary>
    [Fact]
    public void Thresholds_beyond_every_count_are_never_reached()
    {
        foreach (int rows in ChildTestRun.IsRunning ? (int[])[15, 16, 63, 64, 255, 256]
            : [14, 15, 16, 29, 30, 31, 32, 61, 62, 63, 64, 65, 126, 127, 128, 253, 254, 255, 256, 257])
            foreach (var (input, weight) in KernelLayers.Products)
            {
                var layer = new ReferenceLayer(ConvGeometry.Linear(rows, 2), input, weight,
                    [.. KernelLayers.Codes(new(0, 0), weight, 2 * rows, 100)]);
                var adc = AdcFactory.UniformByRange(9, new(rows - 3, rows + 5), TieRule.Down);
                KernelLayers.AssertAllAgree(new($"{rows} rows of ones, {input} x {weight}", layer,
                    KernelLayers.Codes(new(0, 0), input, rows, 100), new() { Rows = rows }, adc));
            }
    }

    /// <summary>Windows of nothing but padding, and images that drive nothing: partial sums of no row at all.</summary>
    [Fact]
    public void Groups_without_a_driven_row_agree()
    {
        var random = new CaseRandom(10, 0);
        var geometry = new ConvGeometry
        {
            InputChannels = 4,
            OutputChannels = 3,
            InputHeight = 1,
            InputWidth = 2,
            KernelHeight = 2,
            KernelWidth = 2,
            PadTop = 3,
            PadLeft = 3,
            PadBottom = 3,
            PadRight = 3,
        };
        foreach (int percentDriven in (int[])[0, 40])
        {
            var layer = new ReferenceLayer(geometry, KernelLayers.Bipolar1, KernelLayers.Bipolar2,
                KernelLayers.Codes(random, KernelLayers.Bipolar2, 48, 50), InputMayBeUndriven: true);
            short[] codes = [.. KernelLayers.Codes(random, KernelLayers.Bipolar1, 8, 50)
                .Select(code => random.WithPercent(percentDriven) ? code : (short)0)];
            KernelLayers.AssertAllAgree(new($"{percentDriven} % driven", layer, codes, new() { Rows = 8 },
                KernelLayers.Coarse(8, CellProduct.Xnor)));
        }
    }

    private static VerificationCase Linear(string name, int inputs, int outputs, int macroRows, int percentSet, int seed)
    {
        var random = new CaseRandom(6, (uint)seed);
        var (input, weight) = KernelLayers.Products[seed % KernelLayers.Products.Length];
        var layer = new ReferenceLayer(ConvGeometry.Linear(inputs, outputs), input, weight,
            KernelLayers.Codes(random, weight, inputs * outputs, 50));
        return new(name, layer, KernelLayers.Codes(random, input, inputs, percentSet), new() { Rows = macroRows },
            KernelLayers.Coarse(Math.Min(inputs, macroRows), CellProducts.ForEncodings(input.Encoding, weight.Encoding)));
    }

    private static VerificationCase Conv(CaseRandom random, int index, ConvGeometry geometry)
    {
        var (input, weight) = index % 2 == 0 ? (KernelLayers.Bipolar1, KernelLayers.Bipolar1)
            : KernelLayers.Products[index % KernelLayers.Products.Length];
        bool mayBeUndriven = input.Encoding == OperandEncoding.Bipolar && index % 4 == 0;
        var layer = new ReferenceLayer(geometry.Validated("border"), input, weight,
            KernelLayers.Codes(random, weight, (int)geometry.WeightCount, 50), mayBeUndriven);
        short[] codes = [.. KernelLayers.Codes(random, input, geometry.InputSize, 50)
            .Select(code => mayBeUndriven && random.OneIn(4) ? (short)0 : code)];
        int rows = random.OneOf(2, 7, 27);
        var macro = new MacroSpec { Rows = rows, Mapping = random.OneOf(MappingKind.WholeTaps, MappingKind.SingleTap, MappingKind.Dense) };
        return new($"{geometry}, {input} x {weight}, {rows} rows", layer, codes, macro,
            KernelLayers.Coarse(Math.Min(rows, 27), CellProducts.ForEncodings(input.Encoding, weight.Encoding)));
    }
}
