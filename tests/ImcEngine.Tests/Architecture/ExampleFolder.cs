using ImcEngine.Data;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Importer.Packing;

namespace ImcEngine.Tests.Architecture;

/// <summary>
/// What the reader of a document has: the current folder holds a quantized and a float network, trained codes, images, and the files that
/// the document itself shows.
/// The process has one current folder, so nothing else may run meanwhile.
/// </summary>
internal sealed class ExampleFolder : IDisposable
{
    public const string Images = "my-images", Network = "my.onnx";
    private const int ImageCount = 140, FloatBits = 32, QuantizedBits = 4;

    private readonly TemporaryFolder _folder = new();
    private readonly string _before = Environment.CurrentDirectory;

    public ExampleFolder(MarkdownDocument document)
    {
        CifarFormat.Write(Shapes10.Render(Split.Test, ImageCount), Split.Test, _folder[Images]);
        File.WriteAllBytes(_folder["codes.npz"], Codes(QuantizedBits).ToArray());
        Pack(QuantizedBits, Network);
        Pack(FloatBits, "my-float.onnx");
        foreach (var block in document.Blocks)
            if (block.FileName is { } name) File.WriteAllText(_folder[name], block.Text);
        Environment.CurrentDirectory = _folder.Path;
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        _folder.Dispose();
    }

    private static MemoryStream Codes(int bits) => new TinyResNet(bits).ToArchive().ToStream();

    private void Pack(int bits, string file) =>
        OnnxFile.Save(NetworkPacker.Pack(NpzFile.Read(Codes(bits), "examples"), "resnet18-cifar", new()), _folder[file]);
}
