using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>A JSON value and its path, which errors name.</summary>
internal readonly record struct SpecValue(JsonNode? Node, string Path)
{
    public JsonValueKind Kind => Node?.GetValueKind() ?? JsonValueKind.Null;

    private const int MostShown = 200;

    public SpecException Error(string allowed) => new(Path, Node is null ? "null" : Shortened(Node.ToJsonString()), allowed);

    /// <summary>Returns the text as messages show it: cut if it is long.</summary>
    public static string Shortened(string text) => text.Length <= MostShown ? text : $"{text[..MostShown]}... ({text.Length} characters)";

    public int Integer(int least, int most)
    {
        // 5.0 is refused: a fraction in an integer field is probably a mistake.
        if (Kind != JsonValueKind.Number || !Node!.AsValue().TryGetValue(out long number) || number < least || number > most)
            throw Error(least == most ? $"allowed is {least} only" : $"allowed is a whole number from {least} to {most}");
        return (int)number;
    }

    public double Number(double least, double most)
    {
        if (Kind != JsonValueKind.Number || !Node!.AsValue().TryGetValue(out double number) || !(number >= least && number <= most))
            throw Error(string.Create(CultureInfo.InvariantCulture, $"allowed is a number from {least} to {most}"));
        return number;
    }

    public string Text() => Kind == JsonValueKind.String ? Node!.GetValue<string>() : throw Error("allowed is a text in quotes");

    /// <summary>Returns the path of a file, or the name of a preset's table.</summary>
    public string PathText()
    {
        string path = Text();
        return !string.IsNullOrWhiteSpace(path) && !path.Contains('\0', StringComparison.Ordinal) ? path
            : throw Error("allowed is the path of a file: not empty, and without a NUL character");
    }

    public bool Flag() => Kind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Error("allowed are true and false"),
    };

    public T Word<T>((string Word, T Value)[] words) where T : struct, Enum
    {
        if (Kind == JsonValueKind.String)
        {
            string text = Node!.GetValue<string>();
            foreach (var (word, value) in words)
                if (word == text) return value;
        }
        throw Error($"allowed are {string.Join(", ", words.Select(each => $"\"{each.Word}\""))}");
    }

    /// <summary>Returns a list of <paramref name="least"/> to <paramref name="most"/> numbers, each within plus and minus
    /// <see cref="AdcTransfer.MaxMagnitudeCounts"/>.</summary>
    public double[] CountsList(int least, int most)
    {
        if (Node is not JsonArray array || array.Count < least || array.Count > most)
            throw Error(least == most ? $"allowed is a list of {least} numbers, in counts"
                : $"allowed is a list of {least} to {most} numbers, in counts");
        double[] numbers = new double[array.Count];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = new SpecValue(array[i], $"{Path}[{i}]").Number(-AdcTransfer.MaxMagnitudeCounts, AdcTransfer.MaxMagnitudeCounts);
        return numbers;
    }
}
