using System.IO.Enumeration;

namespace ImcEngine.Macro;

/// <summary>Layer-name globs: <c>*</c> any characters, <c>?</c> one; case counts.</summary>
internal static class NameGlob
{
    public static bool Matches(string glob, string name) => FileSystemName.MatchesSimpleExpression(glob, name, ignoreCase: false);

    /// <summary>Whether every name that <paramref name="inner"/> matches is one that <paramref name="outer"/> matches.</summary>
    public static bool Covers(string outer, string inner)
    {
        // Behind '\\' a character is a plain one; of such patterns only equal ones are known to match the same.
        if (outer.Contains('\\', StringComparison.Ordinal) || inner.Contains('\\', StringComparison.Ordinal)) return outer == inner;
        // What stands for '*' is as little as a name allows, which is not empty,
        // or longer than all '?' of the other together, of characters that it cannot hold.
        string many = new('\0', outer.Length + 1), one = inner.Replace('?', '\0'), least = one.Replace("*", "", StringComparison.Ordinal);
        return Matches(outer, least.Length > 0 ? least : "\0") && Matches(outer, one.Replace("*", many, StringComparison.Ordinal));
    }

    /// <summary>Whether some name matches both.</summary>
    public static bool Overlap(string one, string other)
    {
        // '\\' makes the character behind it a plain one; whoever writes that is told of an overlap too many at worst.
        if (one.Contains('\\', StringComparison.Ordinal) || other.Contains('\\', StringComparison.Ordinal)) return true;
        // reached[j]: what precedes the place in 'one' and the first j characters of 'other' can be one text.
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
