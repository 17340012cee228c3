using System.Diagnostics;
using CommunityToolkit.HighPerformance.Buffers;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// The steps that run a network on one die. For every step it also knows the tensors that no later step reads, whose memory is then reused.
/// Immutable, shared by all threads.
/// </summary>
internal sealed class NetworkProgram
{
    private readonly int[][] _lastUsed;
    private readonly Stage[] _stages;

    /// <summary>For each step, the ordinal of its macro layer; -1 for none.</summary>
    private readonly int[] _layers;

    public NetworkProgram(Network network, IReadOnlyList<Step> steps)
    {
        Steps = steps;
        _lastUsed = LastUses.PerStep(network, steps.Select(step => step.Inputs.Append(step.Result)));
        _stages = [.. Stages(steps)];
        var ordinals = network.MacroLayers.Select((node, layer) => (node.Result, layer)).ToDictionary();
        _layers = [.. steps.Select(step => ordinals.GetValueOrDefault(step.Nodes[0].Result, -1))];
    }

    public IReadOnlyList<Step> Steps { get; }

    /// <summary>
    /// Runs several images. The steps are divided into stages, each of which takes a number of images together (<see
    /// cref="Step.ImagesAtOnce"/>). The images of a stage come in smaller groups through the earlier stages. In early layers the
    /// activations of few images then fill the caches, and late layers fetch their weights once for many images.
    /// </summary>
    /// <param name="tap">Receives the images before each macro layer runs; null for none.</param>
    public void Run(ReadOnlySpan<ImageState> states, InputsTap? tap = null) => RunTo(0, states, tap);

    /// <summary>Runs one step on all images.</summary>
    /// <param name="tap">As for <see cref="Run"/>.</param>
    public void RunStep(int i, ReadOnlySpan<ImageState> states, InputsTap? tap = null)
    {
        var step = Steps[i];
        Begin(step, states);
        if (_layers[i] >= 0) tap?.Invoke(_layers[i], states);
        long start = states[0].Ticks is null ? 0 : Stopwatch.GetTimestamp();
        step.Run(states);
        if (states[0].Ticks is { } ticks) ticks[step.Nodes[0].Result] += Stopwatch.GetTimestamp() - start;
        End(i, states);
    }

    /// <summary>Runs one step on an image and keeps all tensors, until <see cref="Finish"/>.</summary>
    /// <returns>The ordinal of the step's macro layer; -1 for none.</returns>
    public int RunUnfinished(int i, ImageState state)
    {
        Begin(Steps[i], [state]);
        Steps[i].Run(state);
        return _layers[i];
    }

    /// <summary>Lets go of the tensors of an image that no step after this one reads.</summary>
    public void Finish(int i, ImageState state) => End(i, [state]);

    /// <summary>Runs one image and shows its tensors to taps. Only for a program in which every node is a step.</summary>
    /// <param name="state">The image.</param>
    /// <param name="tap">Receives every macro layer; null for none.</param>
    /// <param name="tensorTap">Receives every float tensor except the input; null for none.</param>
    public void Observe(ImageState state, LayerTap? tap, TensorTap? tensorTap)
    {
        for (int i = 0, layer = 0; i < Steps.Count; i++)
        {
            var step = Steps[i];
            Begin(step, [state]);
            step.Run(state);
            if (step.Nodes[0] is MacroNode node) tap?.Invoke(layer++, state.Codes(node.Inputs[0]), state.Floats(node.Result));
            if (!step.ResultIsCodes) tensorTap?.Invoke(step.Result, state.Floats(step.Result));
            End(i, [state]);
        }
    }

    /// <summary>Runs one image and shows every macro layer, whose result is also computed from exact sums of the same inputs. Only for a
    /// program in which every node is a step.</summary>
    /// <param name="state">The image.</param>
    /// <param name="exact">The same program on a die with exact sums.</param>
    /// <param name="tap">Receives every macro layer.</param>
    public void ObserveErrors(ImageState state, NetworkProgram exact, LayerErrorTap tap)
    {
        for (int i = 0; i < Steps.Count; i++)
        {
            var step = Steps[i];
            Begin(step, [state]);
            if (_layers[i] >= 0)
            {
                exact.Steps[i].Run(state);
                using var ofExact = SpanOwner<float>.Allocate(state.Floats(step.Result).Length);
                state.Floats(step.Result).CopyTo(ofExact.Span);
                step.Run(state);
                tap(_layers[i], state, ofExact.Span, state.Floats(step.Result));
            }
            else step.Run(state);
            End(i, [state]);
        }
    }

    private static void Begin(Step step, ReadOnlySpan<ImageState> states)
    {
        if (step.ResultIsCodes) return;
        foreach (var state in states) state.Make(step.Result);
    }

    private void End(int i, ReadOnlySpan<ImageState> states)
    {
        foreach (var state in states)
            foreach (int tensor in _lastUsed[i]) state.LetGo(tensor);
    }

    /// <summary>Runs this stage and all stages before it in the network.</summary>
    private void RunTo(int stage, ReadOnlySpan<ImageState> states, InputsTap? tap)
    {
        var (first, end, images) = _stages[stage];
        for (int done = 0; done < states.Length;)
        {
            var part = states.Slice(done, Math.Min(images, states.Length - done));
            if (first > 0) RunTo(stage + 1, part, tap);
            for (int i = first; i < end; i++) RunStep(i, part, tap);
            done += part.Length;
        }
    }

    /// <summary>Returns the stages, from the last to the first. A stage begins at the step that takes the most images at once among all
    /// steps before its end (the first of several), or at the first step of all if none takes several.</summary>
    private static IEnumerable<Stage> Stages(IReadOnlyList<Step> steps)
    {
        for (int end = steps.Count, first; ; end = first)
        {
            int images = 1;
            first = 0;
            for (int i = 0; i < end; i++)
                if (steps[i].ImagesAtOnce is var its && its > images) (images, first) = (its, i);
            yield return new(first, end, images);
            if (first == 0) yield break;
        }
    }

    /// <summary>Consecutive steps.</summary>
    /// <param name="First">The first step.</param>
    /// <param name="End">The step after the last.</param>
    /// <param name="Images">The number of images that run through the steps together.</param>
    private readonly record struct Stage(int First, int End, int Images);
}
