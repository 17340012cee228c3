using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Attribution;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.Evaluation;

public class DigitalCorrectorTests
{
    private static readonly ImageSet Images = Shapes10.Render(Split.Train, 4);
    private static readonly RunSpec Run = RunSpecJson.Set(RunSpecJson.Default, "macro.adc.bits=2", "calibration.correct=moments");
    private static readonly MappedNetwork Mapped = new(TinyNetworks.FourBits(), Run);

    [Theory]
    [InlineData("moments", 0)]
    [InlineData("bias", 0)]
    [InlineData("affine", 0)]
    [InlineData("moments", 1)]
    public void A_corrected_layer_has_the_digital_networks_means_and_sigmas(string method, double offsetCounts)
    {
        var run = RunSpecJson.Set(Run, $"calibration.correct={method}", "calibration.correctPer=die",
            $"macro.die.columnOffsetCounts={offsetCounts}");
        var die = new Die(Mapped, run, Calibrator.Calibrate(Mapped, run, Images, 2), seed: 5);
        var corrections = DigitalCorrector.Fit(die, run.Calibration.Correct, Images, 2);
        var corrected = die.With(corrections);
        Assert.Equal(Mapped.Network.MacroLayers.Select(layer => layer.Name).Order(), corrections.Layers.Keys.Order());
        int checkedFactors = 0;
        for (int layer = 0; layer < Mapped.Layers.Count; layer++)
        {
            var (sums, fit) = (SumsOf(corrected, layer), corrections.Layers[Mapped.Network.MacroLayers[layer].Name]);
            for (int channel = 0; channel < sums.Length; channel++)
            {
                var of = sums[channel];
                double sigma = of.SigmaOfTarget;
                Assert.InRange(of.MeanOfPredictor - of.MeanOfTarget, -1e-5 * (1 + sigma), 1e-5 * (1 + sigma));
                if (fit.Factors[channel] == 1) continue;
                checkedFactors++;
                if (method == "moments") Assert.InRange(of.SigmaOfPredictor / sigma, 1 - 1e-5, 1 + 1e-5);
                // No slope is left to be fitted.
                else Assert.InRange(of.Covariance / (of.SigmaOfPredictor * of.SigmaOfPredictor), 1 - 1e-4, 1 + 1e-4);
            }
        }
        Assert.Equal(method != "bias", checkedFactors > 100);
    }

    [Fact]
    public void Threads_change_no_correction()
    {
        string[] texts = [.. new[] { 1, 2, 3 }.Select(threads => Calibrator.Calibrate(Mapped, Run, Images, threads).Write()).Distinct()];
        Assert.Contains("\"factors\"", Assert.Single(texts), StringComparison.Ordinal);
    }

    [Fact]
    public void The_ideal_dies_corrections_are_those_of_every_die_and_are_needed()
    {
        var calibration = Calibrator.Calibrate(Mapped, Run, Images, 2);
        var other = RunSpecJson.Set(Run, "macro.die.columnOffsetCounts=1", "macro.die.bitlineNoiseCounts=2");
        Assert.Equal(calibration.Write(), Calibrator.Calibrate(Mapped, other, Images, 2).Write());
        Assert.Same(calibration.Corrections, new Die(Mapped, other, calibration, seed: 3).Corrections);
        var without = calibration with { Corrections = null };
        Assert.Contains("correction 'none' of the ideal die", Refusal(Run, without), StringComparison.Ordinal);
        Assert.Contains("made with correction 'moments'", Refusal(RunSpecJson.Set(Run, "calibration.correct=none"), calibration),
            StringComparison.Ordinal);
        Assert.Contains("other hardware", Refusal(RunSpecJson.Set(Run, "layers.fc1.adc.range=full"), calibration),
            StringComparison.Ordinal);
        Assert.Contains("design 'mse'", Refusal(RunSpecJson.Set(Run, "calibration.design=lloydMax"), calibration),
            StringComparison.Ordinal);
        Assert.Contains("there is no calibration", Refusal(RunSpecJson.Set(Run, "macro.adc.range=full"), null),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Attribution_gives_each_die_the_correction_of_its_own_adc()
    {
        var run = RunSpecJson.Set(Run, "macro.die.columnOffsetCounts=1");
        var calibration = Calibrator.Calibrate(Mapped, run, Images, 2);
        Corrections Fit(Die die) => DigitalCorrector.Fit(die, DigitalCorrection.Moments, Images, 2);
        var sources = new ErrorSources(Mapped, run, calibration, 0, Fit);
        ErrorSource Source(string name) => sources.Sources.Single(source => source.Name == name);
        foreach (var die in new[] { sources.Everything(), sources.Ideal(), Source("column offset").On(), Source("column offset").Off!() })
            Assert.Same(calibration.Corrections, die.Corrections);
        Assert.Null(Source("ADC").Off!().Corrections);
        foreach (var part in new[] { Source("clipping").On(), Source("resolution").On(), Source("clipping").Off!() })
            Assert.False(part.Corrections is null || part.Corrections == calibration.Corrections);

        var trims = RunSpecJson.Set(run, "calibration.correctPer=die");
        var trimmed = new ErrorSources(Mapped, trims, calibration with { Corrections = null }, 0, Fit).Everything();
        var same = Calibrator.Trim(new(Mapped, trims, calibration with { Corrections = null }), trims, Images, 1);
        Assert.Equal(trimmed.Corrections!.Layers["fc1"].Factors, same.Corrections!.Layers["fc1"].Factors);
        Assert.Equal(trimmed.Corrections.Layers["fc1"].Offsets, same.Corrections.Layers["fc1"].Offsets);
        var untrimmed = new Die(Mapped, run, calibration);
        Assert.Same(untrimmed, Calibrator.Trim(untrimmed, run, Images, 1));
    }

    [Fact]
    public void Without_correction_nothing_is_fitted_and_exact_sums_need_none()
    {
        var none = RunSpecJson.Set(Run, "calibration.correct=none");
        Assert.Null(Calibrator.Calibrate(Mapped, none, Images, 2).Corrections);
        Assert.Equal(DigitalCorrection.None, Run.WithExactSums().Calibration.Correct);
    }

    private static readonly ChannelSums Usual = Channel(100, 4, 2, 9, 3, covariance: 5);

    public static TheoryData<string, double, bool> Cases => new()
    {
        { "usual", 3, false }, { "few samples", 1, true }, { "flat target", 1, true }, { "flat predictor", 1, true },
        { "factor 5", 1, true }, { "factor 1/5", 1, true },
    };

    [Theory, MemberData(nameof(Cases))]
    public void A_channel_gets_a_bias_alone_where_its_factor_would_say_little(string name, double factor, bool biasOnly)
    {
        var channel = name switch
        {
            "few samples" => Channel(63, 4, 2, 9, 3, 5),
            "flat target" => Channel(100, 4, 2, 9.0 / 1100, 3.0 / 300, 0),
            "flat predictor" => Channel(100, 4, 2, 3.0 / 300, 3.0 / 1100, 0),
            "factor 5" => Channel(100, 4, 2, 15, 3, 5),
            "factor 1/5" => Channel(100, 4, 2, 0.6, 3, 5),
            _ => Usual,
        };
        var fit = ChannelFit.Of(DigitalCorrection.Moments, [[channel, Usual, Usual]]);
        Assert.Equal((factor, biasOnly ? 1 : 0), (Math.Round(fit.Factors[0], 9), fit.BiasOnly));
        Assert.Equal(4 - (factor * 2), fit.Offsets[0], 1e-9);
        Assert.Equal(0, ChannelFit.Of(DigitalCorrection.Bias, [[channel, Usual, Usual]]).BiasOnly);
    }

    [Fact]
    public void The_methods_fit_what_they_say()
    {
        Assert.Equal(3, ChannelFit.Of(DigitalCorrection.Moments, [[Usual]]).Factors[0], 1e-9);
        var affine = ChannelFit.Of(DigitalCorrection.Affine, [[Usual]]);
        Assert.Equal((5.0 / 9, 4 - (2 * 5.0 / 9)), (Math.Round(affine.Factors[0], 12), affine.Offsets[0]), (a, b) =>
            Math.Abs(a.Item1 - b.Item1) < 1e-9 && Math.Abs(a.Item2 - b.Item2) < 1e-9);
        var bias = ChannelFit.Of(DigitalCorrection.Bias, [[Usual]]);
        Assert.Equal((1, 2, 0), (bias.Factors[0], Math.Round(bias.Offsets[0], 9), bias.BiasOnly));
        // Images are pooled.
        Assert.Equal(affine.Factors[0], ChannelFit.Of(DigitalCorrection.Affine, [[Usual], [Usual]]).Factors[0], 1e-12);
    }

    private static ChannelSums Channel(long count, double meanT, double meanP, double sigmaT, double sigmaP, double covariance) => new(
        count, count * meanT, count * meanP, count * ((sigmaT * sigmaT) + (meanT * meanT)), count * ((sigmaP * sigmaP) + (meanP * meanP)),
        count * (covariance + (meanT * meanP)));

    private static ChannelSums[] SumsOf(Die die, int layer)
    {
        var runner = new NetworkRunner(Mapped, new(1));
        int channels = Mapped.Network.MacroLayers[layer].Geometry.OutputChannels;
        var sums = new ChannelSums[channels];
        for (int image = 0; image < Images.Count; image++)
        {
            float[] digital = [], macro = [];
            // Noise is that of the fit.
            runner.Observe(Images, image, null, (at, _, result) => digital = at == layer ? result.ToArray() : digital);
            runner.Observe(Images, image, die, (at, _, result) => macro = at == layer ? result.ToArray() : macro, noise: new(1));
            var own = ChannelSums.Of(channels, digital, macro);
            for (int channel = 0; channel < channels; channel++) sums[channel] += own[channel];
        }
        return sums;
    }

    private static string Refusal(RunSpec run, Calibration? calibration) =>
        Assert.Throws<ImcException>(() => new Die(Mapped, run, calibration)).Message;
}
