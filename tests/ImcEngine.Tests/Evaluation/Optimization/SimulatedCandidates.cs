using ImcEngine.Evaluation.Optimization;
using ImcEngine.Randomness;

namespace ImcEngine.Tests.Evaluation.Optimization;

/// <summary>
/// Candidates whose per-image results are known for a whole population of images, of which a simulation draws images with replacement: so
/// the true loss of every candidate is exact. A candidate turns right images of the digital network wrong and wrong ones right.
/// </summary>
internal sealed class SimulatedCandidates
{
    public const int Population = 20_000;

    private readonly bool[] _digital = [.. Enumerable.Range(0, Population).Select(image => image % 100 < 93)];
    private readonly List<bool[][]> _correct = [];
    private int[] _choosing = [], _confirming = [];

    /// <summary>Adds a candidate.</summary>
    /// <param name="losses">The true loss of each die, a fraction of the population.</param>
    /// <param name="won">The fraction of the population that it wins against the digital network.</param>
    public Candidate Add(double cost, double[] losses, double won = 0.01)
    {
        int number = _correct.Count;
        _correct.Add([.. losses.Select((loss, die) => Changed(number * 31 + die, loss + won, won))]);
        return new(number, cost, 0);
    }

    public int Dies => _correct[0].Length;

    /// <summary>Draws the images of a simulation.</summary>
    public void Draw(uint seed, int choosing, int confirming)
    {
        _choosing = Positions(seed, 0, choosing);
        _confirming = Positions(seed, 1, confirming);
    }

    public bool[] DigitalChoosing => [.. _choosing.Select(image => _digital[image])];

    public bool[] DigitalConfirming => [.. _confirming.Select(image => _digital[image])];

    public Task<IReadOnlyList<bool[]>> EvaluateAsync(ImagesOfCandidate images, CancellationToken cancellation)
    {
        int[] drawn = (images.Confirms ? _confirming : _choosing)[images.First..images.End];
        return Task.FromResult<IReadOnlyList<bool[]>>(
            [.. _correct[images.Candidate].Select(die => drawn.Select(image => die[image]).ToArray())]);
    }

    /// <summary>Runs race, choice of finalists and confirmation.</summary>
    public async Task<Choice> OptimizeAsync(Goal goal, IReadOnlyList<Candidate> candidates, int finalists = 3)
    {
        var raced = await new Race(goal, DigitalChoosing, finalists, EvaluateAsync).RunAsync(candidates, CancellationToken.None);
        return await Choice.MakeAsync(raced, goal, DigitalConfirming, finalists, EvaluateAsync, CancellationToken.None);
    }

    private bool[] Changed(int salt, double lost, double won)
    {
        bool[] correct = [.. _digital];
        Turn(true, lost);
        Turn(false, won);
        return correct;

        void Turn(bool from, double share)
        {
            int left = (int)Math.Round(share * Population);
            // Steps by a number that shares no divisor with the population visit every image once.
            for (long image = salt * 7919L; left > 0; image += 7919)
                if (_digital[image % Population] == from) (correct[image % Population], left) = (!from, left - 1);
        }
    }

    private static int[] Positions(uint seed, int set, int count)
    {
        var words = new uint[count + 3 & ~3];
        Philox.Fill(new(seed, 0x5eed), new(0, (uint)set, 0, 0), new(1, 0, 0, 0), words);
        return [.. words.Take(count).Select(word => (int)(((ulong)word * Population) >> 32))];
    }
}
