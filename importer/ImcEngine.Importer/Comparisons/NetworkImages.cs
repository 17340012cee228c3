using System.Text.Json.Nodes;
using ImcEngine.Data;
using ImcEngine.Images;
using ImcEngine.Images.Pictures;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;

namespace ImcEngine.Importer.Comparisons;

/// <summary>
/// The images of a run: looked at before the network is read, since a network may leave its size open, and prepared for it afterwards,
/// since what it takes decides the channels and the crop.
/// </summary>
internal sealed class NetworkImages
{
    private readonly ImageSource _source;
    private readonly ImageOptions _options;
    private readonly bool _skipsBroken;

    /// <param name="path">What names the images.</param>
    /// <param name="skipsBroken">Whether images that cannot be read are left out.</param>
    /// <exception cref="ImcException">There are no such images.</exception>
    public NetworkImages(string path, ImageOptions options, bool skipsBroken = false)
    {
        (_options, _skipsBroken) = (options, skipsBroken);
        _source = UserFiles.ImageSource(path, options);
    }

    /// <summary>The number of images.</summary>
    public int Count => _source.Count;

    /// <summary>The shape of the images, for networks that leave it open; null where it is not known before.</summary>
    public ImageShape? Shape => _source.Shape;

    /// <summary>What was taken from where, a sentence each; complete once the images have been prepared.</summary>
    public IEnumerable<string> Notes
    {
        get
        {
            foreach (string note in _source.Notes) yield return note;
            if (Prepared is null) yield break;
            if (Prepared.Images.Records is PreparedRecords) yield return PreparationNote(Prepared);
            if (_options.Interpolation is not null && Prepared.Preparation.Resize is null)
                yield return "The interpolation has no effect: the images are not resized.";
        }
    }

    /// <summary>How the images were prepared; null before.</summary>
    private PreparedImages? Prepared { get; set; }

    /// <summary>What the options and the network state together; null before the images are prepared.</summary>
    private ImageOptions? Stated { get; set; }

    /// <summary>Returns the preprocessing for these images, given that of the network: float32 is not divided by 255.</summary>
    public SourcedPreprocessing Preprocess(SourcedPreprocessing own) => _source.AreFloats ? own.ForFloats() : own;

    /// <summary>Returns the images as the network takes them.</summary>
    /// <param name="path">The network's file, for messages.</param>
    /// <exception cref="ImcException">They do not fit the network.</exception>
    public ImageSet For(string path, OnnxModel model, SourcedPreprocessing used)
    {
        var sizes = UserFiles.InputSizes(path, model);
        Stated = Geometry(model);
        Prepared = _source.For(sizes, ChannelsOf(used), Stated);
        return Prepared.Images;
    }

    /// <summary>Returns the images to evaluate and to calibrate on.</summary>
    /// <exception cref="ImcException">As <see cref="For"/>, or there are too few images.</exception>
    public ComparedData DataFor(string path, OnnxModel model, SourcedPreprocessing used, CalibrationSpec calibration, int? count = null,
        int most = int.MaxValue) =>
        new(JoinedOutputs.AreIn(model) ? For(path, model, used).WithoutLabels() : For(path, model, used), calibration, count, most,
            source => Others(source, path, model, used), _skipsBroken);

    /// <summary>Returns images of another source as the network takes them, prepared alike, with the source's own labels.</summary>
    /// <exception cref="ImcException">There are no such images, or they do not fit the network.</exception>
    public ImageSet Others(string source, string path, OnnxModel model, SourcedPreprocessing used) =>
        UserFiles.ImageSource(source, _options with { Labels = new() })
            .For(UserFiles.InputSizes(path, model), ChannelsOf(used), Geometry(model)).Images;

    /// <summary>Returns how images were prepared, for documents; null where they are taken as they are.</summary>
    public JsonObject? ToJson() => Prepared is not { Images.Records: PreparedRecords, Preparation: var preparation } ? null : new()
    {
        ["resize"] = preparation.Resize?.ToString(),
        ["crop"] = preparation.Crop?.ToString(),
        ["interpolation"] = preparation.Interpolation.ToString().ToLowerInvariant(),
        ["decoder"] = Prepared.AreDecoded ? PictureDecoder.Decoders : null,
    };

    /// <summary>Returns the options, and what the model's metadata states where no option is given.</summary>
    /// <exception cref="ImcException">The metadata cannot be used.</exception>
    private ImageOptions Geometry(OnnxModel model)
    {
        string? Stated(string key) => model.Metadata.Find(entry => entry.Key == key)?.Value;
        return _options with
        {
            Resize = _options.Resize
                ?? (Stated(ModelMetadata.Resize) is { } resize ? ResizeSpec.Parse($"Metadata {ModelMetadata.Resize}", resize) : null),
            Crop = _options.Crop
                ?? (Stated(ModelMetadata.Crop) is { } crop ? CropSpec.Parse($"Metadata {ModelMetadata.Crop}", crop) : null),
            Interpolation = _options.Interpolation ?? (Stated(ModelMetadata.Interpolation) is { } word ? InterpolationOf(word) : null),
        };
    }

    private static Interpolation InterpolationOf(string word) => Enum.TryParse(word, ignoreCase: true, out Interpolation known)
        && Enum.IsDefined(known) ? known
        : throw new ModelException($"Metadata {ModelMetadata.Interpolation} is '{word}'; supported are "
            + $"{string.Join(", ", Enum.GetNames<Interpolation>()).ToLowerInvariant()}.");

    /// <summary>Returns the channels that a network takes; null where nothing states them of a network of one channel, which takes gray
    /// images alone.</summary>
    private static ChannelOrder? ChannelsOf(SourcedPreprocessing used) => used.Channels switch
    {
        "BGR" => ChannelOrder.Bgr,
        "gray" => used.Layout == PreprocessingSource.Assumed ? null : ChannelOrder.Gray,
        _ => ChannelOrder.Rgb,
    };

    /// <summary>Whether the images are not taken in the order of their source.</summary>
    private static bool TakesTurns(ImageSet images) => images.Count > 1 && images.RecordIndex(1) != images.RecordIndex(0) + 1;

    private string PreparationNote(PreparedImages prepared)
    {
        var (channels, resize, crop, interpolation) = prepared.Preparation;
        string size = resize is null ? ""
            : $", resized to {(resize.IsShorterSide ? $"{resize} pixels of the shorter side" : resize.ToString())} "
            + $"({Origin(options => options.Resize)}), {interpolation.ToString().ToLowerInvariant()} "
            + $"({Origin(options => options.Interpolation)})";
        string part = crop is null ? ""
            : $", the centre of {crop.Width}x{crop.Height} ({Origin(options => options.Crop, "what the network takes")})";
        return $"Images: {prepared.Images.Shape}{(channels is ChannelOrder.Bgr ? ", blue first" : "")}{size}{part}."
            + (TakesTurns(prepared.Images) ? " They are sorted by class, and are chosen one of each class in turn." : "")
            + (prepared.AreDecoded ? $" Pictures are decoded by {PictureDecoder.Decoders}." : "");
    }

    /// <summary>Says where a part of the preparation comes from, in the words of the preprocessing.</summary>
    /// <param name="unstated">What it is called if nothing states it.</param>
    private string Origin(Func<ImageOptions, object?> part, string unstated = "assumed") =>
        part(_options) is not null ? "option" : part(Stated!) is not null ? "model metadata" : unstated;
}
