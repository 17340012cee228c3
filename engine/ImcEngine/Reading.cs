using System.Runtime.ExceptionServices;

namespace ImcEngine;

/// <summary>
/// The last line of defence when a user's file is read. Readers throw an <see cref="ImcException"/> that explains the fault where they can.
/// Any other exception, out of memory included, is taken to be caused by the file's content; the error then names the file and the stage.
/// </summary>
internal static class Reading
{
    /// <param name="path">The file that <paramref name="read"/> reads.</param>
    /// <param name="stage">The work in progress, e.g. <c>importing the network</c>.</param>
    /// <exception cref="ImcException">The file cannot be used.</exception>
    public static T File<T>(string path, string stage, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e)
        {
            var cause = CauseOf(e);
            if (cause is ImcException or OperationCanceledException || IsOfInstallation(cause)) ExceptionDispatchInfo.Throw(cause);
            throw new ImcException($"'{path}' cannot be used: reading it failed at stage '{stage}': {cause.GetType().Name}: "
                + $"{cause.Message}", e);
        }
    }

    /// <inheritdoc cref="File{T}(string, string, Func{T})"/>
    public static void File(string path, string stage, Action read) => File(path, stage, () =>
    {
        read();
        return true;
    });

    /// <summary>Whether a part of the program itself is missing or broken, which no user's file can cause.</summary>
    private static bool IsOfInstallation(Exception cause) =>
        cause is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or FileLoadException
            or MissingMemberException or TypeLoadException
        || (cause is TypeInitializationException { InnerException: { } inner } && IsOfInstallation(inner))
        || cause is FileNotFoundException { FileName: { } name } && name.Contains(", Version=", StringComparison.Ordinal);

    /// <summary>Returns the first of the exceptions that parallel threads gathered, if all are user errors or all are cancellations;
    /// otherwise the exception as thrown.</summary>
    public static Exception CauseOf(Exception thrown)
    {
        if (thrown is not AggregateException gathered) return thrown;
        var all = gathered.Flatten().InnerExceptions;
        return all.Count == 1 || (all.Count > 1
            && (all.All(each => each is ImcException) || all.All(each => each is OperationCanceledException))) ? all[0] : thrown;
    }
}
