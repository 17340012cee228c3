using System.Text;
using System.Text.Json;
using ImcEngine.Evaluation.Verification;

namespace ImcEngine.Fuzzing.Mutation;

/// <summary>Changes of JSON token by token, so that most results are still JSON; objects and lists are moved as a whole.</summary>
/// <param name="seeds">Texts that are read without errors.</param>
/// <param name="words">Names and words that the reader knows, besides those of the seeds.</param>
internal sealed class JsonMutations(IReadOnlyList<string> seeds, IEnumerable<string> words)
{
    private const int MostRounds = 5, DeepestNesting = 3000;

    private readonly string[][] _seeds = [.. seeds.Select(seed => Tokens(seed).ToArray())];
    private readonly string[] _words =
        [.. seeds.SelectMany(Tokens).Concat(words.Select(Quoted)).Where(token => token[0] == '"').Distinct()];

    public byte[] Make(CaseRandom random)
    {
        string[] seed = Seed(random);
        var tokens = new List<string>(seed);
        for (int round = random.Between(0, MostRounds); round > 0; round--) Once(random, tokens);
        byte[] bytes = TextMutations.Encode(string.Join(random.OneIn(8) ? "\n" : " ", tokens));
        return random.OneIn(10) ? ByteMutations.Mutate(random, bytes, TextMutations.Encode(string.Join(' ', Seed(random)))) : bytes;
    }

    /// <summary>Returns every scalar, comma, colon and bracket of a text; strings keep their quotes.</summary>
    internal static IEnumerable<string> Tokens(string json)
    {
        for (int at = 0; at < json.Length;)
        {
            if (char.IsWhiteSpace(json[at]))
            {
                at++;
                continue;
            }
            int end = at + 1;
            if (json[at] == '"')
            {
                while (end < json.Length && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
                end++;
            }
            else if (!"{}[],:".Contains(json[at], StringComparison.Ordinal))
            {
                while (end < json.Length && !char.IsWhiteSpace(json[end]) && !"{}[],:\"".Contains(json[end], StringComparison.Ordinal))
                    end++;
            }
            end = Math.Min(end, json.Length);
            yield return json[at..end];
            at = end;
        }
    }

    private string[] Seed(CaseRandom random) => _seeds[random.Between(0, _seeds.Length - 1)];

    private void Once(CaseRandom random, List<string> tokens)
    {
        if (tokens.Count == 0) return;
        int at = ValueAt(random, tokens), end = EndOf(tokens, at);
        switch (random.Between(0, 12))
        {
            case 0 or 1 or 2 or 3:
                Replace(tokens, at, end, [Scalar(random)]);
                break;
            case 4:
                Replace(tokens, at, end, SpanOf(random, Seed(random)));
                break;
            case 5:
                tokens.InsertRange(at, [.. tokens.GetRange(at, end - at), ","]);
                break;
            case 6:
                RemoveMember(tokens, at, end);
                break;
            case 7:
                tokens.InsertRange(at, [random.OneOf<string>(_words), ":", Scalar(random), ","]);
                break;
            case 8:
                Replace(tokens, at, end, ["[", .. tokens.GetRange(at, end - at), ",", Scalar(random), "]"]);
                break;
            case 9:
                Rename(random, tokens);
                break;
            case 10 when random.OneIn(20):
                int depth = random.OneOf(63, 64, 65, DeepestNesting);
                Replace(tokens, at, end, [.. Enumerable.Repeat("[", depth), .. Enumerable.Repeat("]", depth)]);
                break;
            case 11 when end - at > 2:
                tokens.RemoveRange(at + 1, end - at - 2);
                break;
            default:
                tokens.RemoveAt(random.Between(0, tokens.Count - 1));
                break;
        }
    }

    private string Scalar(CaseRandom random) => random.Between(0, 9) switch
    {
        0 => random.OneOf("null", "true", "false", "{}", "[]"),
        1 => random.OneOf("\"\\ud800\"", "\"\\u0000\"", "\"\\udc00x\"", "\"\\n\"", "// a comment\n1", "/* one */ 1"),
        2 => Quoted(TextMutations.Text(random)),
        3 or 4 or 5 => random.OneOf<string>(_words),
        _ => TextMutations.Number(random, oddToo: random.OneIn(6)),
    };

    private string[] SpanOf(CaseRandom random, string[] tokens)
    {
        var list = new List<string>(tokens);
        int at = ValueAt(random, list);
        return [.. list.GetRange(at, EndOf(list, at) - at)];
    }

    /// <summary>Returns a position, mostly where a value begins.</summary>
    private static int ValueAt(CaseRandom random, List<string> tokens)
    {
        for (int trial = 0; trial < 8; trial++)
        {
            int at = random.Between(0, tokens.Count - 1);
            bool isKey = at + 1 < tokens.Count && tokens[at + 1] == ":";
            if (!isKey && tokens[at] is not ("}" or "]" or "," or ":")) return at;
        }
        return 0;
    }

    private static int EndOf(List<string> tokens, int at)
    {
        int depth = 0;
        for (int i = at; i < tokens.Count; i++)
        {
            if (tokens[i] is "{" or "[") depth++;
            if (tokens[i] is "}" or "]") depth--;
            if (depth <= 0) return i + 1;
        }
        return tokens.Count;
    }

    private static void Replace(List<string> tokens, int at, int end, IEnumerable<string> with)
    {
        tokens.RemoveRange(at, end - at);
        tokens.InsertRange(at, with);
    }

    /// <summary>Removes a member with its name and one comma.</summary>
    private static void RemoveMember(List<string> tokens, int at, int end)
    {
        int start = at >= 2 && tokens[at - 1] == ":" ? at - 2 : at;
        if (end < tokens.Count && tokens[end] == ",") end++;
        else if (start > 0 && tokens[start - 1] == ",") start--;
        tokens.RemoveRange(start, end - start);
    }

    private void Rename(CaseRandom random, List<string> tokens)
    {
        int[] names = [.. Enumerable.Range(0, Math.Max(0, tokens.Count - 1)).Where(i => tokens[i + 1] == ":")];
        if (names.Length > 0)
            tokens[random.OneOf<int>(names)] = random.OneIn(3) ? Quoted(TextMutations.Text(random)) : random.OneOf<string>(_words);
    }

    /// <summary>Returns a text as JSON; a lone surrogate becomes the escape that a user would write.</summary>
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
            if (char.IsSurrogate(c) || c < ' ') quoted.Append($"\\u{(int)c:x4}");
            else quoted.Append(JsonEncodedText.Encode(c.ToString()));
        return quoted.Append('"').ToString();
    }
}
