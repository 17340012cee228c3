using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Resize by random scales and sizes against OnnxRuntime: seeds 1 to 150 of each mode.</summary>
public class ResizeOperatorTests
{
    private const int Seeds = 150;

    [Theory]
    [InlineData("nearest")]
    [InlineData("linear")]
    [InlineData("cubic")]
    public void Agrees_with_OnnxRuntime(string mode)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            int opset = Drawn.Opset(random, 11), height = random.Next(1, 8), width = random.Next(1, 8);
            Agrees(Of(b =>
            {
                string[] targets = Targets(b, random, opset, height, width, isNearest: mode == "nearest");
                b.Node("Resize", targets, "y", [.. Attributes(random, mode, opset, isWhole: targets.Length == 4)]);
            }, opset, [2, 2, height, width]), seed: seed);
        }
    }

    private static IEnumerable<OnnxAttribute> Attributes(Random random, string mode, int opset, bool isWhole)
    {
        if (mode != "nearest" || Drawn.OneIn(random, 2)) yield return Attribute("mode", mode);
        string[] ofAnyScale = ["half_pixel", "pytorch_half_pixel", "asymmetric", "tf_half_pixel_for_nn"];
        string transformation = Drawn.OneOf(random, isWhole ? [.. ofAnyScale, "align_corners", "half_pixel_symmetric"] : ofAnyScale);
        if ((opset >= 19 || transformation != "half_pixel_symmetric") && (opset < 13 || transformation != "tf_half_pixel_for_nn"))
            yield return Attribute("coordinate_transformation_mode", transformation);
        if (mode == "nearest")
            yield return Attribute("nearest_mode", Drawn.OneOf(random, "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"));
        if (mode != "cubic") yield break;
        if (Drawn.OneIn(random, 2)) yield return Attribute("cubic_coeff_a", -0.5f);
        if (Drawn.OneIn(random, 2)) yield return Attribute("exclude_outside", 1L);
    }

    private static string[] Targets(OnnxBuilder b, Random random, int opset, int height, int width, bool isNearest)
    {
        string roi = opset < 13 ? b.Floats("roi", [0], []) : "";
        if (Drawn.OneIn(random, 2))
        {
            float Scale(int size) => Math.Max(1f / size, random.Next(4, 40) / 16f);
            return ["x", roi, b.Floats("scales", [4], [1, 1, Scale(height), Scale(width)])];
        }
        string scales = opset < 13 ? b.Floats("scales", [0], []) : "";
        // Between two pixels, the rounding of a scale that is made from sizes would decide.
        int Size(int size) => isNearest ? size * Drawn.OneOf(random, 1, 2, 4) : random.Next(1, 2 * size + 2);
        return ["x", roi, scales, b.Longs("sizes", 2, 2, Size(height), Size(width))];
    }

    [Fact]
    public void What_is_not_supported_is_named()
    {
        void Refused(string[] inputs, string part, params OnnxAttribute[] attributes) => IsRefused(Of(b =>
        {
            b.Floats("s", [4], [1, 1, 2, 2]);
            b.Floats("channels", [4], [1, 2, 2, 2]);
            b.Floats("batch", [4], [2, 1, 2, 2]);
            b.Floats("part", [4], [1, 1, 1, 1.1f]);
            b.Floats("tiny", [4], [1, 1, 0.01f, 1]);
            b.Longs("n", 1, 3, 64, 64);
            b.Node("Resize", inputs, "y", attributes);
        }), "'y' (Resize)", part);
        Refused(["x", "", "channels"], "resizes axis 1 from 3 to 6");
        Refused(["x", "", "batch"], "axis 0, the batch");
        Refused(["x", "", "tiny"], "from 32 to 0");
        Refused(["x", "", "s", "n"], "either scales or sizes");
        Refused(["x"], "either scales or sizes");
        Refused(["x", "", "s"], "antialias", Attribute("antialias", 1L));
        Refused(["x", "", "s"], "'area'", Attribute("mode", "area"));
        Refused(["x", "", "s"], "'round'", Attribute("nearest_mode", "round"));
        Refused(["x", "", "s"], "'tf_crop_and_resize'", Attribute("coordinate_transformation_mode", "tf_crop_and_resize"));
        Refused(["x", "", "part"], "1.1 of 32", Attribute("coordinate_transformation_mode", "align_corners"));
        Refused(["x", "", "part"], "1.1 of 32", Attribute("coordinate_transformation_mode", "half_pixel_symmetric"));
        Refused(["x", "", "s"], "'not_larger'", Attribute("keep_aspect_ratio_policy", "not_larger"));
        Refused(["x", "", "s"], "4 scales or sizes for 2 axes", Attribute("axes", [2, 3]));
    }

    [Fact]
    public void A_place_between_two_pixels_that_rounding_decides_is_refused() => IsRefused(
        Of(b => b.Node("Resize", ["x", "", "", b.Longs("sizes", 1, 2, 3, 2)], "y", Attribute("nearest_mode", "round_prefer_ceil"),
            Attribute("coordinate_transformation_mode", "asymmetric")), input: [-1, 2, 3, 7]), "'y' (Resize)", "falls between two pixels");

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void Older_forms_agree_with_OnnxRuntime(int opset)
    {
        for (int seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            float[] scales = [1, 1, opset < 10 ? 1 + (random.Next(9) / 4f) : random.Next(2, 9) / 4f, 1 + random.Next(4)];
            OnnxAttribute[] mode = Drawn.OneIn(random, 2) ? [Attribute("mode", Drawn.OneOf(random, "nearest", "linear"))] : [];
            Agrees(Of(b => b.Node(opset < 10 ? "Upsample" : "Resize", opset < 9 ? ["x"] : ["x", b.Floats("s", [4], scales)], "y",
                opset < 9 ? [.. mode, AttributeOf("scales", scales)] : mode), opset, [-1, 2, random.Next(2, 6), random.Next(2, 6)]),
                seed: seed);
        }
    }

    private static OnnxAttribute AttributeOf(string name, float[] numbers) =>
        new() { Name = name, Type = (int)OnnxAttributeType.Floats, Floats = numbers };

    [Fact]
    public void Axes_may_be_named() => Agrees(Of(b => b.Node("Resize", ["x", "", b.Floats("s", [2], [1.5f, 2])], "y",
        Attribute("axes", [-1, 2])), 18, [-1, 2, 3, 4]));
}
