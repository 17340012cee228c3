using System.Collections.Immutable;
using System.IO.Compression;
using ImcEngine.Data;
using ImcEngine.Images.Sources.Labels;

namespace ImcEngine.Images.Sources.Opening;

/// <summary>Pictures as a user named them.</summary>
/// <param name="Pictures">The pictures with their labels.</param>
/// <param name="Notes">What the path and the labels were taken as, one sentence each.</param>
internal sealed record OpenedPictures(LabelledPictures Pictures, ImmutableArray<string> Notes);

/// <summary>Opens a folder, an archive or a list of pictures. Which of them a path is, its content says, and its extension where the
/// content cannot.</summary>
internal static class PictureSource
{
    private const int HeadBytes = 512, TarMagicOffset = 257;
    private const long MostSearchedBytes = 1L << 30;

    private enum Form
    {
        Other,
        Folder,
        List,
        Tar,
        GzippedTar,
        Zip,
    }

    /// <summary>
    /// Whether the path is such a source: a folder or a compressed tar archive with a picture in it and without CIFAR's <c>.bin</c> files,
    /// a tar or zip archive (but <c>.npz</c>), or a list (<c>.txt</c>, <c>.csv</c>, <c>.tsv</c>).
    /// </summary>
    public static bool IsOne(string path) => FormOf(path) switch
    {
        Form.Folder => !HoldsRecords(path) && FolderPictures.HoldsPicture(path),
        Form.GzippedTar => BeginsWithPicture(path),
        var form => form != Form.Other,
    };

    /// <param name="path">The folder, archive or list.</param>
    /// <param name="options">What the user says about labels.</param>
    /// <exception cref="ImcException">The path is no such source, or it, its pictures and their labels do not fit together.</exception>
    public static OpenedPictures Open(string path, LabelOptions options)
    {
        InputFile.RequirePath(path, "data");
        var labeller = new Labeller(options);
        return FormOf(path) switch
        {
            Form.Folder => Opened(FolderPictures.Open(path), "a folder", labeller.OfPictures),
            Form.Tar => Opened(TarPictures.Open(path), "a tar archive", labeller.OfPictures),
            Form.GzippedTar => Opened(GzippedTarPictures.Open(path), "a compressed tar archive", labeller.OfPictures),
            Form.Zip => Opened(ZipPictures.Open(path), "a zip archive", labeller.OfPictures),
            Form.List => OpenedList(PictureList.Open(path), labeller),
            _ => throw new ImcException($"There are no pictures at '{path}'; give a folder, a .tar, .tar.gz or .zip archive of pictures, "
                + "or a .txt or .csv list with lines 'file label'."),
        };
    }

    private static OpenedPictures OpenedList(PictureList list, Labeller labeller) =>
        Opened(list.Pictures, "a list", names => labeller.OfList(list.Table, names, list.Files));

    private static OpenedPictures Opened(NamedPictures pictures, string form, Func<PictureNames, DataLabels> label)
    {
        try
        {
            var labels = label(pictures.Names);
            string taken = $"'{pictures.Names.Source}' is taken as {form} of {pictures.Count} pictures, in ordinal order of their names.";
            return new(new(pictures, labels.ClassNames, labels.Labels) { Outputs = labels.Outputs },
                [taken, .. pictures.Names.LeftOut is { } links ? [links] : (string[])[], .. labels.Notes]);
        }
        catch
        {
            (pictures as IDisposable)?.Dispose();
            throw;
        }
    }

    private static Form FormOf(string path)
    {
        if (Directory.Exists(path)) return Form.Folder;
        if (!File.Exists(path)) return Form.Other;
        if (HasExtension(path, ".txt", ".csv", ".tsv")) return Form.List;
        var head = HeadOf(path).AsSpan();
        if (head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8))
            return HasExtension(path, ".npz") ? Form.Other : Form.Zip;
        if (head is [0x1F, 0x8B, ..]) return Form.GzippedTar;
        if (head.Length == HeadBytes && head[TarMagicOffset..].StartsWith("ustar"u8)) return Form.Tar;
        return HasExtension(path, ".tar") ? Form.Tar : HasExtension(path, ".zip") ? Form.Zip
            : HasExtension(path, ".tar.gz", ".tgz") ? Form.GzippedTar : Form.Other;
    }

    private static bool HasExtension(string path, params ReadOnlySpan<string> extensions)
    {
        foreach (string extension in extensions)
            if (path.EndsWith(extension, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>Returns the first bytes of a file; nothing if it cannot be read.</summary>
    private static byte[] HeadOf(string path)
    {
        try
        {
            return InputFile.Read(path, "data", stream =>
            {
                var head = new byte[Math.Min(HeadBytes, stream.Length)];
                stream.ReadExactly(head);
                return head;
            });
        }
        catch (ImcException)
        {
            return [];
        }
    }

    /// <summary>Whether a folder holds records in CIFAR's binary format.</summary>
    private static bool HoldsRecords(string folder)
    {
        try
        {
            return Directory.EnumerateFiles(folder, "*.bin").Any();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether a picture comes in a compressed tar archive before any records in CIFAR's binary format; false too for a damaged
    /// archive.</summary>
    private static bool BeginsWithPicture(string path)
    {
        try
        {
            return InputFile.Read(path, ArchiveFile.What, stream => Gzip.Unpacking(path, () =>
            {
                using var unpacked = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
                var tar = new TarArchive(unpacked, path, MostSearchedBytes);
                while (tar.Next() is { } entry)
                {
                    if (HasExtension(entry.Name, ".bin")) return false;
                    if (entry.IsRegular && PictureFiles.NameOf(path, entry.Name) is { } name && PictureFiles.IsPicture(name)) return true;
                }
                return false;
            }));
        }
        catch (ImcException)
        {
            return false;
        }
    }
}
