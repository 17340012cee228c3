using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace ImcEngine;

/// <summary>The processor of this machine.</summary>
/// <param name="Name">The name that the processor gives itself, or its architecture.</param>
/// <param name="Family">The family; -1 where it has none.</param>
/// <param name="Model">The model; -1 where it has none.</param>
internal sealed record Processor(string Name, int Family, int Model)
{
    public static Processor Current { get; } = Read();

    private static Processor Read()
    {
        const int FirstNameLeaf = unchecked((int)0x80000002), NameLeaves = 3;
        if (!X86Base.IsSupported) return new(RuntimeInformation.ProcessArchitecture.ToString(), -1, -1);
        Span<int> words = stackalloc int[4 * NameLeaves];
        for (int leaf = 0; leaf < NameLeaves; leaf++)
            (words[4 * leaf], words[4 * leaf + 1], words[4 * leaf + 2], words[4 * leaf + 3]) = X86Base.CpuId(FirstNameLeaf + leaf, 0);
        int version = X86Base.CpuId(1, 0).Eax, family = version >> 8 & 0xF;
        return new(Encoding.ASCII.GetString(MemoryMarshal.AsBytes(words)).TrimEnd('\0', ' '),
            family == 0xF ? family + (version >> 20 & 0xFF) : family, (version >> 4 & 0xF) | (version >> 12 & 0xF0));
    }
}
