using System.Collections.Immutable;
using System.Text;
using ImcEngine.Data;
using ImcEngine.Images.Arrays;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.HubFiles;

/// <summary>
/// Image sets in Parquet as the Hugging Face hub stores them: one file, or a folder of the files of its splits. Labels are read first, from
/// their column alone. Integer labels are those of the classes that the files name, else of classes that are numbered; labels that are all
/// -1 are none, as the hub has it. The classes of text labels are the texts in ordinal order.
/// </summary>
internal static class HubImages
{
    /// <summary>The longest text that names a class, in bytes.</summary>
    private const int MostTextBytes = 256;

    private const long NoLabel = -1;

    /// <summary>Whether a path is a Parquet file, or a folder that holds one.</summary>
    public static bool IsAt(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, "*.parquet").Any()
        : path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);

    /// <param name="path">A Parquet file, or a folder of them.</param>
    /// <param name="split">The split of a folder; a file is read whole.</param>
    /// <exception cref="ImcException">There are no such files, a file is damaged or holds no images,
    /// or the labels have no classes.</exception>
    public static LabelledPictures Read(string path, Split split)
    {
        InputFile.RequirePath(path, "data");
        ParquetShard[] shards = [.. (Directory.Exists(path) ? HubFolder.ShardsOf(path, split) : [path]).Select(ParquetShard.Open)];
        long rows = shards.Sum(shard => shard.GroupRows.Sum(group => (long)group));
        if (rows is 0 or > ImageAxes.MostImages)
            throw new ImcException($"'{path}' holds {rows} images; 1 to {ImageAxes.MostImages} are read.");
        foreach (var shard in shards)
            if (shard.HasLabels != shards[0].HasLabels || shard.HasTextLabels != shards[0].HasTextLabels
                || !(shard.ClassNames ?? []).SequenceEqual(shards[0].ClassNames ?? []))
                throw new ImcException($"'{shard.Path}' has other labels or classes than '{shards[0].Path}'; give files of one set.");
        var pictures = new ParquetPictures(shards);
        if (!shards[0].HasLabels) return new(pictures, [], null);
        return shards[0].HasTextLabels ? WithTexts(pictures, shards) : WithNumbers(pictures, shards);
    }

    private static LabelledPictures WithNumbers(ParquetPictures pictures, ParquetShard[] shards)
    {
        var labels = new List<int>(pictures.Count);
        foreach (long? number in Labels(shards, (shard, group) => shard.ReadNumbers(group)))
            labels.Add(number is >= NoLabel and < NumberedClasses.Most ? (int)number
                : throw new ImcException($"'{pictures.NameOf(labels.Count)}' has label {number?.ToString() ?? "null"}; labels are 0 to "
                    + $"{NumberedClasses.Most - 1}."));
        if (labels.TrueForAll(label => label == NoLabel)) return new(pictures, [], null);
        if (shards[0].ClassNames is not { } names) return new(pictures, NumberedClasses.Of(labels, shards[0].Path), [.. labels]);
        int wrong = labels.FindIndex(label => label < 0 || label >= names.Count);
        return wrong < 0 ? new(pictures, [.. names], [.. labels])
            : throw new ImcException($"'{pictures.NameOf(wrong)}' has label {labels[wrong]}; the file names {names.Count} classes.");
    }

    private static LabelledPictures WithTexts(ParquetPictures pictures, ParquetShard[] shards)
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        var numbers = new List<int>(pictures.Count);
        foreach (var text in Labels(shards, (shard, group) => shard.ReadTexts(group)))
        {
            if (text is not { } bytes) throw new ImcException($"'{pictures.NameOf(numbers.Count)}' has no label; each image needs one.");
            if (bytes.Length > MostTextBytes)
                throw new ImcException($"'{pictures.NameOf(numbers.Count)}' has a label of {bytes.Length} bytes; "
                    + "names of classes have at most "
                    + $"{MostTextBytes}.");
            string name = Encoding.UTF8.GetString(bytes.Span);
            if (!found.TryGetValue(name, out int number)) found.Add(name, number = found.Count);
            if (found.Count > NumberedClasses.Most)
                throw new ImcException($"'{shards[0].Path}' has more than {NumberedClasses.Most} different labels; are they classes?");
            numbers.Add(number);
        }
        ImmutableArray<string> names = [.. found.Keys.Order(StringComparer.Ordinal)];
        var labels = new int[names.Length];
        for (int label = 0; label < names.Length; label++) labels[found[names[label]]] = label;
        return new(pictures, names, [.. numbers.Select(number => labels[number])]);
    }

    private static IEnumerable<T> Labels<T>(ParquetShard[] shards, Func<ParquetShard, int, T[]> read) =>
        shards.SelectMany(shard => Enumerable.Range(0, shard.GroupRows.Count()).SelectMany(group => read(shard, group)));
}
