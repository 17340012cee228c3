using System.Globalization;

namespace ImcEngine.Cost;

/// <summary>The process that a chip is made in, and the scaling of numbers of 28 nm to it. It is the rough classical rule.</summary>
/// <param name="NodeNanometres">The node.</param>
/// <param name="SupplyVolts">The supply.</param>
internal sealed record Process(double NodeNanometres, double SupplyVolts)
{
    /// <summary>The node that the constants of <see cref="ColumnLogic"/> and <see cref="SmallAdc"/> are of.</summary>
    public const double ModelledNodeNanometres = 28;

    /// <summary>The supply that the delays of those constants are of.</summary>
    public const double ModelledSupplyVolts = 0.9;

    private double Shrink => NodeNanometres / ModelledNodeNanometres;

    /// <summary>The square of the supply: the energy in fJ of switching 1 fF.</summary>
    public double SquareVolts => SupplyVolts * SupplyVolts;

    /// <summary>What a capacitance of logic and wires is multiplied by.</summary>
    public double CapacitanceScale => Shrink;

    /// <summary>What a delay is multiplied by, at the nominal supply of the node.</summary>
    public double DelayScale => Shrink;

    /// <summary>What an area is multiplied by.</summary>
    public double AreaScale => Shrink * Shrink;

    /// <summary>Says that numbers were scaled; null at 28 nm.</summary>
    public string? ScalingNote => NodeNanometres == ModelledNodeNanometres ? null : string.Create(CultureInfo.InvariantCulture,
        $"scaled from 28 nm: capacitance and delay x {Shrink:0.###}, area x {AreaScale:0.###}");
}
