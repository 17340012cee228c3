using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace ImcEngine.Cli;

/// <summary>Options whose errors say what was found and what is allowed; null where the user gives none.</summary>
internal static class Choices
{
    public static Option<int?> WholeNumber(string name, string description, int least = 0, int most = int.MaxValue)
    {
        string allowed = most == int.MaxValue ? $"a whole number from {least} on" : $"a whole number from {least} to {most}";
        return new(name)
        {
            Description = description,
            HelpName = "N",
            CustomParser = result => int.TryParse(Token(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
                ? number
                : Refuse<int?>(result, name, allowed),
        };
    }

    public static Option<T?> Word<T>(string name, string description, params (string Word, T Value)[] words) where T : struct, Enum
    {
        return new(name)
        {
            Description = description,
            HelpName = string.Join('|', words.Select(each => each.Word)),
            CustomParser = result => Array.FindIndex(words, each => each.Word == Token(result)) is >= 0 and int found
                ? words[found].Value
                : Refuse<T?>(result, name, string.Join(", ", words.Select(each => each.Word))),
        };
    }

    private static string Token(ArgumentResult result) => result.Tokens[0].Value;

    private static T Refuse<T>(ArgumentResult result, string name, string allowed)
    {
        result.AddError($"{name} is '{Token(result)}'; allowed is {allowed}.");
        return default!;
    }
}
