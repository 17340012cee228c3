using System.Globalization;
using System.Text;

namespace ImcEngine.Cli;

/// <summary>
/// Makes text that may come from a file (layer names, paths) safe to print: characters that control a terminal, break a line or change
/// the direction of writing appear as <c>\u001B</c>. Documents (JSON, CSV) have their own rules and stay exact.
/// </summary>
internal static class Printable
{
    public static string Escape(string text)
    {
        int plain = 0;
        while (plain < text.Length && text[plain] is >= ' ' and <= '~') plain++;
        if (plain == text.Length) return text;
        var shown = new StringBuilder(text, 0, plain, text.Length + 16);
        for (int at = plain, length; at < text.Length; at += length)
        {
            bool whole = Rune.TryGetRuneAt(text, at, out var rune);
            length = whole ? rune.Utf16SequenceLength : 1;
            if (whole && IsShown(rune)) shown.Append(text, at, length);
            else
                foreach (char unit in text.AsSpan(at, length)) shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
        }
        return shown.ToString();
    }

    /// <summary>The same for text of several lines, which stay lines.</summary>
    public static string EscapeLines(string text) => string.Join('\n', text.Split('\n').Select(Escape));

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
