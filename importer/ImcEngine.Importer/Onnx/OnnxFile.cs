using ImcEngine.Importer.Lowering;
using ProtoBuf;

namespace ImcEngine.Importer.Onnx;

/// <summary>Reads and writes ONNX files. What is read is only known to be well formed as a message;
/// <see cref="TensorData"/> and the importer check the rest.</summary>
public static class OnnxFile
{
    /// <summary>Reads a model with its external data files, which become raw data of their tensors.</summary>
    /// <exception cref="ModelException">The file is missing, damaged, or names external data that cannot be used.</exception>
    public static OnnxModel Load(string path)
    {
        OnnxModel model;
        try
        {
            model = Parse(InputFile.ReadAllBytes(path, "model", ModelLimits.MostBytes));
        }
        catch (ModelException exception)
        {
            throw new ModelException($"Model '{path}': {exception.Message}", exception);
        }
        catch (ImcException exception)
        {
            throw new ModelException(exception.Message, exception);
        }
        ExternalData.Resolve(model, Path.GetDirectoryName(Path.GetFullPath(path))!);
        return model;
    }

    /// <summary>Reads a model that holds all its data.</summary>
    /// <exception cref="ModelException">The stream holds no sound model, or a tensor lies in another file.</exception>
    public static OnnxModel Read(Stream stream)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        var model = Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
        ExternalData.Resolve(model, null);
        return model;
    }

    public static byte[] ToBytes(OnnxModel model)
    {
        using var measured = Serializer.Measure(model);
        var bytes = new byte[measured.Length];
        measured.Serialize(new MemoryStream(bytes));
        return bytes;
    }

    /// <exception cref="ImcException">The file cannot be written.</exception>
    public static void Save(OnnxModel model, string path) => AtomicFile.Write(path, stream => Serializer.Serialize(stream, model));

    private static OnnxModel Parse(ReadOnlyMemory<byte> bytes)
    {
        WireCheck.Run(bytes.Span);
        try
        {
            return Serializer.Deserialize<OnnxModel>(bytes);
        }
        catch (Exception exception)
            when (exception is ProtoException or EndOfStreamException or InvalidOperationException or OverflowException
                or ArgumentException)
        {
            throw new ModelException($"The file is not an ONNX model: {exception.Message}", exception);
        }
    }
}
