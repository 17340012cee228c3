namespace ImcEngine.Importer.Lowering;

/// <summary>
/// What an Einsum says: a letter for each axis of each operand, and the letters of the result, by which
/// <code>
/// bhqd,bhkd->bhqk    result[b, h, q, k] = sum over d of first[b, h, q, d] * second[b, h, k, d]
/// ij,jk              the result takes the letters that occur once, in alphabetical order: ik
/// ...c,co->...o      '...' stands for all axes that have no letter
/// </code>
/// </summary>
/// <param name="Operands">Letters of each operand, one an axis.</param>
/// <param name="Result">Letters of the result.</param>
/// <param name="Sizes">By letter.</param>
internal sealed record EinsumEquation(string[] Operands, string Result, IReadOnlyDictionary<char, int> Sizes)
{
    private const string Rest = "...";

    /// <summary>The first of the letters that stand for the axes of '...': none that an equation may have.</summary>
    private const char FirstOfRest = '\uE000';

    /// <param name="shapes">Shapes of the operands in the file.</param>
    /// <exception cref="Onnx.ModelException">The equation is malformed, does not fit the operands, or takes a diagonal.</exception>
    public static EinsumEquation Read(NodeView node, int[][] shapes)
    {
        node.AllowAttributes("equation");
        string text = node.Text("equation", "").Replace(" ", "", StringComparison.Ordinal);
        string[] sides = text.Split("->");
        string[] operands = sides[0].Split(',');
        node.Require(sides.Length <= 2 && operands.Length == shapes.Length,
            $"its equation '{text}' is not of {shapes.Length} operands and one result");
        string rest = RestOf(node, operands, shapes);
        string result = (sides.Length == 2 ? sides[1] : Implied(operands)).Replace(Rest, rest, StringComparison.Ordinal);
        var sizes = new Dictionary<char, int>();
        for (int i = 0; i < operands.Length; i++)
        {
            int ownRest = Math.Max(0, shapes[i].Length - (operands[i].Length - Rest.Length));
            operands[i] = operands[i].Replace(Rest, rest[^Math.Min(ownRest, rest.Length)..], StringComparison.Ordinal);
            RequireLetters(node, text, operands[i]);
            node.Require(operands[i].Length == shapes[i].Length,
                $"its equation '{text}' has {operands[i].Length} letters for operand {i} of {shapes[i].Length} axes");
            for (int axis = 0; axis < shapes[i].Length; axis++)
                node.Require(sizes.TryAdd(operands[i][axis], shapes[i][axis]) || sizes[operands[i][axis]] == shapes[i][axis],
                    $"operand {i} of shape [{string.Join(", ", shapes[i])}] differs from another in an axis of one letter; "
                        + $"they must have one size");
        }
        RequireLetters(node, text, result);
        foreach (char letter in result)
            node.Require(sizes.ContainsKey(letter), $"its equation '{text}' has a letter in the result that no operand has");
        return new(operands, result, sizes);
    }

    /// <summary>Returns letters for the most axes that '...' stands for in one operand.</summary>
    private static string RestOf(NodeView node, string[] operands, int[][] shapes)
    {
        int most = 0;
        for (int i = 0; i < operands.Length; i++)
            if (operands[i].Contains(Rest, StringComparison.Ordinal))
                most = Math.Max(most, shapes[i].Length - (operands[i].Length - Rest.Length));
        node.Require(most <= ModelLimits.MostAxes, $"an operand has more than {ModelLimits.MostAxes} axes");
        return string.Concat(Enumerable.Range(0, most).Select(i => (char)(FirstOfRest + i)));
    }

    private static string Implied(string[] operands)
    {
        string all = string.Concat(operands).Replace(Rest, "", StringComparison.Ordinal);
        string once = string.Concat(all.Where(letter => all.Count(other => other == letter) == 1).Order());
        return (operands.Any(operand => operand.Contains(Rest, StringComparison.Ordinal)) ? Rest : "") + once;
    }

    private static void RequireLetters(NodeView node, string text, string letters)
    {
        foreach (char letter in letters)
            node.Require(char.IsAsciiLetter(letter) || letter >= FirstOfRest, $"its equation '{text}' holds '{letter}'; "
                + $"it must be letters, ',', '->' and '...'");
        node.Require(letters.Distinct().Count() == letters.Length,
            $"its equation '{text}' has a letter twice in one operand, a diagonal, or in the result; supported are letters that occur once "
                + $"in each");
    }
}
