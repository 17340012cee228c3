using System.IO.Enumeration;

namespace ImcEngine.Macro;

/// <summary>Layer-name globs: <c>*</c> any characters, <c>?</c> one; case counts.</summary>
public static class NameGlob
{
    public static bool Matches(string glob, string name) => FileSystemName.MatchesSimpleExpression(glob, name, ignoreCase: false);
}
