using ImcEngine.Randomness;

namespace ImcEngine.Macro;

/// <summary>The deviations of cells of one size, as a function of their random bits u.</summary>
internal sealed class CellSigma
{
    /// <summary>Marks a high half of u for which the deviation depends on the low half too.</summary>
    private const short Unsure = short.MinValue;

    private readonly double _sigmaQuanta;
    private readonly short[] _ofHigh = new short[GaussianSteps.Highs];

    /// <param name="unitSigmaQuanta">Sigma of a cell of one unit, quanta.</param>
    /// <param name="units">The capacitor of the cell in units; its sigma falls with the root of them.</param>
    public CellSigma(double unitSigmaQuanta, int units)
    {
        _sigmaQuanta = unitSigmaQuanta / Math.Sqrt(units);
        // The deviation rises with u, so it is known where the bounds are equal.
        int[] bounds = Array.ConvertAll(GaussianSteps.NormalOfHigh, EpsQuanta);
        for (int high = 0; high < _ofHigh.Length; high++)
        {
            int eps = bounds[high];
            _ofHigh[high] = eps == bounds[high + 1] && eps > Unsure && eps <= short.MaxValue ? (short)eps : Unsure;
        }
    }

    public int EpsQuanta(uint u)
    {
        int eps = _ofHigh[u >> 16];
        return eps == Unsure ? EpsQuanta(Gaussian.Normal(u)) : eps;
    }

    private int EpsQuanta(double normal) => (int)Math.Round(_sigmaQuanta * normal);
}
