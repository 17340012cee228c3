namespace ImcEngine.BitPlanes;

/// <summary>The numbers that one row can add to the partial sum of a pair of digits: Least, Least + Step, ... Most.</summary>
internal readonly record struct ProductRange(int Least, int Most, int Step);

/// <summary>The products of digits that the rows of a layer form, for every pair of an input digit and a weight digit.</summary>
internal sealed class DigitProducts
{
    private readonly ProductRange[] _pairs;

    public DigitProducts(OperandDigits inputs, OperandDigits weights)
        : this([.. from input in Enumerable.Range(0, inputs.Count)
                   from weight in Enumerable.Range(0, weights.Count)
                   select Range(inputs, input, weights, weight)])
    {
    }

    private DigitProducts(IEnumerable<ProductRange> pairs) => _pairs = [.. pairs.Distinct()];

    /// <summary>The different ranges among all pairs.</summary>
    public IReadOnlyList<ProductRange> Pairs => _pairs;

    /// <summary>The least product of any pair.</summary>
    public int Least => _pairs.Min(pair => pair.Least);

    /// <summary>The greatest product of any pair.</summary>
    public int Most => _pairs.Max(pair => pair.Most);

    /// <summary>Returns the products of single planes.</summary>
    public static implicit operator DigitProducts(CellProduct product) => new([product switch
    {
        CellProduct.And => new ProductRange(0, 1, 1),
        CellProduct.Xnor => new ProductRange(-1, 1, 2),
        _ => new ProductRange(-1, 1, 1),
    }]);

    private static ProductRange Range(OperandDigits inputs, int input, OperandDigits weights, int weight)
    {
        var (leastInput, mostInput) = inputs.Values(input);
        var (leastWeight, mostWeight) = weights.Values(weight);
        int[] ends = [leastInput * leastWeight, leastInput * mostWeight, mostInput * leastWeight, mostInput * mostWeight];
        // Products of odd numbers are odd. Else one of the digits can be 0 and 1, and then products are any neighbouring numbers.
        bool areOdd = inputs.Format.Encoding == OperandEncoding.Bipolar && weights.Format.Encoding == OperandEncoding.Bipolar;
        return new(ends.Min(), ends.Max(), areOdd ? 2 : 1);
    }
}
