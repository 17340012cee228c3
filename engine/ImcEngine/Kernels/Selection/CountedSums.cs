using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Plain;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Selection;

/// <summary>
/// Exact sums of few bits by the bit-sliced kernels: an ADC that answers every count, and row groups as large as the first-level cache
/// holds, or nearly, whatever the macro's are.
/// On a Zen 3 core this takes a ninth of the time that multiplying takes with one bit an operand, and 0.4 of it with two.
/// </summary>
internal static class CountedSums
{
    // On a Zen 5 with 512 lanes, 2 and 4 bits: 4 to 6 % faster than 512, which were 10 % faster than 256; 1152 were no faster.
    private const int Rows = 768;

    // ns of ExactKernel. A multiply-accumulate: 50 G a second on a Zen 3 core, 68 with AVX-512 on a Zen 5 one.
    // An input or output, which is moved by itself: 5 on a Zen 5 core.
    private const double Product = 0.02, ProductOf512 = 0.015, Element = 5;

    /// <summary>Null where multiplying is estimated to be faster, or no bit-sliced kernel takes the layer.</summary>
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

    /// <summary>Null where no bit-sliced kernel takes the layer.</summary>
    public static PreparedKernel? TryPrepare(MappedLayer layer) => Prepare(Regrouped(layer));

    private static PreparedKernel? Prepare(MappedLayer regrouped)
    {
        var adc = EveryCount(regrouped);
        var (entry, kernel) = KernelRegistry.Choose(regrouped, [adc], forced: "");
        return kernel is PopcountKernel ? null
            : new(KernelId.Exact, kernel, KernelId.Exact, KernelRegistry.ChooseBatched(regrouped, [adc], entry.Id, forced: "")?.Kernel);
    }

    private static MappedLayer Regrouped(MappedLayer layer)
    {
        var map = layer.Map;
        return new(new LayerMap(KernelId.Exact.Name, map.Geometry, map.InputFormat, map.WeightFormat, new() { Rows = Rows }),
            layer.WeightCodes, layer.InputMayBeUndriven, layer.Ordinal);
    }

    /// <summary>Codes of all partial sums, in counts; by twos where the layer has even ones only.</summary>
    private static IntegerAdc EveryCount(MappedLayer layer)
    {
        int least = layer.LeastPartialSum, step = new CounterEncoding(layer).IsHalved ? 2 : 1;
        if (step == 2 && least % 2 != 0) least++;
        int[] thresholds = [.. Enumerable.Range(1, (layer.LargestGroup - least) / step).Select(k => least + k * step)];
        return new(thresholds, [.. Enumerable.Range(0, thresholds.Length + 1).Select(k => (long)(least + k * step))]);
    }
}
