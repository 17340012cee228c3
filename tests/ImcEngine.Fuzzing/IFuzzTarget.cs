using ImcEngine.Evaluation.Verification;

namespace ImcEngine.Fuzzing;

/// <summary>One reader of users' files, with inputs that are made for it. Implementations are safe for several threads.</summary>
internal interface IFuzzTarget
{
    /// <summary>A word; on the command line and in names of files.</summary>
    string Name { get; }

    /// <summary>Of saved inputs, with the dot.</summary>
    string Extension { get; }

    /// <summary>One input may allocate so much in all; set well below 1 GiB where no input states larger dimensions itself.</summary>
    long MostAllocatedBytes { get; }

    /// <summary>An input that depends on the numbers drawn and on nothing else.</summary>
    byte[] Make(CaseRandom random);

    /// <summary>Reads an input and checks what must hold of every input that is accepted.</summary>
    /// <param name="thorough">False leaves out the checks that cost more than reading does.</param>
    /// <exception cref="ImcException">The input is refused, as it may be.</exception>
    /// <exception cref="BrokenPropertyException">It is accepted, and something does not hold of it.
    /// Any other exception is a finding too.</exception>
    Acceptance Run(byte[] input, bool thorough);
}

/// <summary>What became of an input that was not refused.</summary>
internal enum Acceptance
{
    Accepted,

    /// <summary>And its result was compared with OnnxRuntime's.</summary>
    Compared,
}

/// <summary>Something does not hold that must hold of every accepted input.</summary>
/// <param name="property">Equal for all inputs that break the same.</param>
/// <param name="detail">What of this input.</param>
internal sealed class BrokenPropertyException(string property, string detail) : Exception($"{property}: {detail}")
{
    public string Property { get; } = property;

    public static void Require(bool holds, string property, Func<string> detail)
    {
        if (!holds) throw new BrokenPropertyException(property, detail());
    }
}
