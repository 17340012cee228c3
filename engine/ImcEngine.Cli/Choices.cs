using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using ImcEngine.Networks;

namespace ImcEngine.Cli;

/// <summary>Options whose errors say what was found and what is allowed; null where the user gives none.</summary>
internal static class Choices
{
    public static Option<int?> WholeNumber(string name, string description, int least = 0, int most = int.MaxValue) =>
        Number(name, description, least, most, most == int.MaxValue ? $"a whole number from {least} on" : $"a whole number from {least} to {most}");

    /// <summary>Any 32 bits.</summary>
    public static Option<uint?> Seed(string name, string description) =>
        Number(name, description, uint.MinValue, uint.MaxValue, $"a whole number from 0 to {uint.MaxValue}");

    /// <summary>From 0 to 1.</summary>
    public static Option<double?> Fraction(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result => double.TryParse(Token(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number is >= 0 and <= 1
            ? number
            : Refuse<double?>(result, name, "a number from 0 to 1"),
    };

    public static Option<int?> Threads(string what = "Threads") => WholeNumber("--threads", $"{what}; changes no result (default: the computer's, {Environment.ProcessorCount})", least: 1);

    public static Option<int?> Batch() => WholeNumber("--batch", $"Images under way at once; changes no result (default: {RunnerOptions.UsualBatch})", least: 1);

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

    private static Option<T?> Number<T>(string name, string description, T least, T most, string allowed) where T : struct, IBinaryInteger<T> => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => T.TryParse(Token(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : Refuse<T?>(result, name, allowed),
    };

    private static string Token(ArgumentResult result) => result.Tokens[0].Value;

    private static T Refuse<T>(ArgumentResult result, string name, string allowed)
    {
        result.AddError($"{name} is '{Token(result)}'; allowed is {allowed}.");
        return default!;
    }
}
