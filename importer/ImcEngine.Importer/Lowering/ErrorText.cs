using System.Runtime.CompilerServices;

namespace ImcEngine.Importer.Lowering;

/// <summary>The text of a failed requirement. If the requirement holds, nothing is formatted:
/// it may be checked in a loop, and its text may list a whole shape.</summary>
[InterpolatedStringHandler]
internal ref struct ErrorText
{
    private DefaultInterpolatedStringHandler _text;

    public ErrorText(int literalLength, int formattedCount, bool ok, out bool isNeeded)
    {
        isNeeded = !ok;
        if (isNeeded) _text = new(literalLength, formattedCount);
    }

    public void AppendLiteral(string literal) => _text.AppendLiteral(literal);

    public void AppendFormatted<T>(T part) => _text.AppendFormatted(part);

    public string Take() => _text.ToStringAndClear();
}
