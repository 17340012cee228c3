namespace ImcEngine.Evaluation.Studies;

/// <summary>What a study says about its images, as the options of <c>imc compare</c> do. All words and sizes are as those options take
/// them; null leaves the choice to the data and to the network.</summary>
internal sealed record StudyImages
{
    public static StudyImages None { get; } = new();

    /// <summary>The path of a file with labels or classes, relative to the study's file.</summary>
    public string? Labels { get; init; }

    /// <summary>The path of a file that says what the numbers of a list of labels mean, relative to the study's file.</summary>
    public string? ClassOrder { get; init; }

    /// <summary>With <see cref="ClassOrder"/>: how the network orders its classes.</summary>
    public string? Outputs { get; init; }

    /// <summary>Where arrays of images have their channels.</summary>
    public string? Layout { get; init; }

    /// <summary>Whether labels of CIFAR-100 are those of its 20 coarse classes.</summary>
    public bool IsCoarse { get; init; }

    public string? Resize { get; init; }
    public string? Crop { get; init; }
    public string? Interpolation { get; init; }
    public string? Channels { get; init; }

    /// <summary>The mean of each channel, or one of all.</summary>
    public IReadOnlyList<double>? Mean { get; init; }

    /// <summary>The standard deviation of each channel, or one of all.</summary>
    public IReadOnlyList<double>? Std { get; init; }

    /// <summary>What bytes are divided by before mean and std apply.</summary>
    public double? Scale { get; init; }

    /// <summary>Whether pictures that cannot be read are left out.</summary>
    public bool SkipsBroken { get; init; }
}
