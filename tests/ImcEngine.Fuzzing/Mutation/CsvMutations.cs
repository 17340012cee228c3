using ImcEngine.Evaluation.Verification;

namespace ImcEngine.Fuzzing.Mutation;

/// <summary>Changes of comma-separated lines: lines and fields are moved, removed and given other numbers.</summary>
internal static class CsvMutations
{
    private const int MostRounds = 4;

    public static byte[] Make(CaseRandom random, string[] seeds)
    {
        var lines = new List<string>(random.OneOf<string>(seeds).Split('\n'));
        for (int round = random.Between(0, MostRounds); round > 0; round--) Once(random, lines);
        byte[] bytes = TextMutations.Encode(string.Join(random.OneIn(10) ? "\r\n" : "\n", lines));
        return random.OneIn(8) ? ByteMutations.Mutate(random, bytes, TextMutations.Encode(random.OneOf<string>(seeds))) : bytes;
    }

    private static void Once(CaseRandom random, List<string> lines)
    {
        if (lines.Count == 0) return;
        int at = random.Between(0, lines.Count - 1);
        var fields = new List<string>(lines[at].Split(','));
        int field = random.Between(0, fields.Count - 1);
        switch (random.Between(0, 7))
        {
            case 0:
                lines.RemoveAt(at);
                return;
            case 1:
                lines.Insert(random.Between(0, lines.Count), lines[at]);
                return;
            case 2:
                lines.Insert(at, random.OneOf("", "# note", ",", " ", "s,mean,sigma", "s,P(0),P(1)",
                    "s,P(code=0;level=-1),P(code=1;level=1)", TextMutations.Text(random)));
                return;
            case 3:
                fields.RemoveAt(field);
                break;
            case 4:
                fields.Insert(field, TextMutations.Number(random, oddToo: true));
                break;
            case 5:
                fields[field] = $"P({TextMutations.Number(random, oddToo: true)})";
                break;
            default:
                fields[field] = TextMutations.Number(random, oddToo: true);
                break;
        }
        lines[at] = string.Join(',', fields);
    }
}
