using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing;

namespace ImcEngine.Tests.Fuzzing;

/// <summary>A reader with one fault: on every input whose first byte is <see cref="Bad"/> it does what no reader may do.</summary>
internal sealed class FaultyTarget(Action<byte[]> fault) : IFuzzTarget
{
    public const byte Bad = 7;
    private const int Values = 10;

    public string Name => "faulty";
    public string Extension => ".bin";
    public long MostAllocatedBytes => 1 << 20;

    public byte[] Make(CaseRandom random) => [(byte)random.Between(0, Values - 1), (byte)random.Between(0, 255)];

    public Acceptance Run(byte[] input, bool thorough)
    {
        if (input[0] == Bad) fault(input);
        return input[0] == 0 ? throw new ImcException("It begins with 0.") : Acceptance.Accepted;
    }
}
