using System.Numerics;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Cost;

/// <summary>The number of bits of an ADC, for models that know an ADC by it.</summary>
internal static class AdcResolution
{
    /// <summary>Returns the bits that number the codes of a layer's ADC; null where it has none.</summary>
    /// <param name="adc">The layer's ADC.</param>
    /// <exception cref="ImcException">A measured table cannot be read, or the specification makes no ADC for the layer.</exception>
    public static int? BitsOf(AdcSpec adc, LayerMap map) => adc.Kind switch
    {
        AdcKind.None => null,
        AdcKind.List => BitsOf(adc.LevelsCounts!.Length),
        AdcKind.Table => BitsOf(adc.LevelsCounts?.Length ?? MeasuredTable.Read(adc.Table!, null).LevelCounts.Length),
        AdcKind.Uniform when adc is { LsbCounts: not null, Bits: null, LevelCount: null } =>
            BitsOf(AdcFactory.Create(adc, map.Rows, map.Products).LevelCounts.Length),
        _ => BitsOf(AdcFactory.LevelCount(adc)),
    };

    /// <summary>Returns the bits that number the partial sums of a layer, which are its codes where it has no ADC.</summary>
    public static int BitsOfSums(LayerMap map) => BitsOf(map.Rows * (map.Products.Most - map.Products.Least) + 1);

    private static int BitsOf(int codes) => Math.Max(1, CeilingOfLog2(codes));

    /// <summary>Returns the least number of bits that tell so many numbers apart.</summary>
    public static int CeilingOfLog2(int numbers) => numbers <= 1 ? 0 : BitOperations.Log2((uint)(numbers - 1)) + 1;
}
