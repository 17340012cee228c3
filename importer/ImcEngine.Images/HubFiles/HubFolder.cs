using System.Globalization;
using System.Text.RegularExpressions;
using ImcEngine.Data;

namespace ImcEngine.Images.HubFiles;

/// <summary>
/// The Parquet files of a folder, named <c>SPLIT-00000-of-00002.parquet</c> (more may follow the number) or <c>SPLIT.parquet</c>. The test
/// split is the first of test, validation, valid, val and dev that is there, the training split is train.
/// </summary>
internal static partial class HubFolder
{
    private static readonly string[] TestNames = ["test", "validation", "valid", "val", "dev"], TrainNames = ["train"];

    /// <summary>Returns the files of a split in order.</summary>
    /// <exception cref="ImcException">There is no such split, a file of it is missing, or the folder cannot be read.</exception>
    public static IReadOnlyList<string> ShardsOf(string folder, Split split)
    {
        string[] files = FilesIn(folder);
        var splits = files.ToLookup(SplitName, StringComparer.OrdinalIgnoreCase);
        string[] names = split == Split.Test ? TestNames : TrainNames;
        string? name = names.FirstOrDefault(splits.Contains);
        // Files that name no split that is known are meant if they are alone.
        if (name is null && splits.Count == 1
            && !TestNames.Concat(TrainNames).Contains(splits.First().Key, StringComparer.OrdinalIgnoreCase))
            name = splits.First().Key;
        if (name is null)
            throw new ImcException($"'{folder}' holds {(files.Length == 0 ? "no Parquet files" : "Parquet files of "
                + string.Join(", ", splits.Select(each => $"'{each.Key}' ({each.Count()})")))}; "
                + $"{(split == Split.Test ? "test" : "training")} images "
                + $"are those of {string.Join(", ", names)}. Name a file, or the other split.");
        string[] shards = [.. splits[name]];
        RequireComplete(folder, name, shards);
        return shards;
    }

    private static string[] FilesIn(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "*.parquet").Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"The folder '{folder}' cannot be read: {e.Message}", e);
        }
    }

    private static string SplitName(string path)
    {
        string stem = Path.GetFileNameWithoutExtension(path);
        return Shard().Match(stem) is { Success: true } shard ? stem[..shard.Index] : stem;
    }

    /// <summary>Checks that the files are those that their names count.</summary>
    private static void RequireComplete(string folder, string name, string[] shards)
    {
        var numbers = shards.Select(path => Shard().Match(Path.GetFileNameWithoutExtension(path))).Where(shard => shard.Success)
            .Select(shard => (Number: Number(shard, 1), Of: Number(shard, 2))).ToList();
        if (numbers.Count == 0 && shards.Length == 1) return;
        if (numbers.Count < shards.Length || numbers.Any(shard => shard.Of != shards.Length)
            || numbers.Select(shard => shard.Number).Order().Where((number, i) => number != i).Any())
            throw new ImcException($"'{folder}' holds {shards.Length} Parquet files of '{name}' ({string.Join(", ", shards.Take(10)
                .Select(Path.GetFileName))}{(shards.Length > 10 ? ", ..." : "")}), "
                + "which are not the files 0 to N - 1 of N that their names "
                + "state. Download the missing ones, or take away those of another set.");
    }

    private static int Number(Match shard, int group) => int.Parse(shard.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"-([0-9]{1,9})-of-([0-9]{1,9})(?![0-9])")]
    private static partial Regex Shard();
}
