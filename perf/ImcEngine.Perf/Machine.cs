using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Perf;

/// <summary>The machine that a measurement ran on, without which no number of a result file means anything.</summary>
/// <param name="Instructions">The widest vectors that the engine uses.</param>
/// <param name="FloatInstructions">The widest vectors that OnnxRuntime uses.</param>
internal sealed record Machine(string Cpu, string Slug, string Instructions, string FloatInstructions, int Processors, string Dotnet,
    string OnnxRuntime, string System)
{
    public const string Avx512Name = "AVX-512", Avx2Name = "AVX2";

    public static Machine Current()
    {
        var (name, family, model) = Processor.Current;
        string cpu = family < 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name} (family {family}, model {model})");
        return new(cpu, SlugOf(family < 0 ? name : $"{name} f{family} m{model}"), WidestInstructions(), WidestOfProcessor(),
            Environment.ProcessorCount,
            RuntimeInformation.FrameworkDescription, PackageVersion("Microsoft.ML.OnnxRuntime"), RuntimeInformation.RuntimeIdentifier);
    }

    /// <summary>Returns the widest vectors that the engine may use, given the runtime's switches.</summary>
    private static string WidestInstructions() =>
        Avx512F.VL.IsSupported ? Avx512Name : Avx2.IsSupported ? Avx2Name : RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>Returns the widest vectors of the processor, whatever the runtime's switches are.</summary>
    private static string WidestOfProcessor()
    {
        const int FeatureLeaf = 7, Avx2Bit = 1 << 5, Avx512FBit = 1 << 16;
        int features = X86Base.IsSupported ? X86Base.CpuId(FeatureLeaf, 0).Ebx : 0;
        return (features & Avx512FBit) != 0 ? Avx512Name : (features & Avx2Bit) != 0 ? Avx2Name
            : RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string SlugOf(string text) =>
        string.Join('-',
            new string([.. text.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : ' ')]).Split(' ',
                StringSplitOptions.RemoveEmptyEntries));

    private static string PackageVersion(string assembly) => Assembly.Load(assembly).GetName().Version!.ToString(3);
}
