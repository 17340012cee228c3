using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;

namespace ImcEngine.Fuzzing.Onnx;

/// <summary>Networks: sound graphs, changed as messages and as bytes. Of what is accepted, a share is run and compared with OnnxRuntime.</summary>
internal sealed class OnnxTarget : IFuzzTarget
{
    private const int MostChanges = 3;

    public string Name => "onnx";
    public string Extension => ".onnx";
    public long MostAllocatedBytes => 256L << 20;

    public byte[] Make(CaseRandom random)
    {
        var model = OnnxGenerator.Make(random);
        var mutator = new OnnxMutator(random, model);
        for (int change = random.OneIn(3) ? 0 : random.Between(1, MostChanges); change > 0; change--) mutator.Once();
        byte[] bytes = OnnxFile.ToBytes(model);
        return random.OneIn(10) ? ByteMutations.Mutate(random, bytes, bytes) : bytes;
    }

    public Acceptance Run(byte[] input, bool thorough)
    {
        var model = OnnxFile.Read(new MemoryStream(input));
        var network = NetworkImporter.Import(model).Network;
        if (!thorough) return Acceptance.Accepted;
        ReadAsCommandsDo(model);
        return OnnxComparison.TryRun(input, network) ? Acceptance.Compared : Acceptance.Accepted;
    }

    /// <summary>The other readers of a model that was imported; each may refuse it.</summary>
    private static void ReadAsCommandsDo(OnnxModel model)
    {
        foreach (Action read in new Action[] { () => FloatTopology.WithoutQuantization(model), () => PostTrainingQuantizer.IsFloat(model), () => PostTrainingQuantizer.Folded(model) })
            try
            {
                read();
            }
            catch (ImcException)
            {
                // Refused with an error of the user's.
            }
    }
}
