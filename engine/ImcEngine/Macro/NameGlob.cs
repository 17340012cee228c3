using System.IO.Enumeration;

namespace ImcEngine.Macro;

/// <summary>Layer-name globs: <c>*</c> any characters, <c>?</c> one; case counts.</summary>
public static class NameGlob
{
    public static bool Matches(string glob, string name) => FileSystemName.MatchesSimpleExpression(glob, name, ignoreCase: false);

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
