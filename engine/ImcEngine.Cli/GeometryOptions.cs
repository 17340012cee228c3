using System.CommandLine;
using ImcEngine.Images;
using ImcEngine.Images.Arrays;
using ImcEngine.Images.Pictures;
using ImcEngine.Images.Sources.Labels;

namespace ImcEngine.Cli;

/// <summary>The options that say what images are and how they get the size that a network takes.</summary>
internal sealed class GeometryOptions
{
    public static readonly (string Word, OutputOrder Value)[] OutputWords =
        [("sorted", OutputOrder.Sorted), ("listed", OutputOrder.Listed)];

    public static readonly (string Word, ArrayLayout Value)[] LayoutWords = [("nchw", ArrayLayout.Nchw), ("nhwc", ArrayLayout.Nhwc)];

    public static readonly (string Word, Interpolation Value)[] InterpolationWords =
        [("bilinear", Interpolation.Bilinear), ("bicubic", Interpolation.Bicubic), ("nearest", Interpolation.Nearest)];

    private readonly Option<string?> _labels = new("--labels")
    {
        Description = "Labels of the images, lines 'file label'; or which output of the network each class of the data is",
        HelpName = "FILE",
    };

    private readonly Option<string?> _classOrder = new("--class-order")
    {
        Description = "What the numbers of a list of labels mean, such as ILSVRC's: lines 'class number', or one class a line",
        HelpName = "FILE",
    };

    private readonly Option<OutputOrder?> _outputs = Choices.Word("--outputs",
        "With --class-order: whether the network's outputs are the classes sorted by name, or as listed", OutputWords);

    private readonly Option<ArrayLayout?> _layout = Choices.Word("--layout",
        "Where arrays of images have their channels, if their sizes do not say", LayoutWords);

    private readonly Option<bool> _coarse = new("--coarse") { Description = "Take the 20 coarse classes of CIFAR-100" };

    private readonly Option<string?> _resize = new("--resize")
    {
        Description = "Resize images: N pixels of the shorter side, or WIDTHxHEIGHT", HelpName = "N|WxH",
    };

    private readonly Option<string?> _crop = new("--crop")
    {
        Description = "Then take the centre, N pixels wide and high, or WIDTHxHEIGHT (default with --resize N: what the network takes)",
        HelpName = "N|WxH",
    };

    private readonly Option<Interpolation?> _interpolation = Choices.Word("--interpolation", "How images are resized (default: bilinear)",
        InterpolationWords);

    private readonly Option<bool> _skipBroken = new("--skip-broken")
    {
        Description = "Leave out pictures that cannot be read (default: they end the run before it computes)",
    };

    private GeometryOptions()
    {
    }

    public static GeometryOptions AddTo(Command command)
    {
        var options = new GeometryOptions();
        foreach (Option option in new Option[]
        {
            options._labels, options._classOrder, options._outputs, options._layout, options._coarse, options._resize, options._crop,
            options._interpolation, options._skipBroken,
        }) command.Options.Add(option);
        return options;
    }

    public bool SkipsBroken(ParseResult parse) => parse.GetValue(_skipBroken);

    /// <exception cref="ImcException">A size cannot be used.</exception>
    public ImageOptions Resolve(ParseResult parse) => new()
    {
        Labels = new(parse.GetValue(_labels), parse.GetValue(_classOrder), parse.GetValue(_outputs)),
        Layout = parse.GetValue(_layout),
        IsCoarse = parse.GetValue(_coarse),
        Resize = parse.GetValue(_resize) is { } resize ? ResizeSpec.Parse("--resize", resize) : null,
        Crop = parse.GetValue(_crop) is { } crop ? CropSpec.Parse("--crop", crop) : null,
        Interpolation = parse.GetValue(_interpolation),
    };
}
