using System.Runtime.Intrinsics.X86;
using Xunit.Abstractions;

namespace ImcEngine.Tests.Architecture;

/// <summary>The instruction sets that kernels choose by, as this process sees them.</summary>
public class InstructionSets(ITestOutputHelper output)
{
    /// <summary>Reported as a test's output, so that the parent process of a child reads what its switches did.</summary>
    [Fact]
    public void Instruction_sets_that_the_environment_switches_off_are_off()
    {
        output.WriteLine(State());
        if (IsSwitchedOff("DOTNET_EnableAVX512")) Assert.False(Avx512F.IsSupported || Avx512F.VL.IsSupported);
        if (IsSwitchedOff("DOTNET_EnableAVX2")) Assert.False(Avx2.IsSupported);
    }

    internal static string State() => $"Avx2={Avx2.IsSupported}, Avx512F={Avx512F.IsSupported}";

    private static bool IsSwitchedOff(string variable) => Environment.GetEnvironmentVariable(variable) == "0";
}
