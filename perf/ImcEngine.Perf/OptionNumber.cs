using System.Globalization;

namespace ImcEngine.Perf;

/// <summary>Numbers that options take.</summary>
internal static class OptionNumber
{
    /// <param name="command">The command, for the message; <paramref name="option"/> alike.</param>
    /// <exception cref="ImcException">The text is no integer of at least 1.</exception>
    public static int Positive(string command, string option, string given) =>
        int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number : throw new ImcException($"{command}: {option} is '{given}'; it must be an integer of at least 1.");
}
