namespace ImcEngine.Cost;

/// <summary>The cost of all layers on the macro for one image. Layers run one after the other; each has arrays of its own.</summary>
internal sealed class NetworkCost(IReadOnlyList<LayerCost> layers)
{
    private const double FemtojoulesPerNanojoule = 1e6, SquareMicrometresPerSquareMillimetre = 1e6;

    public IReadOnlyList<LayerCost> Layers => layers;

    public long MultiplyAccumulates => layers.Sum(layer => layer.Counts.MultiplyAccumulates);
    public long Conversions => layers.Sum(layer => layer.Counts.Conversions);
    public long Cycles => layers.Sum(layer => layer.Cycles);
    public double Nanoseconds => layers.Sum(layer => layer.Nanoseconds);

    /// <summary>The number of ADC models.</summary>
    public int AdcModels => layers.Count == 0 ? 0 : layers.Max(layer => layer.Adcs.Count);

    /// <summary>Whether driven rows and products are bounds.</summary>
    public bool IsBound => layers.Any(layer => layer.IsBound);

    /// <summary>The images on which driven rows and products were measured; 0 where they are bounds.</summary>
    public int MeasuredImages => layers.Count == 0 ? 0 : layers.Min(layer => layer.MeasuredImages);

    /// <summary>Everything but the ADCs.</summary>
    public double OtherNanojoules => layers.Sum(layer => layer.OtherFemtojoules) / FemtojoulesPerNanojoule;

    /// <summary>Returns the energy with one of the ADC models; null where a layer's ADC has none by it.</summary>
    public double? Nanojoules(int adcModel) => Sum(layer =>
        layer.Adcs.Count == 0 ? layer.OtherFemtojoules : layer.TotalFemtojoules(layer.Adcs[adcModel])) / FemtojoulesPerNanojoule;

    /// <summary>Returns the area with one of the ADC models; null where a layer's ADC has none by it.</summary>
    public double? SquareMillimetres(int adcModel) => Sum(layer => layer.Adcs.Count == 0
        ? layer.CellsSquareMicrometres + layer.ShiftAddSquareMicrometres
        : layer.TotalSquareMicrometres(layer.Adcs[adcModel])) / SquareMicrometresPerSquareMillimetre;

    /// <summary>The least and the greatest energy of the ADC models; null where no model has one.</summary>
    public (double Least, double Most)? BandNanojoules
    {
        get
        {
            double[] known = [.. Enumerable.Range(0, Math.Max(1, AdcModels)).Select(Nanojoules).OfType<double>()];
            return known.Length == 0 ? null : (known.Min(), known.Max());
        }
    }

    /// <summary>The same for a multiply-accumulate.</summary>
    public (double Least, double Most)? BandFemtojoulesPerMultiplyAccumulate => BandNanojoules is var (least, most)
        ? (FemtojoulesPerMultiplyAccumulate(least), FemtojoulesPerMultiplyAccumulate(most)) : null;

    /// <summary>Returns the energy of a multiply-accumulate.</summary>
    /// <param name="nanojoules">The energy of an image.</param>
    public double FemtojoulesPerMultiplyAccumulate(double nanojoules) => nanojoules * FemtojoulesPerNanojoule / MultiplyAccumulates;

    /// <summary>Returns TOPS/W; a multiply-accumulate is two operations.</summary>
    /// <inheritdoc cref="FemtojoulesPerMultiplyAccumulate"/>
    public double TeraOperationsPerJoule(double nanojoules) => 2000 / FemtojoulesPerMultiplyAccumulate(nanojoules);

    private double? Sum(Func<LayerCost, double?> of) =>
        layers.Aggregate((double?)0, (sum, layer) => sum + of(layer));
}
