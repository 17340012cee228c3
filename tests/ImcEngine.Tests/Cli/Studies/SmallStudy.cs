using System.Text.Json.Nodes;
using ImcEngine.Data;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Importer.Packing;

namespace ImcEngine.Tests.Cli.Studies;

/// <summary>A study of a random narrow network on six images (and two to calibrate on), with folders for its results.</summary>
internal sealed class SmallStudy : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="grid">As in a study's file.</param>
    /// <param name="more">Further fields of the study.</param>
    public SmallStudy(string grid, string macro = "\"default\"", string? more = null)
    {
        OnnxFile.Save(NetworkPacker.Pack(NpzFile.Read(new TinyResNet(4).ToArchive().ToStream(), "test"), "resnet18-cifar", new()), Model);
        Directory.CreateDirectory(this["images"]);
        CifarFormat.Write(Shapes10.Render(Split.Test, 8), Split.Test, this["images"]);
        Write(File,
            $$"""
            {"name":"small",{{(more is null ? "" : more + ",")}}"model":"tiny.onnx","data":"images",
            "run":{"macro":{{macro}},"calibration":{"count":2} },"grid":{{grid}}}
            """);
    }

    public string File => this["small.json"];
    public string Model => this["tiny.onnx"];
    public string Images => this["images"];

    public string this[string name] => _folder[name];

    /// <inheritdoc cref="TemporaryFolder.MakePipe"/>
    public void MakePipe(string file) => _folder.MakePipe(file);

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs it into a folder of this name.</summary>
    public Task<ImcRun> Run(string folder, params string[] options) => ImcRun.Of(["study", File, "--out", this[folder], .. options]);

    public Task<ImcRun> Merge(string[] from, string to) =>
        ImcRun.Of(["study", "--merge", .. from.Select(folder => this[folder]), "--out", this[to]]);

    public JsonNode Results(string folder) => JsonNode.Parse(System.IO.File.ReadAllText(this[$"{folder}/results.json"]))!;

    public string[] Csv(string folder) => System.IO.File.ReadAllLines(this[$"{folder}/results.csv"]);

    public string[] Points(string folder) => Directory.Exists(this[$"{folder}/points"])
        ? [.. Directory.GetFiles(this[$"{folder}/points"], "*.json").Order(StringComparer.Ordinal)] : [];

    public void AssertSameResults(string folder, string other)
    {
        foreach (string file in new[] { "results.csv", "results.json" })
            Assert.Equal(System.IO.File.ReadAllBytes(this[$"{folder}/{file}"]), System.IO.File.ReadAllBytes(this[$"{other}/{file}"]));
    }

    private static void Write(string file, string text) => System.IO.File.WriteAllText(file, text);
}
