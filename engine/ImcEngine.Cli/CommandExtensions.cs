using System.CommandLine;

namespace ImcEngine.Cli;

internal static class CommandExtensions
{
    /// <summary>An action that Ctrl+C cancels: it runs beside the handler that waits for the signal.</summary>
    public static void SetCancellableAction(this Command command, Func<ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction((parse, cancellation) => Task.Run(() => action(parse, cancellation), cancellation));
}
