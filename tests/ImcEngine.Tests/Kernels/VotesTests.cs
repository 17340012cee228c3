using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;
using ImcEngine.Tests.Kernels.PerConversion;

namespace ImcEngine.Tests.Kernels;

/// <summary>Several conversions of one sum (ARITHMETIC §15).</summary>
public sealed class VotesTests : PerConversionKernelTests
{
    private const int Outputs = 8000;
    private const double SigmaCounts = 0.5, Sigmas = 5;

    /// <summary>The variance of the median of three independent standard normal numbers, 1 - sqrt(3) / pi.</summary>
    private const double MedianOfThree = 0.448671;

    /// <summary>Sums without an ADC are v / 4096, so what is left beside a sum of 0 is the noise of its votes. A sample variance of n
    /// normal numbers has the relative standard deviation sqrt(2 / n); five of these are exceeded by chance once in 1.7
    /// million.</summary>
    [Theory]
    [InlineData(1, VotingKind.Median, 1)]
    [InlineData(3, VotingKind.Median, MedianOfThree)]
    [InlineData(3, VotingKind.Mean, 1.0 / 3)]
    [InlineData(5, VotingKind.Mean, 1.0 / 5)]
    public void Votes_lower_the_variance_of_noise(int votes, VotingKind voting, double variance)
    {
        var verification = OfNoise(votes, voting);
        RequireEqual(verification);
        double summed = voting == VotingKind.Mean ? votes : 1;
        double[] noise = [.. Kernel.Run(verification)!.Select(acc => acc / (double)AdcTransfer.LevelsPerCount / summed / SigmaCounts)];
        double found = noise.Sum(each => each * each) / noise.Length, bound = Sigmas * Math.Sqrt(2.0 / noise.Length);
        Assert.InRange(found / variance, 1 - bound, 1 + bound);
        // Negative control: the other variances are excluded.
        foreach (double other in (double[])[1, MedianOfThree, 1.0 / 3, 1.0 / 5])
            if (other != variance) Assert.NotInRange(found / other, 1 - bound, 1 + bound);
    }

    [Theory, InlineData(VotingKind.Median), InlineData(VotingKind.Mean)]
    public void Measured_tables_take_votes(VotingKind voting)
    {
        string table = Folder["table.csv"];
        File.WriteAllText(table, "0,0.5,0.3,0.2\n8,0.1,0.2,0.7\n");
        var layer = new ReferenceLayer(ConvGeometry.Linear(8, 40), KernelLayers.Unipolar1, KernelLayers.Twos2,
            KernelLayers.Codes(new CaseRandom(1, 1), KernelLayers.Twos2, 8 * 40, 50));
        var adc = new AdcTransfer([0.5, 3], [0, 1, 5], TieRule.Down, 2.5, AccumulationUnit.Levels);
        var macro = new MacroSpec
        {
            Rows = 8, Votes = 3, Voting = voting, Adc = new() { Kind = AdcKind.Table, Table = table, LevelsCounts = [0, 1, 5] },
        };
        var verification = new VerificationCase($"{voting}", layer, KernelLayers.Codes(new CaseRandom(2, 2), KernelLayers.Unipolar1, 8, 50),
            macro, adc, new(0, 3));
        RequireEqual(verification);
        Assert.NotEqual((verification with { Macro = macro with { Votes = 1 } }).RunReference(), verification.RunReference());
    }

    /// <summary>The second stage is that of the macro, or that of one layer's own ADC.</summary>
    [Theory, InlineData("macro"), InlineData("layers.fc")]
    public void A_mean_before_a_second_stage_is_refused(string where)
    {
        var run = RunSpecJson.Set(new() { Macro = MacroPresets.Get("d21-imagenet-2bit") }, "macro.votes=3");
        string[] second = [$"{where}.adc.secondNoiseMean=0", $"{where}.adc.secondNoiseSigma=1"];
        RunSpecJson.Set(run, second);
        var error = Assert.Throws<SpecException>(() => RunSpecJson.Set(run, [.. second, "macro.voting=mean"]));
        Assert.Equal("macro.voting", error.Field);
        Assert.Contains($"{where}.adc has a second stage", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_noise_votes_change_nothing()
    {
        for (int index = 0; index < 10; index++)
        {
            var ideal = RandomCases.Make(4, index);
            var voted = ideal with { Macro = ideal.Macro with { Votes = 5, Voting = VotingKind.Mean } };
            Assert.Equal(ideal.RunReference(), voted.RunReference());
            RequireEqual(voted);
        }
    }

    private static VerificationCase OfNoise(int votes, VotingKind voting)
    {
        var format = new OperandFormat(1, OperandEncoding.Unipolar);
        var layer = new ReferenceLayer(ConvGeometry.Linear(1, Outputs), format, format, new short[Outputs]);
        var macro = new MacroSpec { Rows = 1, Votes = votes, Voting = voting, Die = new() { BitlineNoiseCounts = SigmaCounts } };
        return new($"{votes} votes, {voting}", layer, [1], macro, AdcTransfer.None, new(0, 9));
    }
}
