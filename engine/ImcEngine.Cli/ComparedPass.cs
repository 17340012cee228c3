using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Data;
using ImcEngine.Evaluation.MonteCarlo;

namespace ImcEngine.Cli;

/// <summary>What one way of computing made of the evaluated images.</summary>
internal sealed class ComparedPass
{
    private readonly float[] _logits;
    private readonly int[] _predicted;

    /// <param name="logits"><c>[image, class]</c></param>
    public ComparedPass(float[] logits, ImageSet images, double imagesPerSecond)
    {
        _logits = logits;
        _predicted = new int[images.Count];
        Predictions.Of(logits, logits.Length / images.Count, _predicted);
        Top1 = Predictions.EqualFraction(_predicted, [.. Enumerable.Range(0, images.Count).Select(images.Label)]);
        ImagesPerSecond = imagesPerSecond;
    }

    public double Top1 { get; }
    public double ImagesPerSecond { get; }

    public double AgreementWith(ComparedPass other) => Predictions.EqualFraction(_predicted, other._predicted);

    public float LargestDifferenceFrom(ComparedPass other) => _logits.Zip(other._logits, (a, b) => Math.Abs(a - b)).Max();

    public DieRun ToDieRun() => new(Top1, LogitsSha256());

    public string LogitsSha256() => LogitsHash.Of(_logits);
}
