using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ImcEngine.Evaluation.Caching;

/// <summary>
/// Identifies a result by everything that decides it, as text: one line <c>name=value</c> each, after the kind of the result and the build
/// of the program. Another build of the program finds nothing, so that a mended defect is not served from before.
/// </summary>
internal sealed class ResultKey
{
    private static readonly string Build = string.Create(CultureInfo.InvariantCulture,
        $"numericsVersion={ImcVersion.Numerics}\nversion={ImcVersion.Product}\nengine={typeof(ResultKey).Module.ModuleVersionId}\n");

    private readonly StringBuilder _text;

    /// <param name="kind">What the result is, such as <c>histograms</c>.</param>
    /// <param name="user">A type of the assembly that computes the result from the engine's parts; its build counts too.</param>
    public ResultKey(string kind, Type user) =>
        _text = new($"kind={kind}\n{Build}user={user.Module.ModuleVersionId}\n");

    /// <summary>Adds a part of what decides the result.</summary>
    /// <exception cref="ArgumentException">The value has more than one line, so that it might be read as another part.</exception>
    public ResultKey With(string name, string value)
    {
        if (value.Contains('\n')) throw new ArgumentException($"The value of '{name}' has several lines.", nameof(value));
        _text.Append(name).Append('=').Append(value).Append('\n');
        return this;
    }

    /// <inheritdoc cref="With(string, string)"/>
    public ResultKey With(string name, IFormattable value) => With(name, value.ToString(null, CultureInfo.InvariantCulture));

    /// <summary>The SHA-256 of the text, lower-case hex.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToString())));

    public override string ToString() => _text.ToString();
}
