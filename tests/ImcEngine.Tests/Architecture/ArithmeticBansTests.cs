using System.Reflection;
using System.Text.Json.Serialization;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Tests.Architecture;

/// <summary>ARITHMETIC §6 held against the compiled methods of the engine and the importer.</summary>
public class ArithmeticBansTests
{
    /// <summary>Methods that may use what is banned, each with the reason:
    /// nothing they make touches a die, an image, a code or a logit.</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["ImcEngine.Evaluation.SqnrSums.get_SqnrDb"] = "a figure of the report, in decibels",
        ["ImcEngine.Cost.ColumnLogic.TreeFullAdders"] = "energies and areas of the cost report",
        ["ImcEngine.Cost.SmallAdc.EnergyFemtojoules"] = "the same",
        ["ImcEngine.Cost.SmallAdc.AreaSquareMicrometres"] = "the same",
        ["ImcEngine.Cost.SurveyAdc.EnergyFemtojoules"] = "the same",
        ["ImcEngine.Cost.SurveyAdc.AreaSquareMicrometres"] = "the same",
        ["ImcEngine.Evaluation.MonteCarlo.StudentT.IncompleteBeta"] = "widths of the report's confidence intervals",
        ["ImcEngine.Evaluation.MonteCarlo.StudentT.LnGamma"] = "the same",
        ["ImcEngine.Kernels.BitVectors.LaneMethods`2.GetterOf"] = "a getter of lanes, which are methods of the engine",
        ["ImcEngine.Kernels.Compiled.ConversionCompiler`2.TryMake"] = "the parameters of the delegate that a program becomes",
    };

    private static readonly Lazy<List<(MethodCall Call, string Rule)>> OfTheTests =
        new(() => [.. Violations(typeof(PlantedViolations).Assembly)]);

    [Fact]
    public void No_method_uses_arithmetic_that_differs_between_CPUs()
    {
        Assert.Empty(Violations().Where(violation => !Exceptions.ContainsKey(violation.Call.Caller)).Select(Describe));
    }

    [Fact]
    public void Every_exception_is_still_needed()
    {
        Assert.Empty(Exceptions.Keys.Except(Violations().Select(violation => violation.Call.Caller)));
    }

    public static TheoryData<string> Planted => [.. typeof(PlantedViolations)
        .GetMethods(BindingFlags.Public | BindingFlags.Static).Select(method => method.Name)
        .Where(name => name != nameof(PlantedViolations.Permitted))];

    [Theory]
    [MemberData(nameof(Planted))]
    public void The_scanner_finds_a_planted_violation(string method)
    {
        Assert.Contains(OfTheTests.Value, violation => violation.Call.Caller == $"{typeof(PlantedViolations).FullName}.{method}");
    }

    [Fact]
    public void The_scanner_passes_what_is_permitted()
    {
        string caller = $"{typeof(PlantedViolations).FullName}.{nameof(PlantedViolations.Permitted)}";
        var calls = MethodCalls.Of(typeof(PlantedViolations).Assembly).Where(call => call.Caller == caller).ToList();
        Assert.Equal(5, calls.Count(call => call.Method is "Multiply" or "Sqrt" or "Round" or "Sum" or "Log2"));
        Assert.Empty(OfTheTests.Value.Where(violation => violation.Call.Caller == caller).Select(Describe));
    }

    private static IEnumerable<(MethodCall Call, string Rule)> Violations() =>
        from assembly in new[] { typeof(ImcException).Assembly, typeof(ModelException).Assembly }
        let readers = assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(JsonSerializerContext))).ToList()
        from violation in Violations(assembly)
        // What generated readers of JSON look up are the attributes of properties and constructors.
        where violation.Rule != BannedArithmetic.LookedUp
            || !readers.Exists(type => violation.Call.Caller.StartsWith(type.FullName + ".", StringComparison.Ordinal))
        select violation;

    private static IEnumerable<(MethodCall Call, string Rule)> Violations(Assembly assembly) =>
        from call in MethodCalls.Of(assembly)
        let rule = BannedArithmetic.RuleBrokenBy(call)
        where rule is not null
        select (call, rule);

    private static string Describe((MethodCall Call, string Rule) violation) =>
        $"{violation.Call.Caller} calls {violation.Call.Type}.{violation.Call.Method}: {violation.Rule}.";
}
