using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using ImcEngine.Evaluation.Caching;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Cli;

/// <summary>Creates the options that several commands share. Their errors say what was found and what is allowed.
/// An option that is not given is null.</summary>
internal static class Choices
{
    /// <summary>The largest numbers that are accepted. They are far beyond sensible use, yet fit into memory:
    /// an image of a batch takes some megabytes, the results of a die some hundred bytes.</summary>
    public const int MostThreads = 1024, MostBatch = 4096, MostImages = Evaluation.Studies.StudySpec.MostImages, MostDies = 100_000,
        MostRepeats = 10_000, MostRuns = 1_000_000, MostSeconds = 604_800, MostShards = 100_000;

    public static Option<int?> WholeNumber(string name, string description, int least = 0, int most = int.MaxValue) =>
        Number(name, most == int.MaxValue ? description : $"{description}; {least} to {most}", least, most,
            most == int.MaxValue ? $"a whole number from {least} on" : $"a whole number from {least} to {most}");

    /// <summary>The network that is compared with its float network.</summary>
    public static Option<string?> ComparedModel() => new("--model")
    {
        Description = "ONNX network; a float network is quantized first (default: a 4-bit ResNet18 of width 16 for shapes10)",
        HelpName = "M.onnx",
    };

    public static Option<string?> FloatModel() => new("--float")
    {
        Description = "Float network to compare with (default: the one that the model names, or else the model itself)",
        HelpName = "F.onnx",
    };

    public static Option<string?> CalibrationFile() => new("--calibration-file")
    {
        Description = "ADC ranges written by 'imc calibrate', used instead of calibrating",
        HelpName = "CAL.json",
    };

    public static Option<bool> NoCache() => new("--no-cache")
    {
        Description = "Compute everything: take no float or digital results and no calibration histograms of earlier runs, and keep none",
    };

    /// <summary>The cache that a command uses.</summary>
    public static ResultCache? CacheOf(ParseResult parse, Option<bool> noCache) => parse.GetValue(noCache) ? null : ResultCache.OfUser();

    public static Option<int?> Images(string description) => WholeNumber("--images", description, 1, MostImages);

    /// <summary>The number of images of an instrumented run.</summary>
    public static Option<int?> Statistics(string description) => WholeNumber("--stats", description, 0, MostImages);

    /// <summary>A seed: any 32-bit number.</summary>
    public static Option<uint?> Seed(string name, string description) =>
        Number(name, description, uint.MinValue, uint.MaxValue, $"a whole number from 0 to {uint.MaxValue}");

    /// <summary>One of n shards, from 1.</summary>
    public static Option<(int Shard, int Of)?> Shard(string description) => new("--shard")
    {
        Description = $"{description}; n at most {MostShards}",
        HelpName = "i/n",
        CustomParser = ParseShard,
    };

    /// <summary>A number from 0 to 1.</summary>
    public static Option<double?> Fraction(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result =>
            double.TryParse(Token(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number is >= 0 and <= 1
            ? number
            : Refuse<double?>(result, name, "a number from 0 to 1"),
    };

    public static Option<int?> Threads(string what = "Threads") =>
        WholeNumber("--threads", $"{what}; changes no result (default: the computer's, {Environment.ProcessorCount})", 1, MostThreads);

    public static Option<int?> Batch() =>
        WholeNumber("--batch",
            $"Images processed at once, fewer if their tensors would take more than {ActivationMemory.MostBytes >> 20} MiB; "
                + $"changes no result (default: {RunnerOptions.UsualBatch})", 1, MostBatch);

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

    private static Option<T?> Number<T>(string name, string description, T least, T most, string allowed) where T : struct,
        IBinaryInteger<T> => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => T.TryParse(Token(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : Refuse<T?>(result, name, allowed),
    };

    private static (int, int)? ParseShard(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        string[] parts = text.Split('/');
        if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int shard)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int shards) && shard >= 1 && shard <= shards
            && shards <= MostShards)
            return (shard, shards);
        result.AddError($"--shard is '{text}'; allowed is i/n with i from 1 to n and n at most {MostShards}, e.g. 1/2.");
        return null;
    }

    private static string Token(ArgumentResult result) => result.Tokens[0].Value;

    private static T Refuse<T>(ArgumentResult result, string name, string allowed)
    {
        result.AddError($"{name} is '{Token(result)}'; allowed is {allowed}.");
        return default!;
    }
}
