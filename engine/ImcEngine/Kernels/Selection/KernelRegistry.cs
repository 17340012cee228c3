using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.BitSliced.Columns;
using ImcEngine.Kernels.BitSliced.Pixels;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Kernels.Plain;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Selection;

/// <summary>A kernel by name, and whether this machine has it.</summary>
/// <param name="Name">What <c>IMC_KERNEL</c> takes and reports show.</param>
/// <param name="Lanes">What lies side by side in its vectors.</param>
/// <param name="IsAvailable">It runs here and gives right results.</param>
/// <param name="IsAccelerated">It runs at hardware speed here; others are never timed.</param>
internal sealed record KernelEntry(
    string Name, string Lanes, bool IsAvailable, bool IsAccelerated, Func<MappedLayer, IReadOnlyList<IntegerAdc>, ILayerKernel?> TryPrepare);

/// <summary>
/// All kernels. Among those that are accelerated a layer takes the one of least estimated cost (<see cref="KernelCost"/>); equal ones in this order. One Zen 5 core, 256 rows
/// half of them set, 4-bit ADC, packing to integers: pixels 1333 G binary MAC/s with 512 lanes and ternary logic, 929 with 256 and it, 807 with 256, 234 with 64; columns 796, 652, 511 and 186;
/// popcount 23, and scalar POPCNT without an ADC about 90 (<c>perf/results</c>, <c>kernels-avx-512.md</c>).
/// </summary>
internal static class KernelRegistry
{
    public const string ForcingVariable = "IMC_KERNEL";

    /// <summary>Kernels that take several images together, by the name of the kernel that takes one.</summary>
    public static IReadOnlyDictionary<string, (int Lanes, Func<MappedLayer, IReadOnlyList<IntegerAdc>, int, BatchedPixelKernel?> TryPrepare)> Batched { get; } =
        new Dictionary<string, (int, Func<MappedLayer, IReadOnlyList<IntegerAdc>, int, BatchedPixelKernel?>)>
    {
        ["pixels-512-ternary"] = (512, BatchedPixelKernel<Lanes512Ternary, Vector512<ulong>>.TryPrepare),
        ["pixels-256-ternary"] = (256, BatchedPixelKernel<Lanes256Ternary, Vector256<ulong>>.TryPrepare),
        ["pixels-256"] = (256, BatchedPixelKernel<Lanes256, Vector256<ulong>>.TryPrepare),
    };

    public static IReadOnlyList<KernelEntry> All { get; } =
    [
        new("vertical-512-ternary", "columns", Avx512F.IsSupported, Avx512F.IsSupported, ColumnKernel<Lanes512Ternary, Vector512<ulong>>.TryPrepare),
        new("pixels-512-ternary", "pixels", Avx512F.IsSupported, Avx512F.IsSupported, PixelKernel<Lanes512Ternary, Vector512<ulong>>.TryPrepare),
        new("vertical-256-ternary", "columns", Avx512F.VL.IsSupported, Avx512F.VL.IsSupported, ColumnKernel<Lanes256Ternary, Vector256<ulong>>.TryPrepare),
        new("pixels-256-ternary", "pixels", Avx512F.VL.IsSupported, Avx512F.VL.IsSupported, PixelKernel<Lanes256Ternary, Vector256<ulong>>.TryPrepare),
        new("vertical-256", "columns", true, Vector256.IsHardwareAccelerated, ColumnKernel<Lanes256, Vector256<ulong>>.TryPrepare),
        new("pixels-256", "pixels", true, Vector256.IsHardwareAccelerated, PixelKernel<Lanes256, Vector256<ulong>>.TryPrepare),
        new("vertical-512", "columns", Vector256.IsHardwareAccelerated, false, ColumnKernel<Lanes512, Vector512<ulong>>.TryPrepare),
        new("pixels-512", "pixels", Vector256.IsHardwareAccelerated, false, PixelKernel<Lanes512, Vector512<ulong>>.TryPrepare),
        new("vertical-64", "columns", true, true, ColumnKernel<Lanes64, ulong>.TryPrepare),
        new("pixels-64", "pixels", true, true, PixelKernel<Lanes64, ulong>.TryPrepare),
        new("popcount", "rows", true, true, (layer, adcs) => new PopcountKernel(layer, adcs)),
    ];

    /// <exception cref="ImcException">No kernel has this name, or this machine lacks it.</exception>
    public static KernelEntry ByName(string name)
    {
        var entry = ByNameOrNull(name)
            ?? throw new ImcException($"There is no kernel '{name}'. Known are {string.Join(", ", All.Select(kernel => kernel.Name))}.");
        return entry.IsAvailable ? entry
            : throw new ImcException($"Kernel '{name}' needs instructions that this machine lacks. Available are {string.Join(", ", All.Where(kernel => kernel.IsAvailable).Select(kernel => kernel.Name))}.");
    }

    /// <summary>The best kernel that takes the layer; <paramref name="forced"/> (or else <c>IMC_KERNEL</c>) goes first where it takes it.</summary>
    public static (KernelEntry Entry, ILayerKernel Kernel) Choose(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs, string? forced = null)
    {
        forced ??= Environment.GetEnvironmentVariable(ForcingVariable);
        if (!string.IsNullOrEmpty(forced))
        {
            var entry = ByName(forced);
            if (entry.TryPrepare(layer, adcs) is { } kernel) return (entry, kernel);
        }
        foreach (var entry in All.Where(entry => entry.IsAccelerated).OrderBy(entry => KernelCost.Estimate(entry.Name, layer)))
            if (entry.TryPrepare(layer, adcs) is { } kernel) return (entry, kernel);
        throw new InvalidOperationException("The popcount kernel takes every layer.");
    }

    /// <summary>The best kernel that takes several images together, where that is cheaper than one at a time; null where it is not.</summary>
    /// <param name="single">The kernel that takes one.</param>
    /// <param name="forced">As for <see cref="Choose"/>.</param>
    public static (string Name, BatchedPixelKernel Kernel)? ChooseBatched(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs, string single, string? forced = null)
    {
        foreach (var (name, images) in CheaperBatched(layer, single, forced ?? Environment.GetEnvironmentVariable(ForcingVariable)))
            if (Batched[name].TryPrepare(layer, adcs, images) is { } kernel) return (name, kernel);
        return null;
    }

    /// <summary>Kernels that take several images together and how many, of those that are cheaper than one image at a time the best first.</summary>
    /// <param name="single">The kernel that takes one.</param>
    /// <param name="forced">Unless null or empty: the kernel that takes one, and no other, takes several.</param>
    public static IEnumerable<(string Name, int Images)> CheaperBatched(MappedLayer layer, string single, string? forced)
    {
        bool isForced = !string.IsNullOrEmpty(forced);
        return Batched.Where(each => isForced ? each.Key == single : ByNameOrNull(each.Key)!.IsAccelerated)
            .Select(each => (Name: each.Key, Images: BatchedPixelKernel.ImagesOf(layer, each.Value.Lanes))).Where(each => each.Images > 1)
            .Select(each => (Kernel: each, Cost: KernelCost.Estimate(each.Name, layer, each.Images))).Where(each => isForced || each.Cost < KernelCost.Estimate(single, layer))
            .OrderBy(each => each.Cost).Select(each => each.Kernel);
    }

    public static KernelEntry? ByNameOrNull(string name) => All.FirstOrDefault(kernel => kernel.Name == name);
}
