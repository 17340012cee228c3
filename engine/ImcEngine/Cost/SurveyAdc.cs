namespace ImcEngine.Cost;

/// <summary>
/// The ADC of 4 to 14 bits at any node, a fit through the better ADCs of Murmann's survey (Andrulis et al., with the constants of the
/// authors' refit of March 2026). It has no term for the supply.
/// <code>
/// SNDR = 6.0206 B + 1.7609 dB        FOM = min(213.7807 - 2.87190 ln f, 128.3068 + 3.22051 B) dB, f in Hz
/// energy = 0.5 * 10^((SNDR - FOM) / 10) * exp(26.04962 + 1.88004 ln node - 2.82913 ln B - 1.47020) pJ, node in nm
/// area = exp(1.34619 + 0.99328 ln node + 0.18072 ln f + 0.29912 ln energy) um^2, energy in pJ
/// </code>
/// </summary>
internal sealed class SurveyAdc : AdcModel
{
    private const int LeastBits = 4, MostBits = 14;
    private const double FemtojoulesPerPicojoule = 1000;

    public static SurveyAdc Instance { get; } = new();

    private SurveyAdc()
    {
    }

    public override CostModel Model { get; } = new("ADC B",
        "E = 0.5 * 10^((SNDR - FOM) / 10) * exp(26.04962 + 1.88004 ln node - 2.82913 ln B - 1.47020) pJ, SNDR = 6.0206 B + 1.7609 dB, "
            + "FOM = min(213.7807 - 2.87190 ln f, 128.3068 + 3.22051 B) dB; "
            + "area = exp(1.34619 + 0.99328 ln node + 0.18072 ln f + 0.29912 ln E) um^2",
        "Andrulis et al., arXiv 2404.06553, with the constants of hwcomponents-adc of March 2026; of Murmann's survey the best 20 % of "
            + "energies and 10 % of areas",
        "4 to 14 bits, any node, no term for the supply");

    public override double? EnergyFemtojoules(int bits, Process process, double conversionsPerSecond)
    {
        if (bits < LeastBits) return null;
        double sndr = 6.0206 * bits + 1.7609;
        double merit = Math.Min(213.7807 - 2.87190 * Math.Log(conversionsPerSecond), 128.3068 + 3.22051 * bits);
        return FemtojoulesPerPicojoule * 0.5 * Math.Pow(10, (sndr - merit) / 10)
            * Math.Exp(26.04962 + 1.88004 * Math.Log(process.NodeNanometres) - 2.82913 * Math.Log(bits) - 1.47020);
    }

    public override double? AreaSquareMicrometres(int bits, Process process, double conversionsPerSecond) =>
        EnergyFemtojoules(bits, process, conversionsPerSecond) is { } energy
            ? Math.Exp(1.34619 + 0.99328 * Math.Log(process.NodeNanometres) + 0.18072 * Math.Log(conversionsPerSecond)
                + 0.29912 * Math.Log(energy / FemtojoulesPerPicojoule))
            : null;

    public override string? Outside(int bits, Process process) => bits < LeastBits ? $"{bits} bits, and the model begins at {LeastBits}"
        : bits > MostBits ? $"{bits} bits, and the model ends at {MostBits}" : null;
}
