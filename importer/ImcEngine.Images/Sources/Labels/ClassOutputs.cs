using System.Collections.Immutable;

namespace ImcEngine.Images.Sources.Labels;

/// <summary>In which order a network's outputs stand for the classes of a class order file.</summary>
internal enum OutputOrder
{
    /// <summary>The classes in ordinal order of their names, as torchvision has them.</summary>
    Sorted,

    /// <summary>The classes in the order of the file's numbers, or of its lines where it has none.</summary>
    Listed,
}

/// <summary>Which output of a network stands for which class.</summary>
/// <param name="Source">The file, for messages.</param>
/// <param name="Names">For each output the first class of the file that it stands for, or the output's number.</param>
/// <param name="ByName">The output of each class.</param>
/// <param name="ByNumber">The output of each of the file's own numbers; empty where classes have no numbers of their own.</param>
internal sealed record ClassOutputs(string Source, ImmutableArray<string> Names, IReadOnlyDictionary<string, int> ByName,
    IReadOnlyDictionary<int, int> ByNumber)
{
    /// <summary>The maximum number of outputs, five times those of the largest ImageNet.</summary>
    public const int MostOutputs = 100_000;

    /// <summary>The line of the largest output; null where outputs are not stated as numbers.</summary>
    public int? LargestLine { get; private init; }

    /// <summary>
    /// Reads a class order file: lines <c>class number [name]</c>, such as ILSVRC's <c>n02119789 1 kit_fox</c>, or one class a line, whose
    /// number is its line, from 1. A line that begins with a WordNet id (n and eight digits) names the class by it.
    /// </summary>
    /// <exception cref="ImcException">A line cannot be used, or the numbers have gaps.</exception>
    public static ClassOutputs OfOrder(TextTable table, OutputOrder order)
    {
        RequireRoom(table);
        bool areNumbered = table.Rows.All(row => NumberOf(row) is not null);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var used = new HashSet<int>();
        for (int i = 0; i < table.Rows.Length; i++)
        {
            var row = table.Rows[i];
            int number = areNumbered ? NumberOf(row)!.Value : i + 1;
            AddClass(table, row, numbers, areNumbered ? FirstWord(row.Text) : IdIn(row.Text) ?? row.Text, number);
            if (!used.Add(number)) throw table.Wrong(row, $"the number {number} is there twice; every class has its own");
        }
        int least = used.Min();
        if (least > 1 || used.Max() - least != used.Count - 1)
            throw new ImcException($"'{table.Source}' has {used.Count} classes with numbers from {least} to {used.Max()}; numbers begin "
                + "with 0 or 1 and have no gaps.");
        string[] names = [.. order == OutputOrder.Sorted ? numbers.Keys.Order(StringComparer.Ordinal)
            : numbers.OrderBy(each => each.Value).Select(each => each.Key)];
        var outputs = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int output = 0; output < names.Length; output++) outputs.Add(names[output], output);
        return new(table.Source, [.. names], outputs, numbers.ToDictionary(each => each.Value, each => outputs[each.Key]));
    }

    /// <summary>Reads lines <c>class output</c>, outputs from 0; several classes may share an output. A header is left out.</summary>
    /// <exception cref="ImcException">A line cannot be used.</exception>
    public static ClassOutputs OfPairs(TextTable table)
    {
        RequireRoom(table);
        var outputs = new Dictionary<string, int>(StringComparer.Ordinal);
        var names = new List<string?>();
        int largestLine = 0;
        foreach (var row in PairRows(table))
        {
            var (name, text) = table.TwoFields(row)!.Value;
            int output = TextTable.NumberIn(text, MostOutputs - 1)
                ?? throw table.Wrong(row, $"the output {PictureFiles.Shown(text)} is out of range; outputs are 0 to {MostOutputs - 1}");
            AddClass(table, row, outputs, name, output);
            if (output >= names.Count) largestLine = row.Line;
            while (names.Count <= output) names.Add(null);
            names[output] ??= name;
        }
        return new(table.Source, [.. names.Select((name, output) => name ?? $"{output}")], outputs, ImmutableDictionary<int, int>.Empty)
        {
            LargestLine = largestLine,
        };
    }

    /// <summary>Reads one class a line, in the order of the network's outputs.</summary>
    /// <exception cref="ImcException">A line cannot be used.</exception>
    public static ClassOutputs OfNames(TextTable table)
    {
        RequireRoom(table);
        var outputs = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in table.Rows) AddClass(table, row, outputs, IdIn(row.Text) ?? row.Text.Trim('"'), outputs.Count);
        return new(table.Source, [.. outputs.OrderBy(each => each.Value).Select(each => each.Key)], outputs,
            ImmutableDictionary<int, int>.Empty);
    }

    /// <summary>Whether every line is a class and a number.</summary>
    /// <exception cref="ImcException">A quote is not closed.</exception>
    public static bool ArePairs(TextTable table) =>
        PairRows(table).All(row => table.TwoFields(row) is var (_, output) && TextTable.IsNumber(output));

    /// <summary>Returns labels as outputs of the network.</summary>
    /// <param name="classNames">The names of the data's classes by label; empty: their numbers are their names.</param>
    /// <param name="labels">The data's labels.</param>
    /// <exception cref="ImcException">The file does not name a class that the data has.</exception>
    public int[] Map(ImmutableArray<string> classNames, int[] labels)
    {
        var outputs = new Dictionary<int, int>();
        foreach (int label in labels)
            if (!outputs.ContainsKey(label)) outputs.Add(label, OutputOf(classNames.IsEmpty ? $"{label}" : classNames[label]));
        return [.. labels.Select(label => outputs[label])];
    }

    private int OutputOf(string name) => ByName.TryGetValue(name, out int output) ? output
        : throw new ImcException($"The data has the class '{PictureFiles.Shown(name)}', which '{Source}' does not name; it names "
            + $"{ByName.Count} classes, such as '{PictureFiles.Shown(ByName.First().Key)}'.");

    private static void AddClass(TextTable table, TextRow row, Dictionary<string, int> numbers, string name, int number)
    {
        if (!numbers.TryAdd(name, number))
            throw table.Wrong(row, $"the class '{PictureFiles.Shown(name)}' is there twice; every class has one line");
    }

    private static IEnumerable<TextRow> PairRows(TextTable table)
    {
        bool hasHeader = table.Rows.Length > 1 && table.TwoFields(table.Rows[0]) is var (name, output)
            && (name.ToLowerInvariant(), output.ToLowerInvariant())
                is ("class" or "class_name" or "name", "output" or "index" or "label");
        return table.Rows.Skip(hasHeader ? 1 : 0);
    }

    private static void RequireRoom(TextTable table)
    {
        if (table.Rows.Length > MostOutputs)
            throw new ImcException($"'{table.Source}' has {table.Rows.Length} lines with classes; at most {MostOutputs} are allowed.");
    }

    /// <summary>Returns the number that is the second word of a line; null if there is none.</summary>
    private static int? NumberOf(TextRow row) =>
        row.Text.Split((char[])[' ', '\t', ','], 3, StringSplitOptions.RemoveEmptyEntries) is [_, var second, ..]
            ? TextTable.NumberIn(second, MostOutputs) : null;

    private static string FirstWord(string text) => text[..text.AsSpan().IndexOfAny(' ', '\t', ',')];

    private static string? IdIn(string text)
    {
        const int IdLength = 9;
        bool isId = text.Length >= IdLength && text[0] == 'n' && !text.AsSpan(1, IdLength - 1).ContainsAnyExceptInRange('0', '9')
            && (text.Length == IdLength || text[IdLength] is ' ' or '\t' or ',');
        return isId ? text[..IdLength] : null;
    }
}
