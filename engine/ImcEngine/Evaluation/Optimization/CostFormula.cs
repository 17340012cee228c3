using System.Globalization;

namespace ImcEngine.Evaluation.Optimization;

/// <summary>
/// A formula of costs, such as <c>nanojoules * nanoseconds</c> or <c>nanojoules + 20 * squareMillimetres</c>:
/// <code>
/// sum      product { (+ | -) product }
/// product  factor { (* | /) factor }
/// factor   number | name | - factor | ( sum )
/// </code>
/// </summary>
internal sealed class CostFormula
{
    private readonly string[] _tokens;
    private readonly string _text;

    /// <exception cref="FormatException">The text is no formula of these names; the message says where it ends to be one.</exception>
    public CostFormula(string text, IReadOnlyCollection<string> names)
    {
        (_text, _tokens) = (text, Tokens(text));
        Of(names.ToDictionary(name => name, _ => 1.0));
    }

    /// <summary>The names that the formula uses.</summary>
    public IEnumerable<string> Names => _tokens.Where(token => char.IsLetter(token[0])).Distinct();

    public override string ToString() => _text;

    /// <summary>Returns the number that the formula makes of these; it may be infinite or NaN.</summary>
    public double Of(IReadOnlyDictionary<string, double> numbers)
    {
        int at = 0;
        double sum = Sum(numbers, ref at);
        return at == _tokens.Length ? sum : throw new FormatException($"'{_tokens[at]}' is not expected there");
    }

    private double Sum(IReadOnlyDictionary<string, double> numbers, ref int at)
    {
        double sum = Product(numbers, ref at);
        while (Next(at) is "+" or "-") sum = _tokens[at++] == "+" ? sum + Product(numbers, ref at) : sum - Product(numbers, ref at);
        return sum;
    }

    private double Product(IReadOnlyDictionary<string, double> numbers, ref int at)
    {
        double product = Factor(numbers, ref at);
        while (Next(at) is "*" or "/")
            product = _tokens[at++] == "*" ? product * Factor(numbers, ref at) : product / Factor(numbers, ref at);
        return product;
    }

    private double Factor(IReadOnlyDictionary<string, double> numbers, ref int at)
    {
        string token = Next(at++) ?? throw new FormatException("it ends where a number or a name is expected");
        if (token == "-") return -Factor(numbers, ref at);
        if (token == "(")
        {
            double sum = Sum(numbers, ref at);
            return Next(at++) == ")" ? sum : throw new FormatException("a bracket is not closed");
        }
        const NumberStyles written = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (double.TryParse(token, written, CultureInfo.InvariantCulture, out double own)) return own;
        return numbers.TryGetValue(token, out double number) ? number : throw new FormatException($"'{token}' is no name of a cost");
    }

    private string? Next(int at) => at < _tokens.Length ? _tokens[at] : null;

    private static string[] Tokens(string text)
    {
        var tokens = new List<string>();
        for (int at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            int end = at + 1;
            if (IsPart(text[at])) while (end < text.Length && (IsPart(text[end]) || IsExponentSign(text, at, end))) end++;
            tokens.Add(text[at..end]);
            at = end;
        }
        return [.. tokens];
    }

    private static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '.';

    /// <summary>Whether a sign belongs to the exponent of a number, as in 1e-3.</summary>
    private static bool IsExponentSign(string text, int first, int at) =>
        text[at] is '+' or '-' && text[at - 1] is 'e' or 'E' && char.IsAsciiDigit(text[first]);
}
