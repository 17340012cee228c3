using ImcEngine.Data;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Importer.Packing;

namespace ImcEngine.Tests.Cli;

/// <summary>A tiny ResNet18 and a few drawn images as files that commands read.</summary>
internal sealed class TinyFiles : IDisposable
{
    public const int Images = 9;

    private readonly TemporaryFolder _folder = new();

    public TinyFiles()
    {
        File.Move(CifarFormat.Write(Shapes10.Render(Split.Test, Images), Split.Test, _folder["set"]).Single(), Data);
    }

    public string this[string file] => _folder[file];

    public string Data => _folder["images.bin"];

    /// <param name="bits">Of weights and activations; 32: float.</param>
    public string Model(int bits)
    {
        string file = _folder[$"{bits}.onnx"];
        OnnxFile.Save(NetworkPacker.Pack(NpzFile.Read(new TinyResNet(bits).ToArchive().ToStream(), "test"), "resnet18-cifar", new()), file);
        return file;
    }

    public void Dispose() => _folder.Dispose();
}
