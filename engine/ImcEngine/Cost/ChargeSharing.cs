using ImcEngine.Macro;

namespace ImcEngine.Cost;

/// <summary>
/// The energy of a charge-sharing array, derived here from charge conservation. A column has N cells of capacitance C, and its summing line
/// a parasitic of p N C. Every conversion begins with the column reset.
/// <code>
/// AND, reset at 0:                     n products are 1:  coupling C V^2 n (N (1 + p) - n) / (N (1 + p))          sharing C V^2 n
/// XNOR and gated, reset at V / 2:      m driven rows:     coupling C V^2 (m - s^2 / (N (1 + p))) / 4              sharing C V^2 m / 4
/// digits: cell r takes the share a(r) of its swing, -1 .. 1, on c(r) units:
///                                      coupling C (k V)^2 (Q - S^2 / (U (1 + p)))                                 sharing C (k V)^2 Q
///         Q = sum of c a^2    S = sum of c a    U = N * units of a cell of all joined columns    k = 1, or 1/2 with reset at V / 2
/// </code>
/// The first lines are the last one with a = 0 or 1, and a = -1 or 1.
/// </summary>
internal static class ChargeSharing
{
    private const double BoltzmannJoulesPerKelvin = 1.380649e-23, FemtofaradsPerFarad = 1e15;

    /// <summary>The temperature of the thermal noise.</summary>
    public const double Kelvin = 300;

    private const string Digits = "; digits: each cell by the share of its swing and its units";

    public static CostModel Coupling { get; } = new("array, coupling",
        "AND: C V^2 n (N (1 + p) - n) / (N (1 + p)); XNOR and gated, reset at V / 2: C V^2 (m - s^2 / (N (1 + p))) / 4 a conversion"
            + Digits,
        "derived here from charge conservation", "driven plates switched while the column is joined; drivers and word lines not included");

    public static CostModel Sharing { get; } = new("array, sharing",
        "AND: C V^2 n; XNOR and gated, reset at V / 2: C V^2 m / 4 a conversion" + Digits,
        "derived here from charge conservation", "cells charged one by one, then joined; drivers and word lines not included");

    public static CostModel ThermalNoise { get; } = new("thermal noise", "k sqrt(k_B T N / (C (1 + p))) / V counts, k = 1 for AND, "
        + "2 for XNOR and gated", "derived here: charge noise of the joined capacitors",
        "300 K; a floor, which comparator and supply add to");

    public static CostModel Mismatch { get; } = new("mismatch", "sigma = 2.1 * 10^-2.5 * sqrt(C / fF) fF, so 0.664 % * sqrt(1 fF / C)",
        "the 28 nm model in the code of CACTUS (imc_dp_unit.py)", "28 nm");

    public static CostModel ModelOf(ArrayEnergyKind kind) => kind == ArrayEnergyKind.Coupling ? Coupling : Sharing;

    /// <summary>Returns the energy of some conversions, fJ.</summary>
    /// <param name="kind">The variant.</param>
    /// <param name="moments">The sums over these conversions.</param>
    /// <param name="column">The column.</param>
    /// <param name="supplyVolts">The supply.</param>
    public static double EnergyFemtojoules(ArrayEnergyKind kind, in ChargeMoments moments, in ColumnCharge column, double supplyVolts)
    {
        double swing = column.IsSigned ? supplyVolts / 2 : supplyVolts;
        double joined = kind == ArrayEnergyKind.Coupling ? moments.SquaredSums / column.TotalUnits : 0;
        return column.UnitFemtofarads * swing * swing * (moments.SquaredShares - joined);
    }

    /// <summary>Returns the greatest energy that one conversion can take, fJ.</summary>
    /// <param name="kind">The variant.</param>
    /// <param name="drivenUnits">The units of the cells in driven rows.</param>
    /// <param name="column">The column.</param>
    /// <param name="supplyVolts">The supply.</param>
    public static double GreatestFemtojoules(ArrayEnergyKind kind, double drivenUnits, in ColumnCharge column, double supplyVolts)
    {
        // Signed shares can cancel in the sum. Those of AND cannot, and their parabola is highest where half the column's units switch.
        if (column.IsSigned || kind == ArrayEnergyKind.Sharing)
            return EnergyFemtojoules(kind, new(drivenUnits, 0), column, supplyVolts);
        double units = Math.Min(drivenUnits, column.TotalUnits / 2);
        return EnergyFemtojoules(kind, new(units, units * units), column, supplyVolts);
    }

    /// <summary>Returns the sigma of thermal noise on a conversion, in counts as <c>die.bitlineNoiseCounts</c> takes it: the factor
    /// 1 + p of ARITHMETIC §4 is not in it.</summary>
    public static double ThermalNoiseCounts(in ColumnCharge column, double supplyVolts) =>
        (column.IsSigned ? 2 : 1)
            * Math.Sqrt(BoltzmannJoulesPerKelvin * Kelvin * column.Cells * column.Units * FemtofaradsPerFarad
                / (column.UnitFemtofarads * (1 + column.ParasiticRelative)))
            / supplyVolts;

    /// <summary>Returns the published sigma of a capacitor's relative deviation.</summary>
    public static double MismatchRelative(double femtofarads) => 0.021 / Math.Sqrt(10 * femtofarads);
}

/// <summary>Sums over conversions, from which the energy of a charge-sharing array follows.</summary>
/// <param name="SquaredShares">The sum of c a^2 over all cells and conversions: of single planes the products that are 1 (AND), or the
/// driven rows (XNOR and gated).</param>
/// <param name="SquaredSums">The sum over conversions of the square of the sum of c a: of single planes that of s^2.</param>
internal readonly record struct ChargeMoments(double SquaredShares, double SquaredSums);

/// <summary>A column, or the joined columns of a digit.</summary>
/// <param name="Cells">N, the cells on a column.</param>
/// <param name="Units">The units of capacitance of a row: 1 for a column by itself.</param>
/// <param name="UnitFemtofarads">C.</param>
/// <param name="ParasiticRelative">p.</param>
/// <param name="IsSigned">Whether the column is reset at half the supply, for XNOR and gated products.</param>
internal readonly record struct ColumnCharge(int Cells, int Units, double UnitFemtofarads, double ParasiticRelative, bool IsSigned)
{
    /// <summary>The units on the joined line, its parasitic included.</summary>
    public double TotalUnits => (double)Cells * Units * (1 + ParasiticRelative);
}
