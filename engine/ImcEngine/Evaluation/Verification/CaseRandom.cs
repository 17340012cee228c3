using ImcEngine.Randomness;

namespace ImcEngine.Evaluation.Verification;

/// <summary>The random numbers of a case. Unlike those of <see cref="Random"/>, they are the same on every machine and in every
/// version.</summary>
/// <param name="seed">The seed of the verification.</param>
/// <param name="caseIndex">The number of the case.</param>
internal sealed class CaseRandom(uint seed, uint caseIndex)
{
    private readonly PhiloxKey _key = new(seed, caseIndex);
    private uint _drawn;

    /// <summary>Returns a uniform integer in <c>least .. most</c>, both included.</summary>
    public int Between(int least, int most) => least + (int)(((ulong)Next() * (uint)(most - least + 1)) >> 32);

    public bool OneIn(int chances) => Between(1, chances) == 1;

    public T OneOf<T>(params ReadOnlySpan<T> choices) => choices[Between(0, choices.Length - 1)];

    public bool WithPercent(int percent) => Between(0, 99) < percent;

    private uint Next() => Philox.Block(_key, new(_drawn++, 0, 0, 0)).Word0;
}
