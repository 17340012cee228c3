using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ImcEngine.Perf.Networks;

/// <summary>
/// Restricts OnnxRuntime to AVX2, so that both sides of a comparison can run without AVX-512 on a processor that has it. OnnxRuntime has no
/// switch for this. To choose kernels, it tests bit 16 of EBX after CPUID's leaf 7 (AVX-512F), then bits 5 to 7 of XCR0 (the system
/// keeps its registers). A copy of its library in which the first test finds nothing is loaded instead.
/// <code>
/// test  reg, 0x10000        0x10000 becomes 0
/// je    without AVX-512
/// mov   rax, reg            XCR0
/// not   rax
/// test  al, 0xE0
/// </code>
/// </summary>
internal static class FloatWithoutAvx512
{
    private const string Library = "onnxruntime";

    private static readonly byte[] Bit = [0x00, 0x00, 0x01, 0x00], StateTest = [0x48, 0xF7, 0xD0, 0xA8, 0xE0];

    /// <summary>Loads the changed library; must be called before OnnxRuntime is used.</summary>
    /// <exception cref="ImcException">The library is missing, or holds no such test.</exception>
    public static void Load()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native",
            "libonnxruntime.so");
        if (!File.Exists(file))
            throw new ImcException($"--float-avx2 needs OnnxRuntime's library at '{file}', which is not there; it works on Linux on x64. "
                + "Compare on a processor without AVX-512.");
        byte[] code = File.ReadAllBytes(file);
        if (ClearTests(code) == 0)
            throw new ImcException($"--float-avx2: '{file}' does not test for AVX-512 in the known way. "
                + "Compare on a processor without AVX-512.");
        string copy = Path.Combine(Directory.CreateTempSubdirectory("imc-perf-").FullName, Path.GetFileName(file));
        File.WriteAllBytes(copy, code);
        nint loaded = NativeLibrary.Load(copy);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(copy)!, recursive: true);
        OrtEnv.DisableDllImportResolver = true; // OnnxRuntime's own resolver would find the unchanged library
        NativeLibrary.SetDllImportResolver(typeof(OrtEnv).Assembly,
            (string name, Assembly _, DllImportSearchPath? _) => name == Library ? loaded : 0);
    }

    /// <returns>The number of tests that were found and now find nothing.</returns>
    private static int ClearTests(Span<byte> code)
    {
        const byte JumpIfZero = 0x74;
        int found = 0, jump = Bit.Length, stateTest = jump + 2 + 3; // after the jump and the move
        for (int at = 0; at + stateTest + StateTest.Length <= code.Length; at++)
        {
            var here = code[at..];
            if (here[2] != Bit[2] || !here.StartsWith(Bit) || here[jump] != JumpIfZero || !here[stateTest..].StartsWith(StateTest))
                continue;
            here[..Bit.Length].Clear();
            found++;
        }
        return found;
    }
}
