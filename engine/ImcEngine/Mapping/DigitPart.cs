using ImcEngine.BitPlanes;

namespace ImcEngine.Mapping;

/// <summary>The digit pairs of neighbouring input digits with neighbouring weight digits (ARITHMETIC §15). A layer is the sum of such
/// parts, each a layer by itself whose operands have fewer planes:
/// <code>acc = sum over parts of weight of the lowest input digit * weight of the lowest weight digit * acc of the part</code>
/// </summary>
/// <param name="Inputs">The planes of the input digits.</param>
/// <param name="Weights">The planes of the weight digits.</param>
/// <param name="FirstInput">The lowest input digit.</param>
/// <param name="FirstWeight">The lowest weight digit.</param>
/// <param name="IsDigital">Whether digital adders sum all of these pairs; else all are converted.</param>
internal sealed record DigitPart(Digit Inputs, Digit Weights, int FirstInput, int FirstWeight, bool IsDigital)
{
    /// <summary>Returns the parts of a layer: for neighbouring weight digits with as many converted pairs, those that are converted, which
    /// have the lower input digits, and those that are not.</summary>
    public static IEnumerable<DigitPart> Of(LayerMap map)
    {
        var (inputs, weights) = (map.InputDigits, map.WeightDigits);
        int Converted(int weight) => Enumerable.Range(0, inputs.Count).Count(input => !map.IsDigital(input, weight));
        for (int first = 0, end; first < weights.Count; first = end)
        {
            int converted = Converted(first);
            for (end = first + 1; end < weights.Count && Converted(end) == converted;) end++;
            var planes = weights.Planes(first, end - first);
            if (converted > 0) yield return new(inputs.Planes(0, converted), planes, 0, first, false);
            if (converted < inputs.Count)
                yield return new(inputs.Planes(converted, inputs.Count - converted), planes, converted, first, true);
        }
    }
}
