using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Macro;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>Measured tables. If one is accepted, cumulative probabilities ascend from 0 to 1 and every draw gives a code.</summary>
internal sealed class TableTarget : IFuzzTarget
{
    private const int Probed = 8, WideShare = 500;

    private static readonly string[] Seeds =
    [
        "s,P(-1),P(1)\n-2,1,0\n0,0.5,0.5\n2,0,1\n",
        "# a note\ns,P(code=0;level=0),P(code=1;level=4.5),P(code=2;level=9)\n0,0.9,0.1,0\n4,0.25,0.5,0.25\n1,0.8,0.2,0\n9,0,0.001,0.999\n",
        "0,1,0\n1,0,1\n",
    ];

    /// <summary>Two million partial sums between two lines.</summary>
    private static readonly string[] Wide = ["s,P(0),P(1)\n-1048576,0,1\n1048576,1,0\n"];

    public string Name => "table";
    public string Extension => ".csv";

    /// <summary>A table may state 2^26 entries of eight bytes, and every partial sum between two lines is listed.</summary>
    public long MostAllocatedBytes => 1L << 30;

    public byte[] Make(CaseRandom random) => CsvMutations.Make(random, random.OneIn(WideShare) ? Wide : Seeds);

    public Acceptance Run(byte[] input, bool thorough)
    {
        var table = MeasuredTable.Parse(Lines.Of(input), "table.csv");
        int step = Math.Max(1, (table.MostSum - table.LeastSum) / Probed);
        for (int s = table.LeastSum; s <= table.MostSum; s += step)
        {
            var cdf = table.Cdf(s);
            for (int k = 0; k < cdf.Length; k++)
                BrokenPropertyException.Require(cdf[k] <= 1UL << 32 && (k == 0 || cdf[k] >= cdf[k - 1]),
                    "a table's cumulative probabilities do not ascend to 1", () => $"partial sum {s}");
            BrokenPropertyException.Require(table.Sample(s, 0) >= 0 && table.Sample(s, uint.MaxValue) < table.Codes, "a draw gives no code",
                () => $"partial sum {s}");
        }
        return Acceptance.Accepted;
    }
}

/// <summary>Noise profiles. If one is accepted, every sum has a finite mean and a sigma that is not negative.</summary>
internal sealed class NoiseTarget : IFuzzTarget
{
    private static readonly string[] Seeds =
    [
        "s,mean,sigma\n-64,-0.5,1.5\n0,0,0.5\n64,0.5,1.25\n",
        "0,0,1\n256,0.25,2\n# end\n",
    ];

    private const int WideShare = 500;

    /// <summary>Two million partial sums between two lines.</summary>
    private static readonly string[] Wide = ["s,mean,sigma\n-1048576,0,0\n1048576,0,65536\n"];

    public string Name => "noise";
    public string Extension => ".csv";
    public long MostAllocatedBytes => 256L << 20;

    public byte[] Make(CaseRandom random) => CsvMutations.Make(random, random.OneIn(WideShare) ? Wide : Seeds);

    public Acceptance Run(byte[] input, bool thorough)
    {
        var profile = NoiseProfile.Parse(Lines.Of(input), "noise.csv");
        foreach (int s in new[] { int.MinValue, -64, 0, 1, 64, int.MaxValue })
            BrokenPropertyException.Require(double.IsFinite(profile.MeanCounts(s)) && profile.SigmaCounts(s) >= 0,
                "a noise profile has no mean or no sigma", () => $"partial sum {s}");
        return Acceptance.Accepted;
    }
}

/// <summary>Splits text into lines as files are read.</summary>
internal static class Lines
{
    public static IEnumerable<string> Of(byte[] input)
    {
        using var reader = new StringReader(TextMutations.Decode(input));
        while (reader.ReadLine() is { } line) yield return line;
    }
}
