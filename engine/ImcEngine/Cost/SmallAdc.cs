using System.Globalization;

namespace ImcEngine.Cost;

/// <summary>
/// The ADC of 1 to 8 bits of analog in-memory computing (Sun, Houshmand and Verhelst; the form and the constants of the energy are those of
/// Murmann, Mixed-Signal Computing for Deep Neural Network Inference, IEEE TVLSI 2021, and of Gonugondla et al.).
/// <code>
/// energy = (k1 B + k2 4^B) V^2                   k1 = 100 fF, k2 = 0.001 fF; not scaled with the node
/// area   = 10^(-0.0369 B + 1.206) 2^B um^2       from 2 bits; times (node / 28)^2
/// delay  = B (0.00653 rows + 0.640) ns           at 0.9 V; times node / 28
/// </code>
/// </summary>
internal sealed class SmallAdc : AdcModel
{
    private const int MostBits = 8;
    private const double FirstValidNanometres = 22, LastValidNanometres = 28;
    private const double LinearFemtofarads = 100, ExponentialFemtofarads = 0.001;

    public static SmallAdc Instance { get; } = new();

    private SmallAdc()
    {
    }

    public override CostModel Model { get; } = new("ADC A",
        "E = (100 fF B + 0.001 fF 4^B) V^2; area = 10^(-0.0369 B + 1.206) 2^B um^2 (node / 28 nm)^2; "
            + "delay = B (0.00653 rows + 0.640) ns (node / 28 nm)",
        "Sun, Houshmand, Verhelst, arXiv 2405.14978 and 2305.18335 (ZigZag-IMC); energy after Murmann, IEEE TVLSI 2021",
        "1 to 8 bits, 22 to 28 nm; its authors checked it on 7 chips");

    public override double? EnergyFemtojoules(int bits, Process process, double conversionsPerSecond) =>
        (LinearFemtofarads * bits + ExponentialFemtofarads * Math.Pow(4, bits)) * process.SquareVolts;

    public override double? AreaSquareMicrometres(int bits, Process process, double conversionsPerSecond) =>
        bits < 2 ? null : Math.Pow(10, -0.0369 * bits + 1.206) * Math.Pow(2, bits) * process.AreaScale;

    /// <summary>Returns the time of a conversion, nanoseconds.</summary>
    /// <param name="bits">The bits of the ADC.</param>
    /// <param name="rows">The cells on the column.</param>
    /// <param name="process">The process.</param>
    public static double DelayNanoseconds(int bits, int rows, Process process) =>
        bits * (0.00653 * rows + 0.640) * process.DelayScale;

    public override string? Outside(int bits, Process process) =>
        bits > MostBits ? $"{bits} bits, and the model is of 1 to {MostBits}"
        : process.NodeNanometres is < FirstValidNanometres or > LastValidNanometres
            ? string.Create(CultureInfo.InvariantCulture, $"{process.NodeNanometres} nm, and the model is of 22 to 28 nm") : null;
}
