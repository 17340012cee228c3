using ImcEngine.Data;

namespace ImcEngine.Importer.Lowering;

/// <summary>Where a part of the preprocessing comes from.</summary>
public enum PreprocessingSource
{
    /// <summary>Nothing states it; <see cref="Preprocessing.Assumed"/> is taken.</summary>
    Assumed,

    /// <summary>The model's metadata.</summary>
    Model,

    /// <summary>The model's own nodes, which scale the image.</summary>
    Graph,

    /// <summary>The data, whose elements are float32 and are taken for the network's input.</summary>
    Data,

    /// <summary>The user, in place of what the model states.</summary>
    Option,
}

/// <summary>How image bytes become a network's input, and where that is stated. The layout is that of the data's channels.</summary>
public sealed record SourcedPreprocessing(Preprocessing Preprocessing, PreprocessingSource Mean, PreprocessingSource Std,
    PreprocessingSource Layout)
{
    /// <summary>The channels that the network takes: RGB, BGR or gray.</summary>
    public string Channels { get; init; } = "RGB";

    /// <summary>Where the scale comes from. Unstated it is 255, as is usual for bytes.</summary>
    public PreprocessingSource Scale { get; init; }

    /// <summary>Whether the user's numbers stand where the network scales the image itself, and are not those that its nodes leave to be
    /// done.</summary>
    internal bool ScalesAgain { get; init; }

    /// <summary>Whether mean or standard deviation is assumed: if the network was trained with others, its accuracy is wrong.</summary>
    public bool IsAssumed => Mean == PreprocessingSource.Assumed || Std == PreprocessingSource.Assumed;

    /// <summary>Returns the preprocessing for images of float32: what nothing states leaves their elements as they are.</summary>
    internal SourcedPreprocessing ForFloats()
    {
        var same = Preprocessing.Unchanged(Preprocessing.Mean.Length, 1);
        PreprocessingSource Of(PreprocessingSource own) => own == PreprocessingSource.Assumed ? PreprocessingSource.Data : own;
        return this with
        {
            Preprocessing = new(Mean == PreprocessingSource.Assumed ? same.Mean : Preprocessing.Mean,
                Std == PreprocessingSource.Assumed ? same.Std : Preprocessing.Std,
                Scale == PreprocessingSource.Assumed ? same.Scale : Preprocessing.Scale),
            Mean = Of(Mean), Std = Of(Std), Scale = Of(Scale),
        };
    }

    /// <summary>Returns the preprocessing with the user's scale, mean and standard deviation.</summary>
    internal SourcedPreprocessing ReplacedBy(Preprocessing preprocessing) =>
        this with
        {
            Preprocessing = preprocessing, Mean = PreprocessingSource.Option, Std = PreprocessingSource.Option,
            Scale = PreprocessingSource.Option,
        };
}
