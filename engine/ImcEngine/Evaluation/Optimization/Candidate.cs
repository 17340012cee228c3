namespace ImcEngine.Evaluation.Optimization;

/// <summary>A setting that may be chosen.</summary>
/// <param name="Number">Its number, which evaluations name it by.</param>
/// <param name="Cost">What it costs; less is better.</param>
/// <param name="PredictedError">The noise that its converters add to the layers' results, over their variance, summed over layers.</param>
internal sealed record Candidate(int Number, double Cost, double PredictedError);

/// <summary>What an evaluation runs.</summary>
/// <param name="Candidate">The number of the candidate.</param>
/// <param name="Confirms">Whether the images and dies are those that confirm; else those that choose.</param>
/// <param name="First">The first image of the set.</param>
/// <param name="End">The image after the last one.</param>
internal readonly record struct ImagesOfCandidate(int Candidate, bool Confirms, int First, int End);

/// <summary>Runs a candidate on images and returns whether it is right, <c>[die][image]</c>.</summary>
internal delegate Task<IReadOnlyList<bool[]>> EvaluateAsync(ImagesOfCandidate images, CancellationToken cancellation);
