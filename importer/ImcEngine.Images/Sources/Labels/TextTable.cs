using System.Collections.Immutable;
using System.Globalization;

namespace ImcEngine.Images.Sources.Labels;

/// <summary>A line with text.</summary>
/// <param name="Line">Its number from 1.</param>
/// <param name="Text">The text without spaces at its ends.</param>
internal readonly record struct TextRow(int Line, string Text);

/// <summary>
/// Lines of fields, as labels files have them. Lines without text are left out. The first line says what separates the fields of all lines:
/// tabs if it has one, else commas if it has one, else spaces. With commas a field may be quoted, with <c>""</c> for a quote.
/// </summary>
internal sealed class TextTable
{
    private readonly char _separator;

    private TextTable(string source, ImmutableArray<TextRow> rows)
    {
        (Source, Rows) = (source, rows);
        _separator = rows[0].Text.Contains('\t') ? '\t' : rows[0].Text.Contains(',') ? ',' : ' ';
    }

    /// <summary>The file, for messages.</summary>
    public string Source { get; }

    /// <summary>The lines, at least one.</summary>
    public ImmutableArray<TextRow> Rows { get; }

    /// <exception cref="ImcException">The file cannot be read, or has no text or too many lines.</exception>
    public static TextTable Read(string path, string what) => Parse(InputFile.ReadAllText(path, what), path);

    /// <exception cref="ImcException">There is no text, or there are too many lines.</exception>
    public static TextTable Parse(string text, string source)
    {
        var rows = ImmutableArray.CreateBuilder<TextRow>();
        int number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.Trim() is not { IsEmpty: false } trimmed) continue;
            if (rows.Count == PictureFiles.MostEntries)
                throw new ImcException($"'{source}' has more than {PictureFiles.MostEntries} lines; split the data.");
            rows.Add(new(number, trimmed.ToString()));
        }
        return rows.Count > 0 ? new(source, rows.DrainToImmutable())
            : throw new ImcException($"'{source}' holds nothing but empty lines; write one label a line.");
    }

    /// <summary>Returns all fields of a line.</summary>
    /// <exception cref="ImcException">A quote is not closed.</exception>
    public IReadOnlyList<string> Fields(TextRow row) => _separator switch
    {
        ',' => Quoted(row),
        '\t' => row.Text.Split('\t', StringSplitOptions.TrimEntries),
        _ => row.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
    };

    /// <summary>Returns a line's two fields; where spaces separate them, the second is the last word and the first all before it.</summary>
    /// <exception cref="ImcException">A quote is not closed.</exception>
    /// <returns>Null if the line has one field, or more than two.</returns>
    public (string First, string Second)? TwoFields(TextRow row)
    {
        if (_separator != ' ') return Fields(row) is [{ Length: > 0 } first, { Length: > 0 } second] ? (first, second) : null;
        int end = row.Text.AsSpan().LastIndexOfAny(' ', '\t');
        return end < 0 ? null : (row.Text[..end].TrimEnd(), row.Text[(end + 1)..]);
    }

    /// <summary>Returns an error that names a line.</summary>
    public ImcException Wrong(TextRow row, string what) => new($"'{Source}', line {row.Line}: {what}.");

    /// <summary>Whether a text is a whole number, of any size.</summary>
    public static bool IsNumber(string text) =>
        text.AsSpan(text.StartsWith('-') ? 1 : 0) is { IsEmpty: false } digits && !digits.ContainsAnyExceptInRange('0', '9');

    /// <summary>Returns a number from 0 to <paramref name="most"/>, or null.</summary>
    public static int? NumberIn(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= most ? number : null;

    private List<string> Quoted(TextRow row)
    {
        var fields = new List<string>();
        var left = row.Text.AsSpan();
        while (true)
        {
            left = left.TrimStart();
            string field;
            if (left is ['"', ..])
            {
                (field, int length) = QuotedField(row, left);
                left = left[length..].TrimStart();
            }
            else
            {
                int end = left.IndexOf(',') is >= 0 and var comma ? comma : left.Length;
                field = left[..end].TrimEnd().ToString();
                left = left[end..];
            }
            fields.Add(field);
            if (left.IsEmpty) return fields;
            if (left[0] != ',') throw Wrong(row, $"text follows the quoted '{PictureFiles.Shown(field)}'; a comma has to");
            left = left[1..];
        }
    }

    private (string Field, int Length) QuotedField(TextRow row, ReadOnlySpan<char> text)
    {
        for (int at = 1; at < text.Length; at++)
        {
            if (text[at] != '"') continue;
            if (at + 1 == text.Length || text[at + 1] != '"')
                return (text[1..at].ToString().Replace("\"\"", "\"", StringComparison.Ordinal), at + 1);
            at++;
        }
        throw Wrong(row, "a quote is not closed; a field with its quotes is on one line");
    }
}
