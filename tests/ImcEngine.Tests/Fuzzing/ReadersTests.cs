using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing;
using ImcEngine.Tests.Architecture;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Fuzzing;

/// <summary>Every reader of users' files with inputs made for it, for about a minute in all;
/// hours of it are the fuzzing program's.</summary>
public class ReadersTests
{
    private const uint Seed = 34, LeastInputs = 250;
    private const string Regressions = "tests/ImcEngine.Fuzzing/regressions";

    private static readonly TimeSpan PerTarget = TimeSpan.FromSeconds(4.5);

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    public static TheoryData<string> SavedInputs =>
        [.. Repository.Files.Where(file => file.StartsWith(Regressions, StringComparison.Ordinal))
            .Select(file => file[(Regressions.Length + 1)..])];

    [Theory, MemberData(nameof(Targets))]
    public void Inputs_are_accepted_or_refused_with_an_error_of_the_users(string name)
    {
        using var folder = new TemporaryFolder();
        var result = FuzzRun.Run(FuzzTargets.Named(name).Single(),
            new(folder["findings"], Seed, Count: uint.MaxValue, Duration: PerTarget, Least: LeastInputs));
        Assert.Empty(result.Findings.Select(
            saved => $"{saved.Finding.Kind}, {saved.Finding.Origin} ({saved.Times} inputs): {saved.Finding.Message}"));
        Assert.InRange(result.Inputs, LeastInputs, long.MaxValue);
        // A twentieth at least of either kind: inputs that are all refused, or never, test little.
        Assert.InRange(result.Accepted, result.Inputs / 20, result.Inputs * 19 / 20);
        if (name == "onnx") Assert.InRange(result.Compared, result.Inputs / (FuzzOptions.ThoroughShare * 5), result.Inputs);
    }

    [Theory, MemberData(nameof(SavedInputs))]
    public void What_was_found_once_stays_mended(string file)
    {
        string target = file[..file.IndexOf('/', StringComparison.Ordinal)];
        byte[] input = File.ReadAllBytes(Path.Combine(Repository.Root, Regressions, file));
        var observed = FuzzRun.Replay(FuzzTargets.Named(target).Single(), input, new FuzzOptions("").Limit);
        Assert.True(observed is { Fault: null }, observed?.Fault?.Message ?? "It hangs.");
    }

    [Theory, MemberData(nameof(Targets))]
    public void An_input_is_the_same_whenever_it_is_made(string name)
    {
        var target = FuzzTargets.Named(name).Single();
        var first = Enumerable.Range(0, 50).Select(i => target.Make(new CaseRandom(Seed, (uint)i))).ToList();
        Assert.All(first.Select((input, i) => (input, i)),
            each => Assert.Equal(each.input, target.Make(new CaseRandom(Seed, (uint)each.i))));
        Assert.InRange(first.Select(Convert.ToBase64String).Distinct().Count(), 20, 50);
    }
}
