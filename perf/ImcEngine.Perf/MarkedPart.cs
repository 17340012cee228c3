namespace ImcEngine.Perf;

/// <summary>The part of a text that a command writes: what lies between two marks.</summary>
internal static class MarkedPart
{
    /// <summary>Returns the range between the marks, without them.</summary>
    /// <param name="file">File of the text, for the message.</param>
    /// <exception cref="ImcException">The text lacks a mark, or they are in the wrong order.</exception>
    public static Range RangeOf(string text, string file, string begin, string end)
    {
        int first = text.IndexOf(begin, StringComparison.Ordinal), last = text.IndexOf(end, StringComparison.Ordinal);
        if (first < 0 || last < first) throw new ImcException($"'{file}' has no part between {begin} and {end}.");
        return (first + begin.Length)..last;
    }
}
