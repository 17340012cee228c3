using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Selection;

/// <summary>
/// Estimates the time of a layer for one image. It is used only to choose between kernels.
/// <code>
/// columns   input positions * planes * channels * list
///           + pixels * (pixel + planes * groups * select
///                       + blocks of columns * (turn + planes * (rows * density * row + groups * conversion)))
/// pixels    blocks of pixels * (planes * rows * spread
///                               + outputs * (turn + weight planes * planes * (rows * added * row + groups * conversion)))
/// </code>
/// With pixels in the lanes, rows that two columns share are added once: added = density - density^2 / 2, with the density of the weights.
/// There a row costs a quarter more. It costs still more where the lists of a row group's columns are long, since every plane reads them
/// again.
/// </summary>
internal static class KernelCost
{
    /// <summary>The costs at one vector width, in ns on a Zen 5 core.</summary>
    /// <param name="Row">The time to add one row.</param>
    /// <param name="Conversion">The time to convert and accumulate one vector.</param>
    /// <param name="Turn">The time to turn the accumulators of one vector into results.</param>
    /// <param name="Spread">The time to make one row of pixels.</param>
    private readonly record struct Costs(double Row, double Conversion, double Turn, double Spread);

    private const double Pixel = 150, ListOfChannel = 0.35, Select = 10, ConstantOfPixels = 5, BipolarDensity = 0.5, UnipolarDensity = 0.3;
    private const double RowOfPixels = 1.25, RowOfLongLists = 0.18, LongListsBytes = 150_000;

    /// <summary>Returns the estimated time in ns.</summary>
    /// <param name="imagesAtOnce">The number of images in a run of a kernel with pixels in its lanes.</param>
    public static double Estimate(KernelId kernel, MappedLayer layer, int imagesAtOnce = 1)
    {
        var costs = CostsOf(kernel.Vectors);
        if (costs == default) return double.MaxValue;
        var map = layer.Map;
        int planes = map.InputFormat.Bits, groups = map.Groups.Length;
        double rows = layer.Weights.Rows;
        if (kernel.Family == KernelFamily.Pixels)
        {
            double conversion = costs.Conversion + (map.Product == CellProduct.Xnor ? ConstantOfPixels : 0);
            double added = layer.Weights.Density * (1 - (layer.Weights.Density / 2));
            double row = (costs.Row * RowOfPixels)
                + (map.GroupPlanes * layer.LargestGroup * added * sizeof(ushort) > LongListsBytes ? RowOfLongLists : 0);
            double ofVector = costs.Turn + (planes * map.WeightFormat.Bits * rows * added * row) + (map.DigitPairs * groups * conversion);
            double ofBlock = (planes * rows * map.Geometry.Groups * costs.Spread) + (map.Geometry.OutputChannels * ofVector);
            return Blocks(map.Geometry.OutputPixels * imagesAtOnce, kernel.VectorBits) * ofBlock / imagesAtOnce;
        }
        double density = map.InputFormat.Encoding == OperandEncoding.Unipolar ? UnipolarDensity : BipolarDensity;
        int digitPlanes = (map.WeightFormat.Bits + map.WeightDigits.Count - 1) / map.WeightDigits.Count;
        double ofColumns = costs.Turn + (planes * digitPlanes * rows * density * costs.Row)
            + (map.InputDigits.Count * groups * costs.Conversion);
        double lists = (double)map.Geometry.InputHeight * map.Geometry.InputWidth * planes * map.Geometry.GroupInputChannels
            * ListOfChannel;
        double ofPixel = Pixel + (planes * groups * Select) + (Blocks(map.GroupDigits, kernel.VectorBits) * ofColumns);
        return map.Geometry.Groups * (lists + (map.Geometry.OutputPixels * ofPixel));
    }

    private static int Blocks(int length, int lanes) => (length + lanes - 1) / lanes;

    private static Costs CostsOf(KernelVectors vectors) => vectors switch
    {
        KernelVectors.Bits512Ternary => new(0.34, 10, 90, 1.2),
        KernelVectors.Bits256Ternary => new(0.27, 10, 60, 0.8),
        KernelVectors.Bits256 => new(0.36, 12, 70, 0.8),
        KernelVectors.Bits64 => new(0.45, 8, 30, 0.5),
        _ => default,
    };
}
