namespace ImcEngine.Cost;

/// <summary>Energy and area of an ADC as a function of its bits.</summary>
internal abstract class AdcModel
{
    public abstract CostModel Model { get; }

    /// <summary>Returns the energy of a conversion, fJ; null where the model has none.</summary>
    /// <param name="bits">The bits of the ADC.</param>
    /// <param name="process">The process.</param>
    /// <param name="conversionsPerSecond">The rate of the ADC.</param>
    public abstract double? EnergyFemtojoules(int bits, Process process, double conversionsPerSecond);

    /// <summary>Returns the area of an ADC, square micrometres; null where the model has none.</summary>
    /// <inheritdoc cref="EnergyFemtojoules"/>
    public abstract double? AreaSquareMicrometres(int bits, Process process, double conversionsPerSecond);

    /// <summary>Says what lies outside the model's validity; null where nothing does.</summary>
    public abstract string? Outside(int bits, Process process);
}
