using System.CommandLine;
using ImcEngine.Data;
using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Cli;

/// <summary>The options that choose images.</summary>
internal sealed class DataOptions
{
    private readonly Option<string> _data = new("--data")
    {
        Description = "Images: shapes10, cifar10; a folder, .tar, .tar.gz, .zip or list of pictures; IDX, .npy, .npz or .parquet files; "
            + "CIFAR-10's or CIFAR-100's binary format",
        HelpName = "PATH",
        DefaultValueFactory = _ => Shapes10.Name,
    };

    private readonly Option<int?> _images = Choices.Images("Use the first N images only");
    private readonly GeometryOptions _geometry;

    private DataOptions(Command command, int? images, bool hasCount)
    {
        if (images is not null) _images.DefaultValueFactory = _ => images;
        command.Options.Add(_data);
        if (hasCount) command.Options.Add(_images);
        _geometry = GeometryOptions.AddTo(command);
    }

    /// <param name="images">The default of <c>--images</c>; null for all.</param>
    public static DataOptions AddTo(Command command, int? images = null) => new(command, images, hasCount: true);

    /// <summary>Adds <c>--data</c> without <c>--images</c>.</summary>
    public static DataOptions AddSourceTo(Command command) => new(command, null, hasCount: false);

    /// <summary>The source that <c>--data</c> names; null if it was not given.</summary>
    public string? Given(ParseResult parse) => parse.GetResult(_data) is { Implicit: false } ? parse.GetValue(_data) : null;

    /// <summary>Looks at the images, before the network is read.</summary>
    /// <param name="source">The source; null: that of <c>--data</c>.</param>
    /// <exception cref="ImcException">There is no such data, or an option cannot be used.</exception>
    public NetworkImages Look(ParseResult parse, string? source = null) =>
        new(source ?? parse.GetValue(_data)!, _geometry.Resolve(parse), _geometry.SkipsBroken(parse));

    /// <summary>Returns how images are read and checked before a run.</summary>
    public ImageReading Reading(ParseResult parse, int threads, IRunReport report) => new(_geometry.SkipsBroken(parse), threads, report);

    /// <summary>The number of images to use; null for all.</summary>
    public int? Count(ParseResult parse) => parse.GetValue(_images);
}
