using ImcEngine.Evaluation.Verification;

namespace ImcEngine.Fuzzing;

/// <summary>One reader of users' files, with inputs that are made for it. Implementations are safe for several threads.</summary>
internal interface IFuzzTarget
{
    /// <summary>The reader's name on the command line and in file names: one word.</summary>
    string Name { get; }

    /// <summary>File extension of saved inputs, with the dot.</summary>
    string Extension { get; }

    /// <summary>The most bytes that one input may allocate in all; well below 1 GiB if no input can state large dimensions.</summary>
    long MostAllocatedBytes { get; }

    /// <summary>Makes an input that depends on nothing but the numbers drawn.</summary>
    byte[] Make(CaseRandom random);

    /// <summary>Reads an input and checks the properties of every accepted input.</summary>
    /// <param name="thorough">False leaves out the checks that cost more than reading does.</param>
    /// <exception cref="ImcException">The input is refused, as it may be.</exception>
    /// <exception cref="BrokenPropertyException">It is accepted, but a property does not hold.
    /// Any other exception is a finding too.</exception>
    Acceptance Run(byte[] input, bool thorough);
}

/// <summary>What became of an input that was not refused.</summary>
internal enum Acceptance
{
    Accepted,

    /// <summary>Accepted, and its result was compared with OnnxRuntime's.</summary>
    Compared,
}

/// <summary>A property that every accepted input must have does not hold.</summary>
/// <param name="property">The property; the same for all inputs that break it.</param>
/// <param name="detail">How this input breaks it.</param>
internal sealed class BrokenPropertyException(string property, string detail) : Exception($"{property}: {detail}")
{
    public string Property { get; } = property;

    public static void Require(bool holds, string property, Func<string> detail)
    {
        if (!holds) throw new BrokenPropertyException(property, detail());
    }
}
