using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Importer.Packing;

/// <summary>
/// A random trained residual network as arrays, and its logits by loops that share nothing with the importer: what the training script's
/// <c>Block</c> and <c>ResNet18</c> compute in float32, here in double.
/// </summary>
internal sealed class TinyResNet
{
    private readonly Dictionary<string, (float[] Elements, int[] Shape)> _singles = [];
    private readonly Dictionary<string, (sbyte[] Elements, int[] Shape)> _codes = [];
    private readonly Random _random = new(11);
    private readonly int[] _blocks;
    private readonly int _bits;

    /// <param name="bits">4: unipolar x two's complement; 2: unipolar x bipolar; 1: bipolar x bipolar; 32: float.</param>
    public TinyResNet(int bits, int width = 4, params int[] blocks)
    {
        _bits = bits;
        _blocks = blocks.Length == 0 ? [2, 2, 2, 2] : blocks;
        AddWeight("conv1.weight", width, 3, 3, 3);
        AddBatchNorm("bn1", width);
        int channelsIn = width;
        for (int stage = 0; stage < 4; stage++)
            for (int block = 0; block < _blocks[stage]; block++)
            {
                string name = $"layer{stage + 1}.{block}";
                int channelsOut = width << stage;
                AddConvolution($"{name}.conv1", channelsOut, channelsIn, 3);
                AddBatchNorm($"{name}.bn1", channelsOut);
                AddConvolution($"{name}.conv2", channelsOut, channelsOut, 3);
                AddBatchNorm($"{name}.bn2", channelsOut);
                if (channelsIn != channelsOut)
                {
                    AddConvolution($"{name}.downsample.0", channelsOut, channelsIn, 1);
                    AddBatchNorm($"{name}.downsample.1", channelsOut);
                }
                if (bits is 2 or 4)
                    foreach (string quantizer in new[] { "quant1", "quant2" })
                        _singles[$"{name}.{quantizer}.step"] = ([(float)(2.5 + _random.NextDouble()) / ((1 << bits) - 1)], []);
                channelsIn = channelsOut;
            }
        AddWeight("fc.weight", 10, channelsIn);
        _singles["fc.bias"] = (Uniform(10, -1, 1), [10]);
    }

    public NpzWriter ToArchive()
    {
        var archive = new NpzWriter();
        foreach (var (name, array) in _singles) archive.Add(name, array.Elements, array.Shape);
        foreach (var (name, array) in _codes) archive.Add(name, array.Elements, array.Shape);
        return archive;
    }

    /// <summary>The numbers that the weights of a convolution stand for.</summary>
    public float[] Weights(string name)
    {
        if (!_codes.TryGetValue(name + ".codes", out var codes)) return _singles[name + ".weight"].Elements;
        var steps = _singles[name + ".step"].Elements;
        int perChannel = codes.Elements.Length / steps.Length;
        return [.. codes.Elements.Select((code, i) => code * steps[i / perChannel])];
    }

    /// <param name="image"><c>[3, 32, 32]</c>.</param>
    /// <param name="activations">What quantizes activations in a bipolar network.</param>
    public double[] Logits(float[] image, QuantizerKind activations = QuantizerKind.Sign)
    {
        bool isBipolar = _bits == 1 || activations != QuantizerKind.Sign;
        double[] x = [.. image.Select(element => (double)element)];
        int channels = _singles["conv1.weight"].Shape[0], pixels = 32;
        x = BatchNorm(Convolve(x, 3, pixels, "conv1", channels, 3, 1), "bn1", channels);
        if (!isBipolar) Relu(x);
        for (int stage = 0; stage < 4; stage++)
            for (int block = 0; block < _blocks[stage]; block++)
            {
                string name = $"layer{stage + 1}.{block}";
                int channelsIn = channels, stride = stage > 0 && block == 0 ? 2 : 1;
                if (stride == 2) channels *= 2;
                var quantized = Quantize(x, $"{name}.quant1", activations, isInner: false);
                var y = BatchNorm(Convolve(quantized, channelsIn, pixels, $"{name}.conv1", channels, 3, stride), $"{name}.bn1", channels);
                y = Quantize(y, $"{name}.quant2", activations, isInner: true);
                y = BatchNorm(Convolve(y, channels, pixels / stride, $"{name}.conv2", channels, 3, 1), $"{name}.bn2", channels);
                var shortcut = stride == 1 ? x
                    : BatchNorm(Convolve(quantized, channelsIn, pixels, $"{name}.downsample.0", channels, 1, stride),
                        $"{name}.downsample.1", channels);
                x = [.. y.Zip(shortcut, (a, b) => a + b)];
                if (!isBipolar) Relu(x);
                pixels /= stride;
            }
        var weights = _singles["fc.weight"].Elements;
        var pooled = Enumerable.Range(0, channels).Select(c => x.Skip(c * pixels * pixels).Take(pixels * pixels).Average()).ToArray();
        return [.. Enumerable.Range(0, 10)
            .Select(k => _singles["fc.bias"].Elements[k] + pooled.Select((p, c) => p * weights[k * channels + c]).Sum())];
    }

    private double[] Quantize(double[] x, string name, QuantizerKind activations, bool isInner)
    {
        if (_bits == 32) return isInner ? [.. x.Select(e => Math.Max(e, 0))] : x;
        int top = (1 << _bits) - 1;
        double step = _singles.TryGetValue(name + ".step", out var array) ? array.Elements[0] : 1.0 / top;
        return [.. x.Select(e => (activations, _bits) switch
        {
            (QuantizerKind.BipolarNearest, _) => step * (2 * Math.Round(Math.Clamp((e / step + top) / 2, 0, top)) - top),
            (QuantizerKind.BipolarShifted, _) =>
                step * (2 * Math.Clamp(Math.Round(Math.Clamp(e / step, -top, top) / 2), -(top + 1) / 2, (top - 1) / 2) + 1),
            (_, 1) => e >= 0 ? 1 : -1,
            _ => step * Math.Round(Math.Clamp(e / step, 0, top)),
        })];
    }

    private double[] Convolve(double[] x, int channelsIn, int pixels, string name, int channelsOut, int kernel, int stride)
    {
        var weights = Weights(name);
        int size = pixels / stride, pad = kernel / 2;
        var y = new double[channelsOut * size * size];
        for (int o = 0; o < channelsOut; o++)
            for (int c = 0; c < channelsIn; c++)
                for (int ky = 0; ky < kernel; ky++)
                    for (int kx = 0; kx < kernel; kx++)
                    {
                        double weight = weights[((o * channelsIn + c) * kernel + ky) * kernel + kx];
                        for (int v = 0; v < size; v++)
                            for (int u = 0; u < size; u++)
                            {
                                int iy = v * stride + ky - pad, ix = u * stride + kx - pad;
                                if (iy >= 0 && ix >= 0 && iy < pixels && ix < pixels)
                                    y[(o * size + v) * size + u] += weight * x[(c * pixels + iy) * pixels + ix];
                            }
                    }
        return y;
    }

    private double[] BatchNorm(double[] x, string name, int channels)
    {
        float[] Of(string what) => _singles[$"{name}.{what}"].Elements;
        int area = x.Length / channels;
        return [
            .. x.Select((e, i) => (e - Of("running_mean")[i / area]) / Math.Sqrt(Of("running_var")[i / area] + 1e-5)
                * Of("weight")[i / area] + Of("bias")[i / area])];
    }

    private static void Relu(double[] x)
    {
        for (int i = 0; i < x.Length; i++) x[i] = Math.Max(x[i], 0);
    }

    private void AddConvolution(string name, int channelsOut, int channelsIn, int kernel)
    {
        if (_bits == 32)
        {
            AddWeight($"{name}.weight", channelsOut, channelsIn, kernel, kernel);
            return;
        }
        var codes = new sbyte[channelsOut * channelsIn * kernel * kernel];
        for (int i = 0; i < codes.Length; i++)
            codes[i] = (sbyte)(_bits == 4 ? _random.Next(-7, 8) : 2 * _random.Next(1 << _bits) - (1 << _bits) + 1);
        _codes[$"{name}.codes"] = (codes, [channelsOut, channelsIn, kernel, kernel]);
        float typical = 1 / MathF.Sqrt(channelsIn * kernel * kernel) / (_bits == 4 ? 4 : _bits);
        _singles[$"{name}.step"] = (Uniform(channelsOut, 0.7f * typical, 1.5f * typical), [channelsOut]);
    }

    private void AddWeight(string name, params int[] shape)
    {
        int count = shape.Aggregate(1, (a, b) => a * b);
        float largest = 1.7f / MathF.Sqrt(count / shape[0]);
        // As trained networks are stored: float16 numbers.
        _singles[name] = ([.. Uniform(count, -largest, largest).Select(w => (float)(Half)w)], shape);
    }

    private void AddBatchNorm(string name, int channels)
    {
        _singles[$"{name}.weight"] = (Uniform(channels, 0.5f, 1.2f), [channels]);
        _singles[$"{name}.bias"] = (Uniform(channels, -0.3f, 0.5f), [channels]);
        _singles[$"{name}.running_mean"] = (Uniform(channels, -0.2f, 0.2f), [channels]);
        _singles[$"{name}.running_var"] = (Uniform(channels, 0.5f, 1.5f), [channels]);
    }

    private float[] Uniform(int count, float low, float high) =>
        [.. Enumerable.Range(0, count).Select(_ => low + (high - low) * _random.NextSingle())];
}
