using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Perf.Networks;

/// <summary>What is done with the images.</summary>
internal enum Work
{
    /// <summary>They run through the network.</summary>
    Run,

    /// <summary>The ADCs' ranges are calibrated on them.</summary>
    Calibration,

    /// <summary>The table of layers is filled from them.</summary>
    Statistics,
}

/// <summary>A setting at which a network is timed: hardware and batch.</summary>
/// <param name="Name">What distinguishes it from the others of its table.</param>
/// <param name="Batch">Images that run at once.</param>
/// <param name="Work">What is timed.</param>
/// <param name="Images">The images of a pass; null: as many as fill the time of one.</param>
internal sealed record NetworkSetting(string Name, RunSpec Run, int Batch = NetworkSetting.UsualBatch, Work Work = Work.Run,
    int? Images = null)
{
    public const int UsualBatch = 64, UsualRows = 256, UsualBits = 4;

    // The LSB of the clipped range: not a power of two.
    private const double UsualLsbCounts = 7;
    private const int LeastFullRangeBits = 8;

    /// <summary>
    /// A uniform ADC on 256 rows, row groups of whole kernel positions, an ideal die. Up to 6 bits the range is clipped to 15 LSB of 7
    /// counts, around 0 where sums have signs. From 8 bits on it is the full range, which no one clips.
    /// </summary>
    public static RunSpec Hardware(BenchmarkNetwork network, int bits = UsualBits, int rows = UsualRows, DieSpec? die = null) => new()
    {
        Macro = new() { Name = "benchmark", Rows = rows, Die = die ?? new(),
            Adc = new() { Bits = bits, Range = bits >= LeastFullRangeBits ? AdcRange.Full : Clipped(network) } },
    };

    /// <summary>The usual hardware with other digits. The LSB grows with the span of the products of a digit pair.</summary>
    public static RunSpec Digits(BenchmarkNetwork network, Func<MacroSpec, MacroSpec> change, DieSpec? die = null)
    {
        var usual = Hardware(network, die: die);
        var macro = change(usual.Macro);
        var products = new DigitProducts(macro.InputDigits(network.Activation), macro.WeightDigits(network.Weight));
        double most = UsualLsbCounts * ((1 << UsualBits) - 1);
        return usual with
        {
            Macro = macro with
            {
                Adc = macro.Adc with { Range = new(RangeKind.Fixed, most * products.Least, most * products.Most) },
            },
        };
    }

    /// <summary>The same run with a range that is calibrated.</summary>
    public static RunSpec Calibrated(RunSpec run) =>
        run with { Macro = run.Macro with { Adc = run.Macro.Adc with { Range = AdcRange.Calibrated } } };

    /// <summary>A measured converter: the usual ADC's code with probability 0.8, each neighbour 0.1.</summary>
    public static RunSpec MeasuredTable(BenchmarkNetwork network, string path)
    {
        var range = Clipped(network);
        int codes = 1 << UsualBits;
        double lsb = (range.HighCounts - range.LowCounts) / (codes - 1);
        double[] levels = [.. Enumerable.Range(0, codes).Select(k => range.LowCounts + k * lsb)];
        var lines = Enumerable.Range(-UsualRows, 2 * UsualRows + 1).Select(s =>
        {
            double[] probabilities = new double[codes];
            int code = Math.Clamp((int)Math.Round((s - range.LowCounts) / lsb), 0, codes - 1);
            probabilities[code] += 0.8;
            probabilities[Math.Max(code - 1, 0)] += 0.1;
            probabilities[Math.Min(code + 1, codes - 1)] += 0.1;
            return FormattableString.Invariant(
                $"{s},{string.Join(',', probabilities.Select(p => p.ToString(System.Globalization.CultureInfo.InvariantCulture)))}");
        });
        File.WriteAllLines(path, lines);
        return new() { Macro = new() { Name = "benchmark", Rows = UsualRows,
            Adc = new() { Kind = AdcKind.Table, Table = path, LevelsCounts = levels } } };
    }

    private static AdcRange Clipped(BenchmarkNetwork network)
    {
        double width = UsualLsbCounts * ((1 << UsualBits) - 1);
        return CellProducts.ForEncodings(network.Activation.Encoding, network.Weight.Encoding).IsSigned()
            ? new(RangeKind.Fixed, -width / 2, width / 2) : new(RangeKind.Fixed, 0, width);
    }
}
