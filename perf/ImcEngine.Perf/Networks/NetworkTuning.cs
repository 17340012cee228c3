using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Macro;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Perf.Networks;

/// <summary>
/// Gives a network of random weights the statistics of a trained one, node by node, on the hardware that it will run on.
/// Results of layers are normalized per channel as batch norm would,
/// and the steps of unipolar quantizers are chosen so that the wanted share of input bits is set.
/// </summary>
internal sealed class NetworkTuning
{
    // Steps from large to small: the first that reaches the density leaves the small codes that trained networks have.
    private const double StepRatio = 0.98;
    private const int Steps = 500;

    private readonly Network _network;
    private readonly SteppedImage[] _images;
    private readonly double _density, _innerMean;

    public NetworkTuning(Network network, RunSpec run, ImageSet images, double density)
    {
        var mapped = new MappedNetwork(network, run.Macro);
        var die = new Die(mapped, run, null);
        (_network, _density) = (network, density);
        // Deviations by which a unipolar layer's results lie above 0, so that about twice the density of them is positive.
        _innerMean = density < 0.4 ? 0.25 : 1.5;
        _images = [.. Enumerable.Range(0, images.Count).Select(i =>
        {
            var image = new SteppedImage(mapped, die);
            images.ReadInput(i, network.Preprocessing, image.Floats(0));
            return image;
        })];
    }

    public Network Tune() => new(_network.Name, _network.Tensors, [.. _network.Nodes.Select((node, n) => node switch
    {
        QuantizeNode quantize => Quantize(quantize),
        MacroNode macro => Normalize(macro, n),
        DigitalNode { Geometry.IsLinear: false } digital => Normalize(digital, n),
        _ => Run(node, n),
    })], _network.OutputTensor, _network.Preprocessing);

    private Node Run(Node node, int n)
    {
        foreach (var image in _images) image.Run(n);
        return node;
    }

    private MacroNode Normalize(MacroNode node, int n)
    {
        Run(node, n);
        bool isInner = node.Name.EndsWith(".conv1", StringComparison.Ordinal);
        var (scale, shift) = NormalizeChannels(node.Result, node.Geometry.OutputChannels,
            node.InputFormat.Encoding == OperandEncoding.Unipolar && isInner ? _innerMean : 0);
        return node with
        {
            ResultScale = [.. node.ResultScale.Select((own, c) => own * scale[c])],
            ResultShift = [.. node.ResultShift.Select((own, c) => own * scale[c] + shift[c])],
        };
    }

    private DigitalNode Normalize(DigitalNode node, int n)
    {
        Run(node, n);
        var (scale, shift) = NormalizeChannels(node.Result, node.Geometry.OutputChannels, mean: 0);
        int rows = node.Weights.Length / node.Geometry.OutputChannels;
        return node with
        {
            Weights = [.. node.Weights.Select((weight, i) => (float)(weight * scale[i / rows]))],
            Bias = [.. shift.Select((own, c) => (float)((node.Bias?[c] ?? 0) * scale[c] + own))],
        };
    }

    /// <summary>Brings every channel to standard deviation 1 and the given mean; returns the scales and shifts.</summary>
    private (double[] Scale, double[] Shift) NormalizeChannels(int tensor, int channels, double mean)
    {
        double[] scales = new double[channels], shifts = new double[channels];
        for (int channel = 0; channel < channels; channel++)
        {
            double sum = 0, squares = 0, count = 0;
            ForEachChannel(tensor, channels, channel, elements =>
            {
                foreach (float element in elements) (sum, squares, count) = (sum + element, squares + (double)element * element, count + 1);
            });
            double deviation = Math.Sqrt(Math.Max(squares / count - sum / count * (sum / count), 0));
            double scale = deviation > 0 ? 1 / deviation : 1, shift = mean - sum / count * scale;
            ForEachChannel(tensor, channels, channel, elements =>
            {
                foreach (ref float element in elements) element = (float)(element * scale + shift);
            });
            (scales[channel], shifts[channel]) = (scale, shift);
        }
        return (scales, shifts);
    }

    private void ForEachChannel(int tensor, int channels, int channel, SpanAction act)
    {
        foreach (var image in _images)
        {
            var elements = image.Floats(tensor);
            int pixels = elements.Length / channels;
            act(elements.Slice(channel * pixels, pixels));
        }
    }

    private QuantizeNode Quantize(QuantizeNode node)
    {
        int input = node.Inputs[0];
        var tuned = node;
        if (node.Format.Encoding == OperandEncoding.Unipolar)
        {
            tuned = node with { Step = 2 * _images.Max(image => Largest(image.Floats(input))) };
            for (int i = 0; i < Steps && Density(tuned) < _density; i++) tuned = tuned with { Step = (float)(tuned.Step * StepRatio) };
        }
        else if (node.Format.Bits > 1)
            // Codes of a normal variate then use all levels: its deviation is half the largest code.
            tuned = node with { Step = (float)(2 * Deviation(input) / node.Format.MaxCode) };
        foreach (var image in _images) Quantizers.Quantize(image.Floats(input), tuned, image.Codes(node.Result));
        return tuned;
    }

    private double Density(QuantizeNode node) => _images.Average(image =>
    {
        Quantizers.Quantize(image.Floats(node.Inputs[0]), node, image.Codes(node.Result));
        return BitDensity.Measure(image.Codes(node.Result), node.Format);
    });

    private double Deviation(int tensor) => Math.Sqrt(_images.Average(image =>
    {
        double squares = 0;
        foreach (float element in image.Floats(tensor)) squares += (double)element * element;
        return squares / image.Floats(tensor).Length;
    }));

    private static float Largest(ReadOnlySpan<float> elements)
    {
        float largest = 0;
        foreach (float element in elements) largest = Math.Max(largest, Math.Abs(element));
        return largest;
    }

    private delegate void SpanAction(Span<float> elements);
}
