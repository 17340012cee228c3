using ImcEngine.Importer.Onnx;
using ImcEngine.Tests.Data;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Onnx;

/// <summary>Elements in files beside the model: which files they may be.</summary>
public sealed class ExternalDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(), _outside = new();

    public ExternalDataTests()
    {
        Directory.CreateDirectory(_folder["sub"]);
        File.WriteAllBytes(_folder["sub/k.bin"], BitConverter.GetBytes(2.5f));
        File.WriteAllBytes(_outside["k.bin"], BitConverter.GetBytes(2.5f));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _outside.Dispose();
    }

    private OnnxTensor Load(string location, params (string Key, string Value)[] entries)
    {
        var model = Of(b => b.Node("Add", ["x", b.Float("k", 0)], "y"));
        var tensor = model.Graph!.Initializers[0];
        (tensor.RawData, tensor.DataLocation) = (null, 1);
        tensor.ExternalData = [new() { Key = "location", Value = location },
            .. entries.Select(entry => new OnnxEntry { Key = entry.Key, Value = entry.Value })];
        OnnxFile.Save(model, _folder["m.onnx"]);
        return OnnxFile.Load(_folder["m.onnx"]).Graph!.Initializers[0];
    }

    private void IsRefused(string location, params string[] parts)
    {
        string message = Assert.Throws<ModelException>(() => Load(location)).Message;
        foreach (string part in (string[])["'k'", .. parts]) Assert.Contains(part, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_in_folders_below_and_links_that_stay_inside_are_read()
    {
        File.CreateSymbolicLink(_folder["link.bin"], "sub/k.bin");
        Directory.CreateSymbolicLink(_folder["linked"], _folder["sub"]);
        File.CreateSymbolicLink(_folder["linked/up.bin"], "../sub/../link.bin");
        foreach (string location in new[] { "sub/k.bin", "link.bin", "linked/k.bin", "linked/up.bin" })
            Assert.Equal(BitConverter.GetBytes(2.5f), Load(location).RawData);
    }

    [Fact]
    public void Links_that_leave_the_folder_are_refused()
    {
        File.CreateSymbolicLink(_folder["file.bin"], _outside["k.bin"]);
        Directory.CreateSymbolicLink(_folder["outside"], _outside.Path);
        Directory.CreateSymbolicLink(_outside["back"], _folder["outside"]);
        File.CreateSymbolicLink(_folder["twice.bin"], "file.bin");
        File.CreateSymbolicLink(_folder["relative.bin"], $"../{Path.GetFileName(_outside.Path)}/k.bin");
        foreach (string location in new[] { "file.bin", "outside/k.bin", "twice.bin", "relative.bin", "outside/back/k.bin" })
            IsRefused(location, location, "out of the model's folder");
    }

    [Fact]
    public void A_folder_whose_name_only_begins_alike_is_outside()
    {
        string sibling = _folder.Path + "-beside";
        Directory.CreateDirectory(sibling);
        try
        {
            File.WriteAllBytes(Path.Combine(sibling, "k.bin"), new byte[4]);
            File.CreateSymbolicLink(_folder["sibling.bin"], Path.Combine(sibling, "k.bin"));
            IsRefused("sibling.bin", "out of the model's folder");
        }
        finally
        {
            Directory.Delete(sibling, recursive: true);
        }
    }

    [Fact]
    public void The_model_may_be_opened_through_a_linked_folder()
    {
        Load("sub/k.bin");
        Directory.CreateSymbolicLink(_outside["models"], _folder.Path);
        Assert.Equal(BitConverter.GetBytes(2.5f), OnnxFile.Load(_outside["models/m.onnx"]).Graph!.Initializers[0].RawData);
    }

    [Fact]
    public void Links_in_a_circle_are_refused()
    {
        File.CreateSymbolicLink(_folder["a.bin"], "b.bin");
        File.CreateSymbolicLink(_folder["b.bin"], "a.bin");
        Assert.Throws<ModelException>(() => Load("a.bin"));
    }

    [Fact]
    public void Devices_pipes_and_folders_are_refused()
    {
        if (!OperatingSystem.IsLinux()) return;
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", _folder["pipe"])) mkfifo.WaitForExit();
        IsRefused("pipe", "not a regular file");
        IsRefused("sub", "is a folder");
    }

    [Fact]
    public void Bytes_are_limited_whatever_file_they_come_from()
    {
        var model = Of(b => b.Node("Relu", ["x"], "y"));
        for (int i = 0; i < 3; i++)
            model.Graph!.Initializers.Add(new() { Name = $"k{i}", Dims = [1 << 27], DataType = (int)OnnxDataType.Float, DataLocation = 1,
                ExternalData = [new() { Key = "location", Value = "none.bin" }] });
        model.Graph!.Initializers.Reverse();
        model.Graph.Initializers[0].Dims = [1 << 29];
        OnnxFile.Save(model, _folder["m.onnx"]);
        Assert.Contains("at most 1073741824", Assert.Throws<ModelException>(() => OnnxFile.Load(_folder["m.onnx"])).Message,
            StringComparison.Ordinal);
    }
}
