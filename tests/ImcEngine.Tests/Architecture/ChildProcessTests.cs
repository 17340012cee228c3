using System.Reflection;

namespace ImcEngine.Tests.Architecture;

/// <summary>The tests of kernels, networks, draws and drawn images again where the processor offers less:
/// results must not depend on it.</summary>
public class ChildProcessTests
{
    [Fact]
    public async Task The_tests_pass_without_AVX512()
    {
        var child = await ChildTestRun.Start(("DOTNET_EnableAVX512", "0"));
        Assert.Contains("Avx512F=False", child.InstructionSets, StringComparison.Ordinal);
        AssertAllPassed(child);
    }

    [Fact]
    public async Task The_tests_pass_without_AVX2()
    {
        var child = await ChildTestRun.Start(("DOTNET_EnableAVX2", "0"), ("DOTNET_EnableAVX512", "0"));
        Assert.Equal("Avx2=False, Avx512F=False", child.InstructionSets);
        AssertAllPassed(child);
    }

    /// <summary>No failure, and at least one test passed in every class of the suites but those that children leave out;
    /// of these none.</summary>
    private static void AssertAllPassed(ChildTestRun child)
    {
        Assert.Empty(child.Failures);
        var classes = typeof(ChildProcessTests).Assembly.GetTypes().Where(type => IsOfASuite(type) && HasTests(type))
            .ToLookup(IsLeftOut, type => type.FullName + ".");
        Assert.All(ChildTestRun.Suites,
            suite => Assert.Contains(classes[false], name => name.StartsWith(suite + ".", StringComparison.Ordinal)));
        Assert.All(classes[false], name => Assert.Contains(child.Passed, test => test.StartsWith(name, StringComparison.Ordinal)));
        Assert.All(classes[true], name => Assert.DoesNotContain(child.Passed, test => test.StartsWith(name, StringComparison.Ordinal)));
    }

    private static bool IsOfASuite(Type type) =>
        ChildTestRun.Suites.Any(suite => $"{type.FullName}.".StartsWith(suite + ".", StringComparison.Ordinal));

    private static bool HasTests(Type type) =>
        !type.IsAbstract && type.GetMethods().Any(method => method.GetCustomAttribute<FactAttribute>() is not null);

    private static bool IsLeftOut(Type type) => type.GetCustomAttributesData().Any(attribute =>
        attribute.AttributeType == typeof(TraitAttribute) && (string?)attribute.ConstructorArguments[0].Value == ChildTestRun.InChildren);
}
