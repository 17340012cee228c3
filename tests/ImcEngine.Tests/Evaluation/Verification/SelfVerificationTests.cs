using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Evaluation.Verification;

public class SelfVerificationTests
{
    private const int Cases = 150;

    private static readonly KernelUnderTest Right = new("right", "columns", verification => verification.RunReference());

    [Fact]
    public void Transparent_cases_equal_the_plain_convolution_and_a_right_kernel_passes()
    {
        var report = SelfVerification.Run([Right], seed: 1, done => done < Cases);
        Assert.Empty(report.Failures);
        Assert.True(report.Passed);
        Assert.InRange(report.PlainCases, Cases / 10, Cases);
        Assert.Equal(Cases, Assert.Single(report.Runs).Cases);
    }

    [Fact]
    public void A_kernel_that_is_off_by_one_at_the_last_result_is_named_with_case_shape_and_index()
    {
        var wrong = new KernelUnderTest("wrong", "pixels", verification =>
        {
            long[] acc = verification.RunReference();
            acc[^1]++;
            return acc;
        });
        var report = SelfVerification.Run([Right, wrong], seed: 1, done => done < 1);
        var failure = Assert.Single(report.Failures);
        var first = RandomCases.Make(1, 0);
        var g = first.Layer.Geometry;
        Assert.Equal($"[{first.Images - 1}, {g.OutputChannels - 1}, {g.OutputPixels - 1}]", failure.Index);
        Assert.Contains("wrong (pixels in lanes), rows ", failure.ToString());
        Assert.Equal(long.Parse(failure.Expected) + 1, long.Parse(failure.Got));
        Assert.False(report.Passed);
    }

    [Fact]
    public void A_kernel_that_never_ran_or_that_throws_fails_the_verification()
    {
        var idle = new KernelUnderTest("idle", "columns", _ => null);
        var throwing = new KernelUnderTest("throwing", "columns", _ => throw new InvalidOperationException("broken"));
        var neverRan = SelfVerification.Run([idle], 1, done => done < 20);
        Assert.Empty(neverRan.Failures);
        Assert.Equal([idle], neverRan.NeverRan);
        Assert.False(neverRan.Passed);
        var thrown = SelfVerification.Run([throwing], 1, done => done < 1000);
        Assert.Contains("broken", thrown.Failures[0].Got);
        Assert.Equal(SelfVerification.MaxFailures, thrown.Failures.Count);
    }

    [Fact]
    public void Random_cases_are_the_same_for_the_same_seed_and_hold_only_codes_of_their_formats()
    {
        for (int index = 0; index < Cases; index++)
        {
            var once = RandomCases.Make(3, index);
            var again = RandomCases.Make(3, index);
            Assert.Equal(once.Input, again.Input);
            Assert.Equal(once.Layer.WeightCodes, again.Layer.WeightCodes);
            Assert.All(once.Layer.WeightCodes, code => Assert.True(once.Layer.WeightFormat.Holds(code)));
            Assert.All(once.Input, code => Assert.True(once.Layer.InputFormat.Holds(code) || (once.Layer.InputMayBeUndriven && code == 0)));
        }
    }

    [Fact]
    public void Random_cases_meet_every_awkwardness()
    {
        var cases = Enumerable.Range(0, 600).Select(index => RandomCases.Make(1, index)).ToList();
        Assert.Contains(cases, c => c.Layer.Geometry.IsLinear);
        Assert.Contains(cases, c => c.Layer.Geometry.Groups > 1);
        Assert.Contains(cases, c => !c.Layer.Geometry.IsLinear && c.Layer.Geometry.Taps == 1);
        Assert.Contains(cases, c => c.Layer.Geometry is { StrideY: > 1 });
        Assert.Contains(cases, c => c.Layer.Geometry is { DilationX: > 1, KernelWidth: > 1 });
        Assert.Contains(cases, c => c.Layer.Geometry.PadTop >= c.Layer.Geometry.KernelHeight);
        Assert.Contains(cases, c => HasAlwaysPaddedTap(c.Layer));
        Assert.Contains(cases, c => c.Layer.InputMayBeUndriven && c.Input.Contains((short)0));
        Assert.Contains(cases, c => ReferenceRowGroups.Cut(c.Layer.Geometry, c.Macro.Rows, c.Macro.Mapping, c.Macro.LegacyOverfull)
            .Any(group => group.Length > c.Macro.Rows));
        Assert.Contains(cases, c => c.Macro.Rows < c.Layer.Geometry.GroupInputChannels);
        Assert.Contains(cases, c => c.Adc.PassesSums);
        Assert.Contains(cases, c => !c.Adc.PassesSums && c.Unit == AccumulationUnit.Counts);
        Assert.Equal(3, cases.Select(c => c.Unit).Distinct().Count());
        Assert.Equal(3, cases.Select(c => c.Adc.Ties).Distinct().Count());
        Assert.Equal(5, cases.Select(c => (c.Layer.InputFormat.Encoding, c.Layer.WeightFormat.Encoding)).Distinct().Count());
        Assert.Equal(3, cases.Select(c => CellProducts.ForEncodings(c.Layer.InputFormat.Encoding, c.Layer.WeightFormat.Encoding))
            .Distinct().Count());
    }

    private static bool HasAlwaysPaddedTap(ReferenceLayer layer)
    {
        var g = layer.Geometry;
        var driveAll = new short[g.InputSize];
        Array.Fill(driveAll, (short)1);
        return Enumerable.Range(0, g.Taps).Any(tap =>
            Enumerable.Range(0, g.OutputPixels).All(pixel => layer.DrivingCode(driveAll, 0, new(tap, 0), pixel) is null));
    }
}
