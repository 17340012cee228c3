using ImcEngine.Data;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Randomness;

namespace ImcEngine.Evaluation;

/// <summary>
/// Fits scale and offset of every output channel again to the digital network, on calibration images (ARITHMETIC §16). One pass goes
/// through the layers in graph order; the macro's layers before the one that is fitted are already corrected. The digital network and the
/// macro run side by side, node by node, all images at once.
/// </summary>
internal static class DigitalCorrector
{
    /// <summary>The tensors of all images, of both networks, stay within this; fewer images are taken where they would not.</summary>
    private const long MostBytes = 1L << 31;

    /// <summary>The seed of temporal noise while corrections are fitted, whatever the run's.</summary>
    private static readonly NoiseSeed Noise = new(1);

    /// <summary>Adds the corrections of the ideal die that a run asks for. Returns the calibration itself where it asks for none, or for
    /// those of each die.</summary>
    /// <param name="images">The calibration images, which must not be evaluated.</param>
    /// <param name="progress">Receives the number of finished layers.</param>
    public static Calibration AddTo(Calibration calibration, MappedNetwork mapped, RunSpec run, ImageSet images, int threads,
        Action<int>? progress, CancellationToken cancellation)
    {
        if (run.Calibration.TrimsDies || !mapped.Network.MacroLayers.Any(layer => LayerAdcs.IsCorrected(run, layer.Name)))
            return calibration;
        var ideal = Uncorrected(run).WithMacros(macro => macro with { Die = new() });
        var fitted = Fit(new(mapped, ideal, calibration), run.Calibration.Correct, images, threads, progress, cancellation);
        return calibration with { Corrections = fitted with { MadeFor = Corrections.HashOf(run) } };
    }

    /// <summary>Returns a run without corrections.</summary>
    public static RunSpec Uncorrected(RunSpec run) => run with { Calibration = run.Calibration with { Correct = DigitalCorrection.None } };

    /// <summary>Fits the corrections of one die.</summary>
    /// <param name="die">The die; its own corrections are not used.</param>
    /// <param name="images">The calibration images, which must not be evaluated.</param>
    /// <param name="progress">Receives the number of finished layers.</param>
    public static Corrections Fit(Die die, DigitalCorrection method, ImageSet images, int threads, Action<int>? progress = null,
        CancellationToken cancellation = default)
    {
        var network = die.Mapped.Network;
        network.RequireImages(images);
        var fit = new Pass(die.With(new(method, "", new Dictionary<string, LayerCorrection>())), method,
            Taken(network, images), threads, cancellation);
        var layers = new Dictionary<string, LayerCorrection>();
        for (int i = 0; i < network.Nodes.Count; i++)
            if (fit.Run(i) is { } correction)
            {
                layers.Add(network.Nodes[i].Name, correction);
                progress?.Invoke(layers.Count);
            }
        return new(method, "", layers);
    }

    private static ImageSet Taken(Network network, ImageSet images)
    {
        long most = Math.Max(1, MostBytes / (2 * Math.Max(1, ActivationMemory.BytesOfImage(network))));
        return images.Count <= most ? images : images.First((int)most);
    }

    /// <summary>All images on their way through the digital network and the macro.</summary>
    private sealed class Pass
    {
        private readonly Die _die;
        private readonly DigitalCorrection _method;
        private readonly NetworkProgram _digital, _macro;
        private readonly int _threads;
        private readonly CancellationToken _cancellation;

        /// <summary>Per thread, its images.</summary>
        private readonly (int Image, ImageState Digital, ImageState Macro)[][] _images;
        private readonly int _count;

        public Pass(Die die, DigitalCorrection method, ImageSet images, int threads, CancellationToken cancellation)
        {
            (_die, _method, _threads, _cancellation, _count) = (die, method, threads, cancellation, images.Count);
            (_digital, _macro) = (die.Mapped.Digital.ObservedProgram, die.ObservedProgram);
            _images = new (int, ImageState, ImageState)[Math.Min(threads, images.Count)][];
            Workers.For(_images.Length, threads, cancellation, thread =>
            {
                var memory = new ThreadMemory(die.Mapped.Prepared, new(1));
                _images[thread] = [.. Enumerable.Range(0, images.Count).Where(image => image % _images.Length == thread)
                    .Select(image => (image, Loaded(image), Loaded(image)))];

                ImageState Loaded(int image)
                {
                    var state = new ImageState(memory);
                    state.Start(new(images.RecordIndex(image), Noise));
                    images.ReadInput(image, die.Mapped.Network.Preprocessing, state.Floats(0));
                    return state;
                }
            });
        }

        /// <summary>Runs one node on all images. Returns the correction of a macro layer, else null.</summary>
        public LayerCorrection? Run(int node)
        {
            int layer = -1, result = _macro.Steps[node].Result;
            var sums = new ChannelSums[_count][];
            ForEach((image, digital, macro) =>
            {
                _digital.RunUnfinished(node, digital);
                int ordinal = _macro.RunUnfinished(node, macro);
                if (ordinal < 0)
                {
                    _digital.Finish(node, digital);
                    _macro.Finish(node, macro);
                    return;
                }
                layer = ordinal;
                int channels = _die.Layers[ordinal].Node.Geometry.OutputChannels;
                sums[image] = ChannelSums.Of(channels, digital.Floats(result), macro.Floats(result));
                _digital.Finish(node, digital);
            });
            if (layer < 0) return null;
            var correction = ChannelFit.Of(_method, sums);
            var step = LayerSteps.Unfused(_die.Layers[layer].Corrected(_die.Mapped.Layers[layer], correction));
            ForEach((_, _, macro) =>
            {
                step.Run(macro);
                _macro.Finish(node, macro);
            });
            return correction;
        }

        private void ForEach(Action<int, ImageState, ImageState> body) => Workers.For(_images.Length, _threads, _cancellation, thread =>
        {
            foreach (var (image, digital, macro) in _images[thread])
            {
                _cancellation.ThrowIfCancellationRequested();
                body(image, digital, macro);
            }
        });
    }
}
