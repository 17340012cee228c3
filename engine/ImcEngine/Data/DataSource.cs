namespace ImcEngine.Data;

/// <summary>Opens what <c>--data</c> names: <c>shapes10</c>, <c>cifar10</c>, or the path of data in CIFAR-10's binary format.</summary>
public static class DataSource
{
    public const string Cifar10 = "cifar10";

    /// <param name="source"><c>shapes10</c>, <c>cifar10</c>, or a path as <see cref="CifarFormat.Read"/> takes it. A file or folder with
    /// one of these names must be written as <c>./cifar10</c>.</param>
    /// <param name="split">The split of <c>shapes10</c>, a folder or an archive; a <c>.bin</c> file is read whole.</param>
    /// <param name="cacheFolder">The folder of downloads; null: <see cref="DataCache.Folder"/>.</param>
    /// <exception cref="ImcException">There is no such data, or it is not in CIFAR-10's binary format.</exception>
    public static ImageSet Open(string source, Split split = Split.Test, string? cacheFolder = null) => source switch
    {
        Shapes10.Name => Shapes10.Render(split, split == Split.Test ? Shapes10.DefaultTestCount : Shapes10.DefaultTrainCount),
        Cifar10 => OpenCifar10(split, cacheFolder ?? DataCache.Folder),
        _ => CifarFormat.Read(source, split),
    };

    /// <summary>Whether a named source can be opened without a download.</summary>
    public static bool IsHere(string source) => source != Cifar10 || File.Exists(ArchiveIn(DataCache.Folder));

    private static string ArchiveIn(string cacheFolder) => Path.Combine(cacheFolder, CifarDownload.ArchiveName);

    private static ImageSet OpenCifar10(Split split, string cacheFolder)
    {
        string archive = ArchiveIn(cacheFolder);
        if (!File.Exists(archive))
            throw new ImcException($"CIFAR-10 is not on this machine ('{archive}' is missing); "
                + "run 'imc data cifar10' to download it, or give --data the path of a copy.");
        return CifarFormat.Read(archive, split);
    }
}
