using System.Runtime.CompilerServices;

namespace ImcEngine.Networks.Digital;

internal static class SpanChecks
{
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public static void Require<T>(ReadOnlySpan<T> span, int length, string name, [CallerMemberName] string operation = "")
    {
        if (span.Length != length)
            throw new ArgumentException($"{operation}: {name} has {span.Length} elements; {length} are needed.", name);
    }
}
