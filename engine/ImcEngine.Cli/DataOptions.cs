using System.CommandLine;
using ImcEngine.Data;
using ImcEngine.Importer;

namespace ImcEngine.Cli;

/// <summary>The options that choose images.</summary>
internal sealed class DataOptions
{
    private readonly Option<string> _data = new("--data")
    {
        Description = "Images: shapes10, cifar10, or a .bin file, folder or .tar.gz in CIFAR-10's binary format", HelpName = "PATH",
        DefaultValueFactory = _ => Shapes10.Name,
    };

    private readonly Option<int?> _images = Choices.Images("Use the first N images only");

    private DataOptions(int? images)
    {
        if (images is not null) _images.DefaultValueFactory = _ => images;
    }

    /// <param name="images">The default of <c>--images</c>; null for all.</param>
    public static DataOptions AddTo(Command command, int? images = null)
    {
        var options = new DataOptions(images);
        command.Options.Add(options._data);
        command.Options.Add(options._images);
        return options;
    }

    /// <summary>Adds <c>--data</c> without <c>--images</c>.</summary>
    public static DataOptions AddSourceTo(Command command)
    {
        var options = new DataOptions(null);
        command.Options.Add(options._data);
        return options;
    }

    /// <summary>The source that <c>--data</c> names; null if it was not given.</summary>
    public string? Given(ParseResult parse) => parse.GetResult(_data) is { Implicit: false } ? parse.GetValue(_data) : null;

    /// <summary>All test images of the source.</summary>
    /// <exception cref="ImcException">There is no such data.</exception>
    public ImageSet All(ParseResult parse) => UserFiles.Images(parse.GetValue(_data)!);

    /// <summary>The number of images to use; null for all.</summary>
    public int? Count(ParseResult parse) => parse.GetValue(_images);
}
