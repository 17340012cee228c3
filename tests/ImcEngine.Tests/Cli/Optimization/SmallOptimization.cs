using System.Text.Json.Nodes;
using ImcEngine.Data;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Importer.Packing;

namespace ImcEngine.Tests.Cli.Optimization;

/// <summary>An optimization of a random narrow network on drawn images, with folders for its results.</summary>
internal sealed class SmallOptimization : IDisposable
{
    public const string Grid = """[{"macro.rows":[32,64]},{"macro.adc.bits":[2,3,4,5]}]""";

    private readonly TemporaryFolder _folder = new();

    /// <param name="fields">Fields beside network, images and run.</param>
    /// <param name="die">Fields of <c>macro.die</c>.</param>
    public SmallOptimization(string fields, string die = "{}")
    {
        OnnxFile.Save(NetworkPacker.Pack(NpzFile.Read(new TinyResNet(4).ToArchive().ToStream(), "test"), "resnet18-cifar", new()),
            this["tiny.onnx"]);
        Directory.CreateDirectory(this["images"]);
        CifarFormat.Write(Shapes10.Render(Split.Test, 42), Split.Test, this["images"]);
        System.IO.File.WriteAllText(File, $$"""
            {"name":"small","model":"tiny.onnx","data":"images",
             "run":{"macro":{"rows":64,"die":{{die}}},"calibration":{"count":2} },{{fields}}}
            """);
    }

    public string File => this["small.json"];

    public string this[string name] => _folder[name];

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs it into a folder of this name.</summary>
    public Task<ImcRun> Run(string folder, params string[] options) => ImcRun.Of(["optimize", File, "--out", this[folder], .. options]);

    public JsonNode Result(string folder) => JsonNode.Parse(System.IO.File.ReadAllText(this[$"{folder}/optimization.json"]))!;

    public byte[] Bytes(string folder) => System.IO.File.ReadAllBytes(this[$"{folder}/optimization.json"]);

    public string[] Evaluations(string folder) => Directory.Exists(this[$"{folder}/evaluations"])
        ? [.. Directory.GetFiles(this[$"{folder}/evaluations"], "*.json").Order(StringComparer.Ordinal)] : [];
}
