using System.Reflection;
using System.Reflection.Emit;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Tests.Architecture;

/// <summary>
/// ARITHMETIC §6 held against the code that the engine compiles while it runs, which no assembly holds: programs of every sort are emitted
/// for all lanes, and what they call is checked as <see cref="ArithmeticBansTests"/> checks what methods of the engine call.
/// </summary>
public class EmittedCallsTests
{
    private static readonly Assembly Engine = typeof(ImcException).Assembly;

    private static readonly Type[] LaneTypes = [.. Engine.GetTypes().Where(type => type.IsValueType && VectorOf(type) is not null)];

    private static readonly ShiftAddScale Scale = new([new(2, false), new(0, true)], 3, 10, true);

    private static readonly ConversionPlan[] Ways =
    [
        new ShiftAddPlan(6, 7, true, Scale, new ScaleOffset.Shared(5)),
        .. Enum.GetValues<ColumnLayout>().SelectMany(layout => (ConversionPlan[])
        [
            new ShiftAddPlan(6, 7, false, new([new(1, false), new(0, false)], 3, 10, false), new ScaleOffset.OfColumn(layout)),
            new CorrectedShiftAddPlan(6, 7, true, Scale, layout), new ColumnThresholdsPlan([new(3, 0), new(3, 1), new(3, 2)], 7, layout),
        ]),
    ];

    /// <summary>Counts from every start, pairs, and all four ways from a count to a code.</summary>
    private static readonly ConversionSpec[] Specs =
    [
        ConversionSpec.OfCounts(7), ConversionSpec.OfCounts(7) with { HasWideLists = true },
        Compared(StartParts.Vectors | StartParts.Words), Compared(StartParts.None) with { PairStart = StartParts.None },
        Compared(StartParts.Common | StartParts.Named) with { PairStart = StartParts.Common, Residual = new([0, 1, 3, 2], 9, 12) },
        .. Ways.Select(plan => new ConversionSpec(1, false, 0, StartParts.Common, 0, plan, false, 9)),
    ];

    public static TheoryData<string> Lanes => [.. LaneTypes.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Lanes))]
    public void Emitted_code_calls_nothing_but_methods_that_the_ban_covers(string lanes)
    {
        var called = CalledBy(lanes);
        Assert.NotEmpty(called);
        Assert.Empty(Violations(called));
    }

    [Theory]
    [MemberData(nameof(Lanes))]
    public void The_programs_call_every_method_that_emission_knows(string lanes) =>
        Assert.Equal(Known(lanes).Values.Order(StringComparer.Ordinal), CalledBy(lanes).Select(Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Lanes))]
    public void A_method_is_the_lanes_own_of_that_name(string lanes) =>
        Assert.All(Known(lanes), method => Assert.True(
            method.Value == $"{lanes}.{method.Key}" || method.Value == $"{lanes}.get_{method.Key}", $"{method.Key} is {method.Value}"));

    [Fact]
    public void All_lanes_are_found()
    {
        Assert.Contains(typeof(Lanes64), LaneTypes);
        Assert.Equal(2, LaneTypes.Count(type => Known(type.Name).ContainsKey(nameof(LaneMethods<,>.Ternary))));
        Assert.Equal(5, LaneTypes.Length);
    }

    [Fact]
    public void A_planted_violation_is_found()
    {
        var il = RecordingGenerator.OfNewMethod();
        il.Emit(OpCodes.Ldc_R8, 1.0);
        il.Emit(OpCodes.Call, typeof(Math).GetMethod("Exp")!);
        il.Emit(OpCodes.Pop);
        Assert.Contains("no library transcendental", Assert.Single(Violations(il.Called)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_planted_call_of_what_no_one_checks_is_found()
    {
        var il = RecordingGenerator.OfNewMethod();
        il.Emit(OpCodes.Call, ((Func<float, float>)PlantedViolations.Fused).Method);
        Assert.Contains("whose methods no one checks", Assert.Single(Violations(il.Called)), StringComparison.Ordinal);
    }

    /// <summary>Methods of the engine are read as a whole by <see cref="ArithmeticBansTests"/>.</summary>
    private static IEnumerable<string> Violations(IEnumerable<MethodBase> called) =>
        from method in called
        let rule = BannedArithmetic.RuleBrokenBy(new("emitted code", method.DeclaringType!.FullName!, method.Name, $"{method}"))
            ?? (method.DeclaringType.Assembly == Engine ? null : $"{method.DeclaringType} is a type whose methods no one checks")
        where rule is not null
        select $"Emitted code calls {Name(method)}: {rule}.";

    private static string Name(MethodBase method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static IReadOnlySet<MethodBase> CalledBy(string lanes) => (IReadOnlySet<MethodBase>)Generic(lanes, nameof(Called))!;

    private static Dictionary<string, string> Known(string lanes) => (Dictionary<string, string>)Generic(lanes, nameof(Methods))!;

    private static object? Generic(string lanes, string method)
    {
        var type = LaneTypes.Single(type => type.Name == lanes);
        return typeof(EmittedCallsTests).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type, VectorOf(type)!).Invoke(null, null);
    }

    private static IReadOnlySet<MethodBase> Called<TLanes, TVector>() where TLanes : ILanes<TVector> where TVector : unmanaged
    {
        var il = RecordingGenerator.OfNewMethod([.. typeof(ConversionProgram).GetMethod(nameof(ConversionProgram.Invoke))!.GetParameters()
            .Select(parameter => parameter.ParameterType)]);
        foreach (var spec in Specs) ConversionCompiler<TLanes, TVector>.Emit(spec, il);
        return il.Called;
    }

    private static Dictionary<string, string> Methods<TLanes, TVector>() where TLanes : ILanes<TVector> where TVector : unmanaged =>
        typeof(LaneMethods<TLanes, TVector>).GetProperties()
            .Select(property => (property.Name, Method: (MethodInfo?)property.GetValue(null)))
            .Where(each => each.Method is not null).ToDictionary(each => each.Name, each => Name(each.Method!));

    private static Type? VectorOf(Type type) => type.GetInterfaces()
        .FirstOrDefault(each => each.IsGenericType && each.GetGenericTypeDefinition() == typeof(ILanes<>))?.GetGenericArguments()[0];

    private static ConversionSpec Compared(StartParts start) =>
        new(2, true, 0, start, 3, new ThresholdsPlan([1, 5, 20], 7, IsSigned: true), true, 9);
}
