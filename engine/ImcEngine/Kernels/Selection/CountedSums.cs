using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Plain;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Selection;

/// <summary>
/// Exact sums for operands of few bits, computed by the bit-sliced kernels. The ADC has a code for every count. The row groups are about as
/// large as the first-level cache holds, whatever those of the macro are. On a Zen 3 core this takes one ninth of the time of multiplying
/// with 1-bit operands, and 0.4 of it with 2-bit operands.
/// </summary>
internal static class CountedSums
{
    // On a Zen 5 core with 512 lanes, 2 and 4 bits: 768 rows are 4 to 6 % faster than 512, and 512 are 10 % faster than 256.
    // 1152 are not faster than 768.
    private const int Rows = 768;

    // The cost of ExactKernel in ns. A multiply-accumulate: 50 G/s on a Zen 3 core, 68 G/s with AVX-512 on a Zen 5 core.
    // An input or output element, which is moved separately: 5 ns on a Zen 5 core.
    private const double Product = 0.02, ProductOf512 = 0.015, Element = 5;

    /// <summary>Returns null where multiplying is estimated to be faster, or where no bit-sliced kernel supports the layer.</summary>
    public static PreparedKernel? TryCheaper(MappedLayer layer)
    {
        if (!Vector256.IsHardwareAccelerated) return null;
        var geometry = layer.Map.Geometry;
        double products = (double)geometry.WeightCount * geometry.OutputPixels * (Avx512BW.IsSupported ? ProductOf512 : Product),
            elements = Element * (geometry.InputSize + geometry.OutputSize);
        var regrouped = Regrouped(layer);
        return KernelRegistry.All.Where(entry => entry.IsAccelerated).Min(entry => KernelCost.Estimate(entry.Id, regrouped))
            < products + elements ? Prepare(regrouped) : null;
    }

    /// <summary>Returns null where no bit-sliced kernel supports the layer.</summary>
    public static PreparedKernel? TryPrepare(MappedLayer layer) => Prepare(Regrouped(layer));

    private static PreparedKernel? Prepare(MappedLayer regrouped)
    {
        var adc = EveryCount(regrouped);
        return KernelRegistry.TryChoose(regrouped, [adc], forced: "") is not var (entry, kernel) || kernel is PopcountKernel ? null
            : new(KernelId.Exact, kernel, KernelId.Exact, KernelRegistry.ChooseBatched(regrouped, [adc], entry.Id, forced: "")?.Kernel);
    }

    private static MappedLayer Regrouped(MappedLayer layer)
    {
        var map = layer.Map;
        return new(new LayerMap(KernelId.Exact.Name, map.Geometry, map.InputFormat, map.WeightFormat, new() { Rows = Rows }),
            layer.WeightCodes, layer.InputMayBeUndriven, layer.Ordinal);
    }

    /// <summary>Returns an ADC with a code for every partial sum, in counts; for every even one where all sums are even.</summary>
    private static IntegerAdc EveryCount(MappedLayer layer)
    {
        int least = layer.LeastPartialSum, step = new CounterEncoding(layer).IsHalved ? 2 : 1;
        if (step == 2 && least % 2 != 0) least++;
        int[] thresholds = [.. Enumerable.Range(1, (layer.LargestGroup - least) / step).Select(k => least + k * step)];
        return new(thresholds, [.. Enumerable.Range(0, thresholds.Length + 1).Select(k => (long)(least + k * step))]);
    }
}
