using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Tests.Importer.Topologies;
using static ImcEngine.Importer.Onnx.OnnxBuilder;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>What a network's first nodes do to its image decides what else is done to it.</summary>
public class InputNormalizationTests
{
    private static SourcedPreprocessing Of(Func<NetworkWriter, string> scaled, long[]? input = null)
    {
        var w = new NetworkWriter(13, input ?? [-1, 3, 16, 16]);
        string y = scaled(w);
        return NetworkImporter.SourcedPreprocessingOf(w.Build(w.Node("GlobalAveragePool", w.Conv(y, 3, 4, 3))));
    }

    private static void IsOf(float scale, SourcedPreprocessing found)
    {
        Assert.Equal(scale, found.Preprocessing.Scale);
        Assert.Equal([0f, 0, 0], found.Preprocessing.Mean);
        Assert.Equal([1f, 1, 1], found.Preprocessing.Std);
        Assert.Equal(PreprocessingSource.Graph, found.Mean);
    }

    [Fact]
    public void Means_of_bytes_take_bytes_as_they_are() =>
        IsOf(1, Of(w => w.Node("Sub", ["x", w.Floats([1, 3, 1, 1], 103.939f, 116.779f, 123.68f)])));

    [Fact]
    public void A_factor_of_one_255th_takes_bytes_as_they_are() => IsOf(1, Of(w => w.Mul("x", w.Float(1 / 255f))));

    [Fact]
    public void A_divisor_behind_chosen_channels_and_a_Transpose_counts() => IsOf(1, Of(w =>
    {
        string first = w.Node("Gather", [w.Transpose("x", 0, 3, 1, 2), w.Longs(2, 1, 0)], Attribute("axis", 1L));
        return w.Node("Sub", [w.Node("Div", [first, w.Float(127.5f)]), w.Float(1)]);
    }, [-1, 16, 16, 3]));

    [Fact]
    public void Means_of_numbers_up_to_1_take_bytes_divided_by_255() => IsOf(255, Of(w => w.Node("Div",
        [w.Node("Sub", ["x", w.Floats([1, 3, 1, 1], 0.485f, 0.456f, 0.406f)]), w.Floats([1, 3, 1, 1], 0.229f, 0.224f, 0.225f)])));

    [Theory]
    [InlineData(32, 0.4914f)]
    [InlineData(64, 0.485f)]
    public void A_network_that_scales_nothing_is_assumed_to_take_the_usual_constants(int side, float red)
    {
        var found = Of(_ => "x", [-1, 3, side, side]);
        Assert.Equal(red, found.Preprocessing.Mean[0]);
        Assert.True(found.IsAssumed);
    }

    [Fact]
    public void A_quantizer_of_the_image_is_no_normalization() =>
        Assert.True(Of(w => w.Clip(w.Add("x", w.Float(1)), 0, 2)).IsAssumed);

    [Fact]
    public void Metadata_go_first()
    {
        var w = new NetworkWriter(13, [-1, 3, 16, 16]);
        var model = w.Build(w.Node("GlobalAveragePool", w.Conv(w.Mul("x", w.Float(1 / 255f)), 3, 4, 3)));
        ModelMetadata.Set(model, ModelMetadata.Mean, "0.1,0.2,0.3");
        Assert.Equal(PreprocessingSource.Model, NetworkImporter.SourcedPreprocessingOf(model).Mean);
    }
}
