using ImcEngine.Importer.Onnx;

namespace ImcEngine.Tests.Importer.Onnx;

public class TensorDataTests
{
    [Theory]
    [InlineData(OnnxDataType.UInt4)]
    [InlineData(OnnxDataType.Int4)]
    [InlineData(OnnxDataType.UInt8)]
    [InlineData(OnnxDataType.Int8)]
    [InlineData(OnnxDataType.UInt16)]
    [InlineData(OnnxDataType.Int16)]
    [InlineData(OnnxDataType.Int32)]
    [InlineData(OnnxDataType.UInt32)]
    [InlineData(OnnxDataType.Int64)]
    [InlineData(OnnxDataType.UInt64)]
    [InlineData(OnnxDataType.Bool)]
    internal void Integers_read_back_from_raw_data(OnnxDataType type)
    {
        var (low, high) = TensorEncoder.RangeOf(type);
        long[] elements = [low, high, 0, 1, low];
        Assert.Equal(elements, TensorData.ToLongs(TensorEncoder.Integers("t", [5], elements, type)));
    }

    [Theory]
    [InlineData(OnnxDataType.Float)]
    [InlineData(OnnxDataType.Double)]
    [InlineData(OnnxDataType.Float16)]
    [InlineData(OnnxDataType.BFloat16)]
    internal void Floats_read_back_from_raw_data(OnnxDataType type)
    {
        float[] elements = [0, -1.5f, 96, 0.0078125f, float.PositiveInfinity, 1];
        Assert.Equal(elements, TensorData.ToFloats(TensorEncoder.Floats("t", [2, 3], elements, type)));
    }

    [Fact]
    public void Bfloat16_rounds_to_nearest_even() =>
        Assert.Equal([1f, 1.015625f, 1.0078125f],
            TensorData.ToFloats(TensorEncoder.Floats("t", [3], [1.00390625f, 1.01171875f, 1.0040f], OnnxDataType.BFloat16)));

    [Fact]
    public void Nibbles_lie_two_a_byte_low_first() =>
        Assert.Equal([0x81, 0x07], TensorEncoder.Codes("t", [3], [1, -8, 7], OnnxDataType.Int4).RawData);

    [Fact]
    public void Small_types_read_from_typed_fields()
    {
        OnnxTensor Typed(OnnxDataType type, long count, params int[] data) =>
            new() { Name = "t", DataType = (int)type, Dims = [count], Int32Data = data };
        Assert.Equal([-8L, 7, -1], TensorData.ToLongs(Typed(OnnxDataType.Int4, 3, 0x78, 0x0F)));
        Assert.Equal([8L, 7, 15], TensorData.ToLongs(Typed(OnnxDataType.UInt4, 3, 0x78, 0x0F)));
        Assert.Equal([-1L, -128], TensorData.ToLongs(Typed(OnnxDataType.Int8, 2, -1, -128)));
        Assert.Equal([255L, 1], TensorData.ToLongs(Typed(OnnxDataType.UInt8, 2, 255, 1)));
        Assert.Equal([1f, -2f], TensorData.ToFloats(Typed(OnnxDataType.Float16, 2, 0x3C00, 0xC000)));
        Assert.Equal([1f, -2f], TensorData.ToFloats(Typed(OnnxDataType.BFloat16, 2, 0x3F80, 0xC000)));
    }

    [Fact]
    public void A_model_reads_back_from_its_bytes_with_zero_attributes_and_symbolic_batch()
    {
        var builder = new OnnxBuilder("g");
        builder.Input("x", -1, 3, 0);
        builder.Node("Softmax", ["x"], "y", OnnxBuilder.Attribute("axis", 0));
        builder.Output("y", -1, 3, 0);
        builder.Metadata("imc.layout", "rgb");
        var read = OnnxFile.Read(new MemoryStream(OnnxFile.ToBytes(builder.Build())));
        Assert.Equal(0, read.Graph!.Nodes[0].Attributes[0].Int);
        Assert.Equal("batch", read.Graph.Inputs[0].Type!.Tensor!.Shape!.Dimensions[0].Symbol);
        Assert.Equal(0, read.Graph.Inputs[0].Type!.Tensor!.Shape!.Dimensions[2].Size);
        Assert.Equal("rgb", read.Metadata[0].Value);
    }

    [Theory]
    [InlineData(new long[] { 4 }, 1, "needs 16 bytes and holds 12")]
    [InlineData(new long[] { -3 }, 1, "none may be negative")]
    [InlineData(new long[] { 1L << 40, 1L << 40 }, 1, "at most 2^31 - 1 elements")]
    [InlineData(new long[] { 3 }, 8, "String")]
    [InlineData(new long[] { 3 }, 77, "77")]
    public void Data_that_does_not_fit_its_description_is_an_error(long[] dims, int type, string part)
    {
        var exception = Assert.Throws<ModelException>(
            () => TensorData.ToFloats(new() { Name = "t", Dims = dims, DataType = type, RawData = new byte[12] }));
        Assert.Contains(part, exception.Message);
        Assert.Contains("'t'", exception.Message);
    }
}
