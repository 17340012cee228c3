using System.Diagnostics;

namespace ImcEngine.Fuzzing;

/// <summary>An input that a reader handles wrongly.</summary>
/// <param name="Target">The reader.</param>
/// <param name="Kind">The same for inputs that show the same fault:
/// the exception's type and where the product threw it, or the limit or property that is broken.</param>
/// <param name="Message">What happened.</param>
/// <param name="Origin">E.g. <c>seed 1, input 77</c>.</param>
/// <param name="Input">The bytes.</param>
internal sealed record Finding(string Target, string Kind, string Message, string Origin, byte[] Input)
{
    private const string Product = "ImcEngine.", Harness = "ImcEngine.Fuzzing.";

    /// <summary>Returns the kind of an exception that is not a user's error.</summary>
    public static string KindOf(Exception exception) =>
        exception is BrokenPropertyException broken ? broken.Property : $"{exception.GetType().Name} in {PlaceOf(exception)}";

    /// <summary>Returns the innermost method of the product. If several threads raised the exception, the first one counts.</summary>
    private static string PlaceOf(Exception exception)
    {
        if (exception is AggregateException { InnerExceptions: [var first, ..] }) return PlaceOf(first);
        var methods = new StackTrace(exception).GetFrames().Select(frame => frame.GetMethod())
            .Select(method => $"{method?.DeclaringType?.FullName}.{method?.Name}").ToList();
        return methods.Find(method => method.StartsWith(Product, StringComparison.Ordinal)
            && !method.StartsWith(Harness, StringComparison.Ordinal))
            ?? methods.FirstOrDefault() ?? "unknown code";
    }
}
