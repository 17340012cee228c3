using System.Collections.Immutable;
using ImcEngine.Data;
using ImcEngine.Images.Arrays;
using ImcEngine.Images.HubFiles;
using ImcEngine.Images.Pictures;
using ImcEngine.Images.Sources;
using ImcEngine.Images.Sources.Labels;
using ImcEngine.Images.Sources.Opening;

namespace ImcEngine.Images;

/// <summary>
/// A data source of any kind, opened but not yet prepared for a network. What a path is, is found by looking at it:
/// <code>
/// shapes10, cifar10                        drawn, or downloaded
/// IDX files, .npy, .npz                    arrays of one shape, gray or colour, bytes or float32
/// .parquet, or a folder of them            encoded pictures and labels, as the Hugging Face hub has them
/// CIFAR-10's and CIFAR-100's binary format file, folder or .tar.gz
/// folder, .tar, .tar.gz, .zip, list        encoded pictures: PNG, JPEG, BMP, WebP, PPM
/// </code>
/// </summary>
internal sealed class ImageSource
{
    private readonly LabelledImages _images;
    private readonly ImageOptions _options;

    /// <summary>The set that the source is, where it needs no preparation.</summary>
    private readonly ImageSet? _set;

    private ImageSource(string name, LabelledImages images, ImageOptions options, IEnumerable<string> notes, ImageSet? set = null)
    {
        (Name, _images, _options, _set) = (name, images, options, set);
        Notes = [.. notes];
    }

    public string Name { get; }
    public int Count => _images.Images.Count;

    /// <summary>Whether the elements are float32; otherwise they are bytes.</summary>
    public bool AreFloats => _images.Images.AreFloats;

    /// <summary>What the path and its labels were taken as, a sentence each.</summary>
    public ImmutableArray<string> Notes { get; private set; }

    /// <summary>The shape that the options give every image; where they leave it open, that of the first one, and null if it is broken.
    /// Pictures of unknown channels count as colour.</summary>
    public ImageShape? Shape
    {
        get
        {
            var own = _images.Images.Shape;
            if (_options.Crop is { } crop) return new(own?.Channels ?? 3, crop.Height, crop.Width);
            if ((own ?? FirstShape()) is not { } shape) return null;
            if (_options.Resize is null) return shape;
            var (height, width) = _options.Resize.SizeFor(shape.Height, shape.Width);
            return new(shape.Channels, checked((int)height), checked((int)width));
        }
    }

    /// <param name="source">A name or a path. A file or folder with the name of a set must be written as <c>./cifar10</c>.</param>
    /// <param name="options">What the user says about the images.</param>
    /// <param name="split">The split, where the source has several.</param>
    /// <exception cref="ImcException">There is no such data, or it cannot be used.</exception>
    public static ImageSource Look(string source, ImageOptions options, Split split = Split.Test)
    {
        var found = Find(source, options, split);
        found.Notes = found.Notes.AddRange(WithoutEffect(found._options));
        return found;
    }

    /// <summary>Opens a source by what it is; what it uses of the options alone is left out of those that it keeps.</summary>
    private static ImageSource Find(string source, ImageOptions options, Split split)
    {
        var used = options with { Layout = null };
        if (source is Shapes10.Name or DataSource.Cifar10) return OfSet(DataSource.Open(source, split), options);
        InputFile.RequirePath(source, "data");
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(source));
        if (IdxImages.IsAt(source)) return OfArrays(name, IdxImages.Read(source, split, options.Layout), used);
        if (HasEnd(source, ".npy")) return OfArrays(name, NpyImages.Read(source, options.Layout), used);
        if (HasEnd(source, ".npz")) return OfArrays(name, NpzImages.Read(source, split, options.Layout), used);
        if (HubImages.IsAt(source)) return OfPictures(name, HubImages.Read(source, split), options);
        if (PictureSource.IsOne(source))
        {
            var (pictures, notes) = PictureSource.Open(source, options.Labels);
            var images = new LabelledImages(new PictureImages(pictures.Pictures), pictures.ClassNames, pictures.Labels)
            {
                Outputs = pictures.Outputs,
            };
            return new(name, images, options, notes);
        }
        if (Path.Exists(source) && Cifar100Format.IsAt(source))
            return OfArrays(name, Cifar100Format.Read(source, split, options.IsCoarse), options with { IsCoarse = false });
        return OfSet(DataSource.Open(source, split), options);
    }

    /// <summary>Names the options that a source of another kind would have used.</summary>
    private static IEnumerable<string> WithoutEffect(ImageOptions options)
    {
        if (options.Layout is not null) yield return "The layout has no effect: only arrays have one.";
        if (options.IsCoarse) yield return "Coarse classes have no effect: only CIFAR-100 has them.";
        if (options.Labels is { Outputs: not null, ClassOrderFile: null })
            yield return "What the network's outputs are has no effect: that is said of a class order alone.";
    }

    /// <summary>Returns the images as a network takes them.</summary>
    /// <param name="network">The sizes of the network's input: channels, height and width, or a number of features.</param>
    /// <param name="channels">The channels that it takes; null: those that the images have.</param>
    /// <param name="options">The options that the source was opened with, or more of them.</param>
    /// <exception cref="ImcException">The images cannot be given that shape by what the options say.</exception>
    public PreparedImages For(IReadOnlyList<int> network, ChannelOrder? channels, ImageOptions options)
    {
        var shape = network is [var own, var height, var width] ? new ImageShape(own, height, width) : ShapeOfFirst(channels, options);
        var crop = options.Crop ?? (options.Resize is { IsShorterSide: true } ? new(shape.Height, shape.Width) : null);
        var preparation = new Preparation(channels, options.Resize, crop, options.Interpolation ?? Interpolation.Bilinear);
        bool isUnchanged = _images.Images.Shape == shape && options.Resize is null && channels is not ChannelOrder.Bgr;
        if (_set is not null && isUnchanged) return new(_set, preparation, false);
        var records = new PreparedRecords(_images.Images, shape, preparation);
        RequireFirst(records);
        var images = new ImageSet(Name, _images.ClassNames, records, _images.Labels) { Outputs = _images.Outputs };
        return new(ClassesInTurn(images), preparation, _images.Images is PictureImages);
    }

    /// <summary>Returns the images prepared as another set was, for the network that takes both.</summary>
    /// <exception cref="ImcException">As <see cref="For"/>.</exception>
    public ImageSet Like(ImageSet other)
    {
        var shape = other.Shape;
        var (channels, resize, crop, interpolation) = (other.Records as PreparedRecords)?.Preparation
            ?? new(shape.Channels == 3 ? ChannelOrder.Rgb : null, null, null, Interpolation.Bilinear);
        return For([shape.Channels, shape.Height, shape.Width], channels,
            new() { Resize = resize, Crop = crop, Interpolation = interpolation }).Images;
    }

    /// <summary>
    /// Images that are sorted by class, such as those of class folders, are chosen one of each class in turn, each class in its own order.
    /// The first of them, and the last, which calibrate, are thus of all classes.
    /// </summary>
    private static ImageSet ClassesInTurn(ImageSet images)
    {
        if (!images.IsLabelled) return images;
        int[] labels = images.Labels();
        if (labels[0] == labels[^1] || labels.Zip(labels.Skip(1)).Any(pair => pair.First > pair.Second)) return images;
        var turns = new Dictionary<int, int>();
        int[] turn = Array.ConvertAll(labels, label => turns[label] = turns.GetValueOrDefault(label) + 1);
        return images.Chosen([.. Enumerable.Range(0, labels.Length).OrderBy(image => turn[image]).ThenBy(image => image)]);
    }

    /// <summary>Reads the first image, which says at once what would be wrong with all of them. A broken one is left to the check of all.
    /// </summary>
    private void RequireFirst(PreparedRecords records)
    {
        try
        {
            records.Read(0, new byte[records.Shape.Count * (AreFloats ? sizeof(float) : 1)]);
        }
        catch (BrokenImageException)
        {
        }
    }

    private ImageShape? FirstShape()
    {
        try
        {
            return _images.Images.Read(0).Shape;
        }
        catch (ImcException)
        {
            return null;
        }
    }

    private ImageShape ShapeOfFirst(ChannelOrder? channels, ImageOptions options)
    {
        var preparation = new Preparation(channels, options.Resize, options.Crop, options.Interpolation ?? Interpolation.Bilinear);
        return preparation.Apply(_images.Images.NameOf(0), _images.Images.Read(0), AreFloats).Shape;
    }

    private static ImageSource OfSet(ImageSet set, ImageOptions options)
    {
        var labels = new Labeller(options.Labels).Of(set.Name, set.Count, set.ClassNames, set.IsLabelled ? set.Labels() : null);
        if ((options.Labels.LabelsFile ?? options.Labels.ClassOrderFile) is not null)
            set = new(set.Name, labels.ClassNames, set.Records, labels.Labels) { Outputs = labels.Outputs };
        return new(set.Name, Labelled(new SetImages(set), labels), options, labels.Notes, set);
    }

    private static ImageSource OfArrays(string name, LabelledImages images, ImageOptions options)
    {
        var labels = new Labeller(options.Labels).Of(name, images.Images.Count, images.ClassNames, images.Labels);
        return new(name, Labelled(images.Images, labels), options, labels.Notes);
    }

    private static LabelledImages Labelled(IRawImages images, DataLabels labels) =>
        new(images, labels.ClassNames, labels.Labels) { Outputs = labels.Outputs };

    private static ImageSource OfPictures(string name, LabelledPictures pictures, ImageOptions options) =>
        OfArrays(name, new(new PictureImages(pictures.Pictures), pictures.ClassNames, pictures.Labels), options);

    private static bool HasEnd(string path, string end) =>
        path.EndsWith(end, StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path);
}

/// <summary>Images as a network takes them.</summary>
/// <param name="Images">The images.</param>
/// <param name="Preparation">What happens to each.</param>
/// <param name="AreDecoded">Whether they come from encoded pictures.</param>
internal sealed record PreparedImages(ImageSet Images, Preparation Preparation, bool AreDecoded);
