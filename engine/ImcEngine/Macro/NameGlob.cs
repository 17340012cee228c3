using System.IO.Enumeration;

namespace ImcEngine.Macro;

/// <summary>Layer-name globs: <c>*</c> matches any characters, <c>?</c> exactly one; case-sensitive.</summary>
internal static class NameGlob
{
    public static bool Matches(string glob, string name) => FileSystemName.MatchesSimpleExpression(glob, name, ignoreCase: false);

    /// <summary>Whether every name that <paramref name="inner"/> matches is one that <paramref name="outer"/> matches.</summary>
    public static bool Covers(string outer, string inner)
    {
        // '\\' makes the next character literal. Of such patterns only equal ones are known to cover each other.
        if (outer.Contains('\\', StringComparison.Ordinal) || inner.Contains('\\', StringComparison.Ordinal)) return outer == inner;
        // Two names are tried in place of all: every '*' of inner replaced by as little as possible (a name is not empty), and by more
        // characters than outer has '?', which no literal of outer matches.
        string many = new('\0', outer.Length + 1), one = inner.Replace('?', '\0'), least = one.Replace("*", "", StringComparison.Ordinal);
        return Matches(outer, least.Length > 0 ? least : "\0") && Matches(outer, one.Replace("*", many, StringComparison.Ordinal));
    }

    /// <summary>Whether some name matches both.</summary>
    public static bool Overlap(string one, string other)
    {
        // '\\' makes the next character literal. With such patterns an overlap may be reported where there is none.
        if (one.Contains('\\', StringComparison.Ordinal) || other.Contains('\\', StringComparison.Ordinal)) return true;
        // reached[j]: the first i characters of 'one' and the first j characters of 'other' match some common text.
        var reached = new bool[other.Length + 1];
        for (int i = 0; i <= one.Length; i++)
        {
            bool diagonal = false;
            for (int j = 0; j <= other.Length; j++)
            {
                bool above = reached[j];
                reached[j] = (i, j) == (0, 0)
                    || (i > 0 && above && one[i - 1] == '*')
                    || (j > 0 && reached[j - 1] && other[j - 1] == '*')
                    || (i > 0 && j > 0 && ((one[i - 1] == '*' && reached[j - 1]) || (other[j - 1] == '*' && above)
                        || (diagonal && MayBeEqual(one[i - 1], other[j - 1]))));
                diagonal = above;
            }
        }
        return reached[^1];
    }

    private static bool MayBeEqual(char a, char b) => a == b || a is '?' or '*' || b is '?' or '*';
}
