using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;

namespace ImcEngine.Fuzzing.Onnx;

/// <summary>Networks: valid graphs, changed as messages and as bytes.
/// A share of those accepted is run and compared with OnnxRuntime.</summary>
internal sealed class OnnxTarget : IFuzzTarget
{
    /// <summary>The most nodes that are compared: with more, OnnxRuntime takes minutes to load a model that it would run in
    /// milliseconds.</summary>
    private const int MostComparedNodes = 2000;

    private const int MostChanges = 3, LongShare = 4000;

    public string Name => "onnx";
    public string Extension => ".onnx";

    /// <summary>ConstantOfShape states large dimensions in a few bytes, as files that were made light do.</summary>
    public long MostAllocatedBytes => 1L << 30;


    public byte[] Make(CaseRandom random)
    {
        var model = OnnxGenerator.Make(random);
        var mutator = new OnnxMutator(random, model);
        for (int change = random.OneIn(3) ? 0 : random.Between(1, MostChanges); change > 0; change--) mutator.Once();
        if (random.OneIn(LongShare)) mutator.Lengthen();
        byte[] bytes = OnnxFile.ToBytes(model);
        return random.OneIn(10) ? ByteMutations.Mutate(random, bytes, bytes) : bytes;
    }

    public Acceptance Run(byte[] input, bool thorough)
    {
        var model = OnnxFile.Read(new MemoryStream(input));
        var network = NetworkImporter.Import(model).Network;
        if (!thorough) return Acceptance.Accepted;
        FloatTopology.WithoutQuantization(model);
        if (model.Graph!.Nodes.Count > MostComparedNodes) return Acceptance.Accepted;
        bool isCompared = OnnxComparison.TryRun(input, network);
        if (PostTrainingQuantizer.IsFloat(model)) CompareFolded(input, model);
        return isCompared ? Acceptance.Compared : Acceptance.Accepted;
    }

    /// <summary>Checks what quantization begins with: the float network with constants computed and batch norms folded still computes the
    /// same, and has the tensors that are sampled.</summary>
    private static void CompareFolded(byte[] input, OnnxModel model)
    {
        var folded = NetworkImporter.Import(PostTrainingQuantizer.Folded(model)).Network;
        var names = folded.Tensors.Select(tensor => tensor.Name).ToHashSet();
        OnnxComparison.TryRun(input, folded);
        foreach (string tensor in PostTrainingQuantizer.CalibrationTensors(model, RunSpecJson.Default))
            BrokenPropertyException.Require(names.Contains(tensor), "a tensor that is sampled is not in the folded network", () => tensor);
    }
}
