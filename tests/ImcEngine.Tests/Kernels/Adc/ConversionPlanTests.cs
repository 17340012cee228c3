using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Tests.Kernels.Adc;

/// <summary>Plans are compared by value, since equal plans share a program.</summary>
public class ConversionPlanTests
{
    /// <summary>Every kind of plan in every layout, and for each a plan that differs in one property.</summary>
    private static ConversionPlan[] Plans() =>
    [
        new ThresholdsPlan([1, 5, 20], 7, false), new ThresholdsPlan([1, 5, 21], 7, false), new ThresholdsPlan([1, 5, 20], 7, true),
        new ThresholdsPlan([1, 5, 20], 8, false), new ThresholdsPlan([1, 5], 7, false),
        new ShiftAddPlan(6, 7, true, Scale(0), new ScaleOffset.Shared(5)),
        new ShiftAddPlan(6, 7, true, Scale(0), new ScaleOffset.Shared(6)),
        new ShiftAddPlan(6, 7, true, Scale(1), new ScaleOffset.Shared(5)),
        new ShiftAddPlan(5, 7, true, Scale(0), new ScaleOffset.Shared(5)),
        .. Enum.GetValues<ColumnLayout>().SelectMany(layout => (ConversionPlan[])
        [
            new ShiftAddPlan(6, 7, true, Scale(0), new ScaleOffset.OfColumn(layout)),
            new CorrectedShiftAddPlan(6, 7, true, Scale(0), layout),
            new CorrectedShiftAddPlan(6, 7, true, Scale(1), layout), new ColumnThresholdsPlan([new(3, 0), new(3, 1)], 7, layout),
            new ColumnThresholdsPlan([new(3, 0), new(2, 2)], 7, layout),
        ]),
    ];

    private static ShiftAddScale Scale(int shift) => new([new(2, false), new(shift, true)], 3, 10, true);

    private static ConversionSpec Spec(ConversionPlan plan) => new(1, false, 0, StartParts.Common, 0, plan, false, 9);

    [Fact]
    public void Equal_plans_share_a_program_and_others_do_not()
    {
        ConversionProgram[] programs = [.. Plans().Select(plan => ConversionCompiler<Lanes64, ulong>.Compile(Spec(plan)))];
        Assert.Equal(programs, Plans().Select(plan => ConversionCompiler<Lanes64, ulong>.Compile(Spec(plan))));
        Assert.Equal(programs.Length, programs.Distinct().Count());
        Assert.Equal(Plans().Select(plan => plan.GetHashCode()), Plans().Select(plan => plan.GetHashCode()));
        GC.KeepAlive(programs);
    }

    [Fact]
    public void Residuals_belong_to_what_a_program_is_compiled_for()
    {
        var spec = Spec(Plans()[0]) with { Residual = new([0, 1, 3, 2], 9, 12) };
        Assert.Equal(spec, spec with { Residual = new([0, 1, 3, 2], 9, 12) });
        Assert.NotEqual(spec, spec with { Residual = new([0, 1, 2, 3], 9, 12) });
    }

    /// <summary>Every subclass in the engine is among the plans above.</summary>
    [Fact]
    public void Every_way_is_tested() =>
        Assert.Equal(typeof(ConversionPlan).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ConversionPlan)) && !type.IsAbstract)
            .Select(type => type.Name).Order(StringComparer.Ordinal),
            Plans().Select(plan => plan.GetType().Name).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(255, 8)]
    [InlineData(256, 9)]
    public void Planes_hold_the_number(int most, int planes) => Assert.Equal(planes, PlaneCount.Holding(most));

    /// <summary>The largest of the columns' thresholds determines how many planes of a count are compared.</summary>
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(0, 1, 1)]
    [InlineData(3, 3, 2)]
    [InlineData(7, 8, 4)]
    [InlineData(64, 71, 7)]
    [InlineData(60, 200, 8)]
    public void Thresholds_reach_into_the_planes_of_the_greatest(int least, int most, int planes) =>
        Assert.Equal(planes, MaskedThreshold.Spanning(least, most).Planes);
}
