using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;

namespace ImcEngine.Tests.Importer.Lowering;

public class MalformedModelTests
{
    private static OnnxModel Sound()
    {
        var b = new OnnxBuilder("small");
        b.Input("x", -1, 2, 4, 4);
        b.Float("step", 0.125f);
        b.Codes("zero", [], [0], OnnxDataType.UInt8);
        b.Codes("c.weight", [3, 2, 3, 3], [.. Enumerable.Range(0, 54).Select(i => (i % 15) - 7)], OnnxDataType.Int4);
        b.Floats("steps", [3], [0.5f, 1, 2]);
        b.Floats("fc.weight", [5, 3], Numbers(15, 2));
        b.Longs("target", 0, -1);
        b.Node("QuantizeLinear", ["x", "step", "zero"], "q");
        b.Node("DequantizeLinear", ["q", "step", "zero"], "d");
        b.Node("DequantizeLinear", ["c.weight", "steps"], "w", Attribute("axis", 0));
        b.Node("Conv", ["d", "w"], "c", Attribute("pads", [1, 1, 1, 1]), Attribute("strides", [2, 2]));
        b.Node("MaxPool", ["c"], "m", Attribute("kernel_shape", [2, 2]));
        b.Node("Reshape", ["m", "target"], "r");
        b.Node("Gemm", ["r", "fc.weight"], "y", Attribute("transB", 1));
        b.Output("y", -1, 5);
        b.Metadata("imc.encoding.d", "unipolar:8");
        return b.Build();
    }

    private static void Import(byte[] bytes) => NetworkImporter.Import(OnnxFile.Read(new MemoryStream(bytes)));

    private static string Message(Action<OnnxModel> damage)
    {
        var model = Sound();
        damage(model);
        return Assert.Throws<ModelException>(() => NetworkImporter.Import(model)).Message;
    }

    [Fact]
    public void The_model_that_the_tests_damage_is_sound() => Agrees(Sound());

    [Fact]
    public void A_file_truncated_anywhere_is_an_error()
    {
        byte[] bytes = OnnxFile.ToBytes(Sound());
        int afterGraph = bytes.Length - OnnxFile.ToBytes(new() { OperatorSets = Sound().OperatorSets, Metadata = Sound().Metadata }).Length;
        for (int length = 0; length < afterGraph; length++) Assert.Throws<ModelException>(() => Import(bytes[..length]));
    }

    [Fact]
    public void Flipped_bytes_give_a_network_or_a_model_exception_and_cost_little_memory()
    {
        byte[] sound = OnnxFile.ToBytes(Sound());
        uint state = 1;
        uint Next() => (state = state * 1664525 + 1013904223) >> 8;
        for (int round = 0; round < 4000; round++)
        {
            byte[] bytes = [.. sound];
            for (uint flips = 1 + (Next() % 3); flips > 0; flips--) bytes[Next() % bytes.Length] = (byte)Next();
            long before = GC.GetAllocatedBytesForCurrentThread();
            var exception = Record.Exception(() => Import(bytes));
            Assert.True(exception is null or ModelException, $"round {round}: {exception}");
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 200_000_000, $"round {round} allocated {allocated} bytes");
        }
    }

    [Fact]
    public void Nested_groups_do_not_reach_the_stack() =>
        Assert.Contains("wire type 3", Assert.Throws<ModelException>(() => Import([.. Enumerable.Repeat((byte)0x7B, 1_000_000)])).Message);

    [Fact]
    public void Empty_messages_do_not_unfold_into_memory() =>
        Assert.Contains("more than",
            Assert.Throws<ModelException>(
                () => Import([.. Enumerable.Range(0, 4_000_000).Select(i => (byte)(i % 2 == 0 ? 0x42 : 0))])).Message);

    [Fact]
    public void An_empty_file_holds_no_graph() => Assert.Contains("no graph", Assert.Throws<ModelException>(() => Import([])).Message);

    [Fact]
    public void A_cycle_is_named() => Assert.Contains("cycle", Message(model => model.Graph!.Nodes[0].Inputs[0] = "m"));

    [Fact]
    public void A_missing_tensor_is_named_with_its_reader() =>
        Assert.Contains("'c' (Conv) reads tensor 'nowhere'", Message(model => model.Graph!.Nodes[3].Inputs[1] = "nowhere"));

    [Fact]
    public void A_tensor_written_twice_is_named() => Assert.Contains("'m'", Message(model => model.Graph!.Nodes[5].Outputs[0] = "m"));

    [Fact]
    public void A_weight_of_huge_dimensions_is_refused_before_memory_is_taken() =>
        Assert.Contains("needs", Message(model => model.Graph!.Initializers[2].Dims = [30000, 2, 3, 3]));

    [Fact]
    public void A_negative_dimension_is_refused() =>
        Assert.Contains("negative", Message(model => model.Graph!.Initializers[2].Dims = [-3, 2, 3, 3]));

    [Fact]
    public void An_input_of_huge_dimensions_is_refused() =>
        Assert.Contains("'x'", Message(model => model.Graph!.Inputs[0].Type!.Tensor!.Shape!.Dimensions[2].Size = int.MaxValue));

    [Fact]
    public void An_open_image_size_is_refused() =>
        Assert.Contains("only axis 0",
            Message(model => model.Graph!.Inputs[0].Type!.Tensor!.Shape!.Dimensions[2] = new() { Symbol = "height" }));

    [Fact]
    public void A_wrong_attribute_type_is_named() =>
        Assert.Contains("'pads' is of type Float",
            Message(model => model.Graph!.Nodes[3].Attributes[0].Type = (int)OnnxAttributeType.Float));

    [Fact]
    public void A_weight_of_a_wrong_type_is_named() =>
        Assert.Contains("they must be Float", Message(model => model.Graph!.Nodes[3].Inputs[1] = "c.weight"));

    [Theory]
    [InlineData(6)]
    [InlineData(99)]
    public void An_opset_outside_the_supported_is_refused(int opset) =>
        Assert.Contains($"opset {opset}", Message(model => model.OperatorSets[0].Version = opset));

    [Fact]
    public void A_newer_ir_is_refused() => Assert.Contains("IR version 99", Message(model => model.IrVersion = 99));

    [Theory]
    [InlineData("../outside.bin")]
    [InlineData("/etc/hostname")]
    [InlineData("sub/../../outside.bin")]
    [InlineData("missing.bin")]
    public void External_data_outside_the_folder_or_missing_is_refused(string location)
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<ModelException>(() => OnnxFile.Load(WithExternalWeights(folder, location, write: false)));
    }

    [Fact]
    public void External_data_is_read_at_its_offset()
    {
        using var folder = new TemporaryFolder();
        var loaded = OnnxFile.Load(WithExternalWeights(folder, "weights.bin", write: true));
        Assert.Equal(Sound().Graph!.Initializers[4].RawData, loaded.Graph!.Initializers[4].RawData);
        NetworkImporter.Import(loaded);
    }

    [Fact]
    public void External_data_that_is_too_short_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = WithExternalWeights(folder, "weights.bin", write: true);
        File.WriteAllBytes(Path.Combine(folder.Path, "weights.bin"), new byte[10]);
        Assert.Contains("needs 60 bytes", Assert.Throws<ModelException>(() => OnnxFile.Load(path)).Message);
    }

    private static string WithExternalWeights(TemporaryFolder folder, string location, bool write)
    {
        var model = Sound();
        var tensor = model.Graph!.Initializers[4];
        if (write) File.WriteAllBytes(Path.Combine(folder.Path, location), [1, 2, 3, 4, .. tensor.RawData!]);
        tensor.RawData = null;
        tensor.DataLocation = 1;
        tensor.ExternalData = [new() { Key = "location", Value = location }, new() { Key = "offset", Value = "4" },
            new() { Key = "length", Value = "60" }];
        string path = Path.Combine(folder.Path, "model.onnx");
        OnnxFile.Save(model, path);
        return path;
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("imc").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
