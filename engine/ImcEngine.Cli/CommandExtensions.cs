using System.CommandLine;

namespace ImcEngine.Cli;

internal static class CommandExtensions
{
    /// <summary>Sets an action that Ctrl+C cancels. It runs on the thread pool, beside the handler that waits for the signal.</summary>
    public static void SetCancellableAction(this Command command, Func<ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction((parse, cancellation) => Task.Run(() => action(parse, cancellation), cancellation));
}
