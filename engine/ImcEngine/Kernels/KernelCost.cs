using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>
/// Estimated time of one image's layer, which only chooses between kernels.
/// <code>
/// columns   pixels * (planes * rows * list + blocks * (turn + planes * (rows * density * row + groups * conversion)))          blocks of columns
/// pixels    outputs * blocks * (turn + weight planes * planes * (rows * density of weights * row + groups * conversion))        blocks of pixels
/// </code>
/// </summary>
internal static class KernelCost
{
    /// <summary>One width's costs, ns on a Zen 5 core.</summary>
    /// <param name="Row">To add one row.</param>
    /// <param name="Conversion">To convert and accumulate one vector.</param>
    /// <param name="Turn">To turn one vector's accumulators into integers.</param>
    private readonly record struct Costs(int Lanes, double Row, double Conversion, double Turn);

    private const double ListOfRow = 0.18, BipolarDensity = 0.5, UnipolarDensity = 0.3;

    public static double Of(string kernel, MappedLayer layer)
    {
        var costs = CostsOf(kernel);
        if (costs.Lanes == 0) return double.MaxValue;
        var map = layer.Map;
        int planes = map.InputFormat.Bits, groups = map.Groups.Length;
        double rows = layer.Weights.Rows;
        if (kernel.StartsWith("pixels", StringComparison.Ordinal))
        {
            double ofVector = costs.Turn + (planes * map.WeightFormat.Bits * ((rows * layer.Weights.Density * costs.Row) + (groups * costs.Conversion)));
            return map.Geometry.OutputChannels * Blocks(map.Geometry.OutputPixels, costs.Lanes) * ofVector;
        }
        double density = map.InputFormat.Encoding == Encoding.Unipolar ? UnipolarDensity : BipolarDensity;
        double ofBlock = costs.Turn + (planes * ((rows * density * costs.Row) + (groups * costs.Conversion)));
        return map.Geometry.OutputPixels * map.Geometry.Groups * ((planes * rows * ListOfRow) + (Blocks(map.GroupColumns, costs.Lanes) * ofBlock));
    }

    private static int Blocks(int length, int lanes) => (length + lanes - 1) / lanes;

    private static Costs CostsOf(string kernel) => kernel[(kernel.IndexOf('-', StringComparison.Ordinal) + 1)..] switch
    {
        "512-ternary" => new(512, 0.47, 22, 120),
        "256-ternary" => new(256, 0.36, 19, 70),
        "256" => new(256, 0.52, 22, 70),
        "64" => new(64, 0.55, 20, 30),
        _ => default,
    };
}
