using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Evaluation.Verification;

/// <summary>Conformance cases of the project's own, of every family of D21, that need no files:
/// known answers come from <see cref="D21Loops"/>.</summary>
public class OwnConformanceTests
{
    private const int Images = 2;

    /// <param name="Preset">Whose converter and mapping it is, but for rows, bound and levels.</param>
    /// <param name="Zeros">Every which input is the zero of a three-valued sign; 0 for none.</param>
    internal sealed record Own(string Preset, int Rows, double Bound, int Levels, ConvGeometry Shape, int Zeros = 0)
    {
        public override string ToString() =>
            $"{Preset} rows {Rows} {(Shape.IsLinear ? "linear" : "conv")} {Shape.InputChannels}x{Shape.KernelHeight}x{Shape.KernelWidth}";
    }

    private static readonly Own[] All =
    [
        // Whole kernel positions: 4 of 16 channels in 64 rows. 48 channels in 64: one position a group.
        new Own("d21-cifar-1bit", 64, 30, 9, Conv(16, 3)),
        new Own("d21-cifar-1bit", 64, 64, 7, Conv(48, 3, stride: 2), Zeros: 5),
        // 191 channels in 64 rows: folds of 63, 63 and the overfull 65.
        new Own("d21-cifar-1bit", 64, 60, 11, Conv(191, 1)),
        // 7 levels at bound 64: the linear layer's edge at 31.99.
        new Own("d21-cifar-1bit", 128, 64, 7, ConvGeometry.Linear(300, 10)),
        new Own("d21-cifar-2bit", 64, 64, 7, Conv(64, 3)),
        new Own("d21-cifar-2bit", 128, 60, 11, Conv(200, 2)),
        new Own("d21-cifar-2bit", 256, 64, 7, ConvGeometry.Linear(512, 10)),
        new Own("d21-cifar-4bit", 64, 45, 32, Conv(33, 3)),
        new Own("d21-cifar-4bit", 256, 64, 16, ConvGeometry.Linear(300, 5)),
        // Single kernel positions: 130 channels in 64 rows are 64, 64, 2.
        new Own("d21-imagenet-2bit", 64, 30, 11, Conv(130, 3)),
        new Own("d21-imagenet-2bit", 256, 60, 8, Conv(64, 3, stride: 2)),
        new Own("d21-imagenet-4bit", 256, 1, 3, Conv(64, 3)),
        new Own("d21-imagenet-4bit", 64, 1, 3, Conv(130, 1, stride: 2)),
        new Own("d21-imagenet-4bit", 64, 1, 3, ConvGeometry.Linear(150, 7)),
    ];

    public static IEnumerable<object?[]> Cases => new TheoryData<Own>(All);

    [Theory, MemberData(nameof(Cases))]
    internal void The_reference_gives_the_loops_answer_and_every_kernel_the_references(Own own)
    {
        var verification = Make(own);
        double[] expected = [.. verification.Input.Chunk(own.Shape.InputSize).SelectMany(image => D21Loops.Run(
            own.Shape, verification.Layer.InputFormat, verification.Layer.WeightFormat, image, verification.Layer.WeightCodes, own.Rows,
            verification.Macro.Mapping, LevelOf(own)))];

        long[] acc = verification.RunReference();
        double perCount = verification.Unit == AccumulationUnit.Levels ? AdcTransfer.LevelsPerCount : 1;
        double tolerance = ConformanceRunner.ToleranceRelative * expected.Max(Math.Abs);
        Assert.True(tolerance > 0);
        Assert.Equal(expected.Length, acc.Length);
        for (int n = 0; n < acc.Length; n++) Assert.InRange(acc[n] / perCount, expected[n] - tolerance, expected[n] + tolerance);

        int ran = 0;
        foreach (var kernel in EngineKernels.All)
            if (kernel.Run(verification) is { } got)
            {
                Assert.True(acc.AsSpan().SequenceEqual(got), $"{kernel} differs from the reference.");
                ran++;
            }
        Assert.True(ran > 0, "No kernel took the case.");
    }

    [Fact]
    public void Every_family_is_there() =>
        Assert.Equal(MacroPresets.Names.Where(name => name.StartsWith("d21-", StringComparison.Ordinal)),
            All.Select(own => own.Preset).Distinct().Order());

    private static VerificationCase Make(Own own)
    {
        var preset = MacroPresets.Get(own.Preset);
        var macro = preset with { Rows = own.Rows,
            Adc = preset.Adc.Kind == AdcKind.None ? preset.Adc : preset.Adc with { BoundCounts = own.Bound, LevelCount = own.Levels } };
        var (input, weight) = Formats(own.Preset);
        var random = new Random(own.Rows + own.Shape.InputChannels);
        short[] codes = Codes(random, input, Images * own.Shape.InputSize);
        for (int n = 0; own.Zeros > 0 && n < codes.Length; n += own.Zeros) codes[n] = 0;
        var layer = new ReferenceLayer(own.Shape, input, weight, Codes(random, weight, (int)own.Shape.WeightCount),
            InputMayBeUndriven: own.Zeros > 0);
        return new(own.ToString(), layer, codes, macro,
            AdcFactory.Create(macro.Adc, own.Rows, CellProducts.ForEncodings(input.Encoding, weight.Encoding), own.Shape.IsLinear));
    }

    private static Func<int, double> LevelOf(Own own) => own.Preset switch
    {
        "d21-cifar-1bit" => sum => D21Loops.CifarLevel(sum, own.Bound, own.Levels, 0, own.Shape.IsLinear),
        "d21-cifar-2bit" => sum => D21Loops.CifarLevel(sum, own.Bound, own.Levels, 2, own.Shape.IsLinear),
        "d21-cifar-4bit" => sum => D21Loops.CifarLevel(sum, own.Bound, own.Levels, null, own.Shape.IsLinear),
        "d21-imagenet-2bit" => sum => D21Loops.ImageNetLevel(sum, (float)own.Bound, own.Levels),
        _ => sum => sum,
    };

    private static (OperandFormat Input, OperandFormat Weight) Formats(string preset) => preset switch
    {
        "d21-cifar-1bit" => (new(1, OperandEncoding.Bipolar), new(1, OperandEncoding.Bipolar)),
        "d21-cifar-2bit" => (new(2, OperandEncoding.Bipolar), new(2, OperandEncoding.Bipolar)),
        "d21-cifar-4bit" => (new(4, OperandEncoding.Bipolar), new(4, OperandEncoding.Bipolar)),
        "d21-imagenet-2bit" => (new(2, OperandEncoding.Unipolar), new(2, OperandEncoding.Bipolar)),
        _ => (new(4, OperandEncoding.Unipolar), new(4, OperandEncoding.TwosComplement)),
    };

    private static ConvGeometry Conv(int channels, int kernel, int stride = 1) => new()
    {
        InputChannels = channels, InputHeight = 4, InputWidth = 5, OutputChannels = 3, KernelHeight = kernel, KernelWidth = kernel,
        StrideY = stride, StrideX = stride,
        PadTop = kernel / 2, PadLeft = kernel / 2, PadBottom = kernel / 2, PadRight = kernel / 2,
    };

    private static short[] Codes(Random random, OperandFormat format, int count)
    {
        short[] held = [.. Enumerable.Range(-256, 513).Where(format.Holds).Select(code => (short)code)];
        return [.. Enumerable.Range(0, count).Select(_ => held[random.Next(held.Length)])];
    }
}
