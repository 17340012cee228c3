using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.BitSliced.Columns;
using ImcEngine.Kernels.BitSliced.Pixels;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Kernels.Plain;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Selection;

/// <summary>A kernel, and whether this machine can run it.</summary>
/// <param name="IsAvailable">Whether it runs on this machine, at any speed.</param>
/// <param name="IsAccelerated">Whether this machine has its instructions. Only such kernels are chosen, unless one is forced.</param>
/// <param name="Prepare">Prepares it for a layer; returns null where it does not support the layer. Digits of several planes are asked of
/// bit-sliced kernels alone, digital pairs of none (<see cref="DigitalPairsKernel"/>).</param>
internal sealed record KernelEntry(
    KernelId Id, bool IsAvailable, bool IsAccelerated, Func<MappedLayer, IReadOnlyList<IntegerAdc>, ILayerKernel?> Prepare)
{
    public string Name => Id.Name;

    /// <summary>Prepares the kernel; returns null where it does not support the layer.</summary>
    public ILayerKernel? TryPrepare(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs) =>
        layer.Map.DigitalPairs == 0 && (layer.Map.ConvertsPlanes || Id.VectorBits > 0) ? Prepare(layer, adcs) : null;
}

/// <summary>
/// All kernels of an ideal die with an ADC. A layer gets the accelerated kernel of least estimated cost (<see cref="KernelCost"/>); among
/// equals, the first in this order. Speed in G binary MAC/s on one Zen 5 core, with 256 rows of which half are set and a 4-bit ADC, from
/// packing to integers: pixels 1333 with 512 lanes and ternary logic, 929 with 256 lanes and ternary logic, 807 with 256 lanes, 234 with
/// 64; columns 796, 652, 511 and 186; popcount 23. Scalar POPCNT without an ADC reaches about 90 (<c>perf/results</c>,
/// <c>kernels-avx-512.md</c>).
/// </summary>
internal static class KernelRegistry
{
    public const string ForcingVariable = "IMC_KERNEL";

    /// <summary>The kernels that run several images at once, by the kernel that runs one.</summary>
    public static IReadOnlyDictionary<KernelId, Func<MappedLayer, IReadOnlyList<IntegerAdc>, int, BatchedPixelKernel?>> Batched { get; } =
        new Dictionary<KernelId, Func<MappedLayer, IReadOnlyList<IntegerAdc>, int, BatchedPixelKernel?>>
    {
        [new(KernelFamily.Pixels, KernelVectors.Bits512Ternary)] = BatchedPixelKernel<Lanes512Ternary, Vector512<ulong>>.TryPrepare,
        [new(KernelFamily.Pixels, KernelVectors.Bits256Ternary)] = BatchedPixelKernel<Lanes256Ternary, Vector256<ulong>>.TryPrepare,
        [new(KernelFamily.Pixels, KernelVectors.Bits256)] = BatchedPixelKernel<Lanes256, Vector256<ulong>>.TryPrepare,
    };

    public static IReadOnlyList<KernelEntry> All { get; } =
    [
        new(new(KernelFamily.Columns, KernelVectors.Bits512Ternary), Avx512F.IsSupported, Avx512F.IsSupported,
            ColumnKernel<Lanes512Ternary, Vector512<ulong>>.TryPrepare),
        new(new(KernelFamily.Pixels, KernelVectors.Bits512Ternary), Avx512F.IsSupported, Avx512F.IsSupported,
            PixelKernel<Lanes512Ternary, Vector512<ulong>>.TryPrepare),
        new(new(KernelFamily.Columns, KernelVectors.Bits256Ternary), Avx512F.VL.IsSupported, Avx512F.VL.IsSupported,
            ColumnKernel<Lanes256Ternary, Vector256<ulong>>.TryPrepare),
        new(new(KernelFamily.Pixels, KernelVectors.Bits256Ternary), Avx512F.VL.IsSupported, Avx512F.VL.IsSupported,
            PixelKernel<Lanes256Ternary, Vector256<ulong>>.TryPrepare),
        new(new(KernelFamily.Columns, KernelVectors.Bits256), true, Vector256.IsHardwareAccelerated,
            ColumnKernel<Lanes256, Vector256<ulong>>.TryPrepare),
        new(new(KernelFamily.Pixels, KernelVectors.Bits256), true, Vector256.IsHardwareAccelerated,
            PixelKernel<Lanes256, Vector256<ulong>>.TryPrepare),
        new(new(KernelFamily.Columns, KernelVectors.Bits512), Vector256.IsHardwareAccelerated, false,
            ColumnKernel<Lanes512, Vector512<ulong>>.TryPrepare),
        new(new(KernelFamily.Pixels, KernelVectors.Bits512), Vector256.IsHardwareAccelerated, false,
            PixelKernel<Lanes512, Vector512<ulong>>.TryPrepare),
        new(new(KernelFamily.Columns, KernelVectors.Bits64), true, true, ColumnKernel<Lanes64, ulong>.TryPrepare),
        new(new(KernelFamily.Pixels, KernelVectors.Bits64), true, true, PixelKernel<Lanes64, ulong>.TryPrepare),
        new(KernelId.Popcount, true, true, (layer, adcs) => new PopcountKernel(layer, adcs)),
    ];

    /// <exception cref="ImcException">No kernel has this name, or this machine cannot run it.</exception>
    public static KernelEntry ByName(string name) => ByName(name, All);

    internal static KernelEntry ByName(string name, IReadOnlyList<KernelEntry> kernels)
    {
        var entry = kernels.FirstOrDefault(kernel => kernel.Name == name)
            ?? throw new ImcException($"There is no kernel '{name}'. "
                + $"Known kernels: {string.Join(", ", kernels.Select(kernel => kernel.Name))}.");
        return entry.IsAvailable ? entry
            : throw new ImcException($"Kernel '{name}' needs instructions that this machine lacks. "
                + $"Available kernels: {string.Join(", ", kernels.Where(kernel => kernel.IsAvailable).Select(kernel => kernel.Name))}.");
    }

    /// <summary>Chooses the kernel of least estimated cost that supports the layer. The kernel named by <paramref name="forced"/>, or else
    /// by <c>IMC_KERNEL</c>, is taken instead where it supports the layer.</summary>
    /// <param name="layer">A layer that converts single planes, which some kernel supports.</param>
    public static (KernelEntry Entry, ILayerKernel Kernel) Choose(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs,
        string? forced = null) =>
        TryChoose(layer, adcs, forced) ?? throw new InvalidOperationException("The popcount kernel takes every layer of single planes.");

    /// <summary>Chooses a kernel as <see cref="Choose"/> does; returns null where none supports the layer.</summary>
    public static (KernelEntry Entry, ILayerKernel Kernel)? TryChoose(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs,
        string? forced = null) => TryChoose(layer, entry => entry.TryPrepare(layer, adcs), forced);

    /// <inheritdoc cref="TryChoose(MappedLayer, IReadOnlyList{IntegerAdc}, string?)"/>
    /// <param name="prepare">Prepares a kernel for the layer.</param>
    public static (KernelEntry Entry, ILayerKernel Kernel)? TryChoose(MappedLayer layer, Func<KernelEntry, ILayerKernel?> prepare,
        string? forced = null)
    {
        forced ??= Environment.GetEnvironmentVariable(ForcingVariable);
        if (!string.IsNullOrEmpty(forced))
        {
            var entry = ByName(forced);
            if (prepare(entry) is { } kernel) return (entry, kernel);
        }
        foreach (var entry in All.Where(entry => entry.IsAccelerated).OrderBy(entry => KernelCost.Estimate(entry.Id, layer)))
            if (prepare(entry) is { } kernel) return (entry, kernel);
        return null;
    }

    /// <summary>Chooses the best kernel that runs several images at once; null where one image at a time is cheaper.</summary>
    /// <param name="single">The kernel that runs one image.</param>
    /// <param name="forced">As for <see cref="Choose"/>.</param>
    public static (KernelId Id, BatchedPixelKernel Kernel)? ChooseBatched(
        MappedLayer layer, IReadOnlyList<IntegerAdc> adcs, KernelId single, string? forced = null)
    {
        bool isForced = !string.IsNullOrEmpty(forced ?? Environment.GetEnvironmentVariable(ForcingVariable));
        foreach (var (id, images) in CheaperBatched(layer, single, isForced))
            if (Batched[id](layer, adcs, images) is { } kernel) return (id, kernel);
        return null;
    }

    /// <summary>Returns the kernels that run several images at once more cheaply than one at a time, the best first, with the number of
    /// images.</summary>
    /// <param name="single">The kernel that runs one image.</param>
    /// <param name="isForced">Whether only the batched form of <paramref name="single"/> is allowed, whatever its cost.</param>
    public static IEnumerable<(KernelId Id, int Images)> CheaperBatched(MappedLayer layer, KernelId single, bool isForced) =>
        Batched.Keys.Where(id => isForced ? id == single : EntryOf(id).IsAccelerated)
            .Select(id => (Id: id, Images: BatchedPixelKernel.ImagesOf(layer, id.VectorBits))).Where(each => each.Images > 1)
            .Select(each => (Kernel: each, Cost: KernelCost.Estimate(each.Id, layer, each.Images)))
            .Where(each => isForced || each.Cost < KernelCost.Estimate(single, layer))
            .OrderBy(each => each.Cost).Select(each => each.Kernel);

    public static KernelEntry EntryOf(KernelId id) => All.Single(kernel => kernel.Id == id);
}
