using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Diagnostics;
using ImcEngine.Data;
using ImcEngine.Kernels;
using ImcEngine.Randomness;

namespace ImcEngine.Networks.Execution;

/// <summary>How a run uses the machine. It does not change the result.</summary>
/// <param name="Threads">The number of threads.</param>
/// <param name="Batch">The number of images at once, limited to what <see cref="ActivationMemory"/> allows. If there are fewer images than
/// threads, several threads share the layers of an image.</param>
public sealed record RunnerOptions(int Threads, int Batch = RunnerOptions.UsualBatch)
{
    public const int UsualBatch = 64;

    public static RunnerOptions Default { get; } = new(Environment.ProcessorCount);

    /// <summary>The number of threads that share the layers of one image.</summary>
    public int ThreadsPerImage => Math.Max(1, Threads / Batch);

    /// <summary>The number of threads that carry images of their own.</summary>
    internal int ImageThreads => Math.Min(Threads, Batch);

    /// <summary>The number of images that a thread runs at once; deep layers fetch their weights once for all of them.</summary>
    internal int ImagesPerThread => Math.Clamp(Batch / Threads, 1, BatchedPixelKernel.MostImages);
}

/// <summary>Runs images through a mapped network.</summary>
public sealed class NetworkRunner
{
    private readonly MappedNetwork _mapped;
    private readonly RunnerOptions _options;
    private readonly TileWorkers _tiles;
    private readonly ConcurrentBag<ImageBatch> _batches = [];

    /// <exception cref="ImcException">Threads or batch are not positive.</exception>
    public NetworkRunner(MappedNetwork mapped, RunnerOptions options)
    {
        if (options.Threads < 1 || options.Batch < 1)
            throw new ImcException($"{options.Threads} threads and a batch of {options.Batch} were requested; both must be at least 1.");
        _mapped = mapped;
        _options = options with { Batch = Math.Min(options.Batch, ActivationMemory.MostImages(mapped.Network)) };
        _tiles = new(_options.ThreadsPerImage);
    }

    /// <summary>Returns the names of the kernels that run this number of images, each name once. The kernel that a layer takes depends on
    /// how many images a thread runs at once.</summary>
    /// <param name="die">The die; null: exact sums, the digital network.</param>
    /// <param name="images">The number of images of the run.</param>
    public IReadOnlyList<string> KernelsFor(Die? die, int images) =>
        [.. (die ?? _mapped.Digital).Layers.Select(layer => layer.KernelFor(ImagesTogether(images)).Name).Distinct()];

    /// <summary>Runs images and returns the logits, <c>[image, class]</c>.</summary>
    /// <param name="images">The images, whose order the logits have.</param>
    /// <param name="die">The die; null: exact sums, the digital network.</param>
    /// <param name="noise">The seed and the repetition of the die's temporal noise.</param>
    /// <param name="progress">Receives the number of finished images; called from any thread.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public float[] Run(ImageSet images, Die? die, Action<int>? progress = null, CancellationToken cancellation = default,
        NoiseSeed noise = default)
    {
        _mapped.Network.RequireImages(images);
        int classes = _mapped.Network.Classes, done = 0;
        var logits = new float[images.Count * classes];
        ForEachBatch(images, die, noise, _ => { }, cancellation, (image, state) =>
        {
            state.Floats(_mapped.Network.OutputTensor).CopyTo(logits.AsSpan(image * classes, classes));
            progress?.Invoke(Interlocked.Increment(ref done));
        });
        return logits;
    }

    /// <summary>Runs images as <see cref="Run"/> does, and shows the inputs of every macro layer. Several threads call the tap at
    /// once.</summary>
    internal void ObserveInputs(ImageSet images, Die? die, InputsTap tap, Action<int>? progress = null,
        CancellationToken cancellation = default, NoiseSeed noise = default)
    {
        _mapped.Network.RequireImages(images);
        int done = 0;
        ForEachBatch(images, die, noise, _ => { }, cancellation, (_, _) => progress?.Invoke(Interlocked.Increment(ref done)), tap);
    }

    /// <summary>Runs images as <see cref="Run"/> does, and times every step.</summary>
    /// <returns>The seconds per node of the network, summed over all images and over the threads that ran them. The time of a step with
    /// several nodes counts for its first node.</returns>
    internal double[] TimeNodes(ImageSet images, Die? die, CancellationToken cancellation = default, NoiseSeed noise = default)
    {
        _mapped.Network.RequireImages(images);
        var ticks = new long[_mapped.Network.Tensors.Count];
        ForEachBatch(images, die, noise, state => state.Ticks = new long[ticks.Length], cancellation, (_, state) =>
        {
            var own = state.Ticks!;
            state.Ticks = null;
            for (int i = 0; i < own.Length; i++) Interlocked.Add(ref ticks[i], own[i]);
        });
        return [.. _mapped.Network.Nodes.Select(node => (double)ticks[node.Result] / Stopwatch.Frequency)];
    }

    /// <summary>Runs one image on the calling thread and shows its tensors to taps; several threads may call it at once.</summary>
    /// <param name="images">The images.</param>
    /// <param name="image">The number of the image in this set. Its index in the data source decides the die's temporal noise.</param>
    /// <param name="die">The die; null: exact sums.</param>
    /// <param name="tap">Receives every macro layer; null for none.</param>
    /// <param name="tensorTap">Receives every float tensor except the input; null for none.</param>
    /// <param name="noise">The seed and the repetition of temporal noise.</param>
    /// <returns>The logits.</returns>
    internal float[] Observe(ImageSet images, int image, Die? die, LayerTap? tap, TensorTap? tensorTap = null, NoiseSeed noise = default)
    {
        var batch = TakeBatch();
        var state = batch.States(1)[0];
        Load(state, images, image, noise);
        return Observe(batch, state, die, tap, tensorTap);
    }

    /// <summary>Runs one input as <see cref="Observe(ImageSet, int, Die, LayerTap, TensorTap, NoiseSeed)"/>
    /// does an image.</summary>
    /// <param name="input">The numbers of the network's input, already preprocessed.</param>
    internal float[] Observe(ReadOnlySpan<float> input, Die? die, LayerTap? tap, TensorTap? tensorTap = null)
    {
        var batch = TakeBatch();
        var state = batch.States(1)[0];
        state.Start(default);
        input.CopyTo(state.Floats(0));
        return Observe(batch, state, die, tap, tensorTap);
    }

    /// <summary>Runs one image on the calling thread, and shows every macro layer with its result from exact sums of the same inputs.
    /// Several threads may call it at once.</summary>
    internal void ObserveErrors(ImageSet images, int image, Die die, LayerErrorTap tap, NoiseSeed noise)
    {
        var batch = TakeBatch();
        var state = batch.States(1)[0];
        Load(state, images, image, noise);
        die.ObservedProgram.ObserveErrors(state, _mapped.Digital.ObservedProgram, tap);
        _batches.Add(batch);
    }

    private float[] Observe(ImageBatch batch, ImageState state, Die? die, LayerTap? tap, TensorTap? tensorTap)
    {
        (die ?? _mapped.Digital).ObservedProgram.Observe(state, tap, tensorTap);
        var logits = state.Floats(_mapped.Network.OutputTensor).ToArray();
        _batches.Add(batch);
        return logits;
    }

    /// <summary>Returns the largest number of a run's images that a thread runs at once.</summary>
    /// <param name="images">The number of images of the run.</param>
    internal int ImagesTogether(int images)
    {
        NewQueue(images).TryTake(out _, out int count);
        return count;
    }

    /// <summary>Runs all images, several at a time on each thread.</summary>
    /// <param name="images">The images.</param>
    /// <param name="die">The die; null: exact sums.</param>
    /// <param name="noise">The seed and the repetition of the temporal noise.</param>
    /// <param name="begin">Called with the state of every image before it runs.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <param name="end">Called with the number and the state of every image after it has run.</param>
    /// <param name="tap">Receives the images before each macro layer runs; null for none.</param>
    private void ForEachBatch(ImageSet images, Die? die, NoiseSeed noise, Action<ImageState> begin, CancellationToken cancellation,
        Action<int, ImageState> end, InputsTap? tap = null)
    {
        var queue = NewQueue(images.Count);
        OnThreads(_options.ImageThreads, cancellation, (batch, loop) =>
        {
            while (!loop.ShouldExitCurrentIteration && queue.TryTake(out int first, out int count))
            {
                var states = batch.States(count);
                for (int i = 0; i < states.Length; i++)
                {
                    begin(states[i]);
                    Load(states[i], images, first + i, noise);
                }
                (die ?? _mapped.Digital).ProgramFor(count).Run(states, tap);
                for (int i = 0; i < states.Length; i++) end(first + i, states[i]);
            }
        });
    }

    private ImageQueue NewQueue(int images) => new(images, _options.ImageThreads, _options.ImagesPerThread);

    private void OnThreads(int threads, CancellationToken cancellation, Action<ImageBatch, ParallelLoopState> body)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Workers.Unwrapped(() => Parallel.For(0, threads, options, TakeBatch, (_, loop, batch) =>
        {
            body(batch, loop);
            return batch;
        }, _batches.Add));
    }

    private ImageBatch TakeBatch() => _batches.TryTake(out var batch) ? batch : new(new(_mapped.Prepared, _tiles));

    private void Load(ImageState state, ImageSet images, int image, NoiseSeed noise)
    {
        state.Start(new(images.RecordIndex(image), noise));
        images.ReadInput(image, _mapped.Network.Preprocessing, state.Floats(0));
    }

    /// <summary>The states of the images that a thread runs at once.</summary>
    private sealed class ImageBatch(ThreadMemory memory)
    {
        private readonly List<ImageState> _states = [];

        public ReadOnlySpan<ImageState> States(int count)
        {
            while (_states.Count < count) _states.Add(new(memory));
            return CollectionsMarshal.AsSpan(_states)[..count];
        }
    }
}
