using System.Reflection;

namespace ImcEngine.Tests.Architecture;

/// <summary>The tests of kernels, networks, draws and drawn images again where the processor offers less: results must not depend on it.</summary>
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

    /// <summary>No failure, and at least one test passed in every suite that has tests at all.</summary>
    private static void AssertAllPassed(ChildTestRun child)
    {
        Assert.Empty(child.Failures);
        var present = ChildTestRun.Suites.Where(HasTests).ToList();
        Assert.NotEmpty(present);
        Assert.All(present, suite => Assert.Contains(child.Passed, test => test.StartsWith(suite + ".", StringComparison.Ordinal)));
    }

    private static bool HasTests(string suite) => typeof(ChildProcessTests).Assembly.GetTypes()
        .Where(type => $"{type.FullName}.".StartsWith(suite + ".", StringComparison.Ordinal))
        .SelectMany(type => type.GetMethods())
        .Any(method => method.GetCustomAttribute<FactAttribute>() is not null);
}
