namespace ImcEngine.Macro;

/// <summary>A field of the run specification cannot be used. The message gives the field's full path, what was found, what is allowed and
/// what to do.</summary>
/// <param name="field">Full path, e.g. <c>macro.adc.bits</c>.</param>
/// <param name="found">The offending value, as the user would write it.</param>
/// <param name="allowed">What is allowed and what to do: a sentence without its full stop.</param>
public sealed class SpecException(string field, string found, string allowed, Exception? inner = null)
    : ImcException($"{field}: found {found}; {allowed}.", inner)
{
    public string Field { get; } = field;

    /// <summary>Returns the same error for another place of the same object: with <c>macro.adc</c> replaced by <c>layers.fc.adc</c>,
    /// <c>macro.adc.edges</c> becomes <c>layers.fc.adc.edges</c>.</summary>
    internal SpecException Under(string path, string replaced) => new(path + Field[replaced.Length..], found, allowed, this);
}
