using System.Globalization;
using ImcEngine.Data;
using ImcEngine.Importer.Lowering;

namespace ImcEngine.Importer.Onnx;

/// <summary>Reads tensors whose elements lie in a file beside the model: <c>external_data</c> entries location, offset, length.</summary>
internal static class ExternalData
{
    private const int External = 1;

    /// <param name="folder">The model's folder; null where the model came from no file.</param>
    /// <exception cref="ModelException">A file lies outside the folder, is missing, or is shorter than its tensor.</exception>
    public static void Resolve(OnnxModel model, string? folder)
    {
        long total = 0;
        foreach (var tensor in Tensors(model))
        {
            if (tensor.DataLocation != External) continue;
            total += TensorData.ByteCount(tensor);
            if (total > ModelLimits.MostBytes)
                throw new ModelException($"Tensors up to '{tensor.Name}' have {total} bytes in external files; "
                    + $"at most {ModelLimits.MostBytes} are supported.");
            tensor.RawData = ReadElements(tensor, folder);
            tensor.DataLocation = 0;
            tensor.ExternalData = [];
        }
    }

    private static IEnumerable<OnnxTensor> Tensors(OnnxModel model)
    {
        var nodes = (model.Graph?.Nodes ?? []).Concat(model.Functions.SelectMany(function => function.Nodes));
        var attributes = nodes.SelectMany(node => node.Attributes).Concat(model.Functions.SelectMany(function => function.Defaults));
        return (model.Graph?.Initializers ?? []).Concat(attributes.Select(attribute => attribute.Tensor).OfType<OnnxTensor>());
    }

    private static byte[] ReadElements(OnnxTensor tensor, string? folder)
    {
        string location = Entry(tensor, "location")
            ?? throw new ModelException($"Tensor '{tensor.Name}' lies in an external file that has no 'location' entry.");
        if (folder is null)
            throw new ModelException($"Tensor '{tensor.Name}' lies in the external file '{location}', "
                + "but the model was not read from a file; load it by its path.");
        long bytes = TensorData.ByteCount(tensor);
        long offset = Number(tensor, "offset") ?? 0;
        if (Number(tensor, "length") is long length && length != bytes)
            throw new ModelException(
                $"Tensor '{tensor.Name}' has {bytes} bytes by its dimensions and {length} bytes in external file '{location}'.");
        try
        {
            using var file = InputFile.OpenRead(Inside(folder, location, tensor), $"external file of tensor '{tensor.Name}'");
            if (offset > file.Length || bytes > file.Length - offset)
                throw new ModelException($"Tensor '{tensor.Name}' needs {bytes} bytes from byte {offset} of external file '{location}', "
                    + $"which has {file.Length}.");
            file.Position = offset;
            var elements = new byte[bytes];
            file.ReadExactly(elements);
            return elements;
        }
        catch (Exception exception) when (exception is not ModelException and (ImcException or IOException))
        {
            throw new ModelException($"External file '{location}' of tensor '{tensor.Name}' cannot be read: {exception.Message}",
                exception);
        }
    }

    private static string Inside(string folder, string location, OnnxTensor tensor)
    {
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        bool relative = location.Length > 0 && !Path.IsPathRooted(location) && !location.Contains('\0')
            && !location.Split('/', '\\').Contains("..");
        string path = relative ? Path.GetFullPath(Path.Combine(root, location)) : "";
        if (!path.StartsWith(root, StringComparison.Ordinal))
            throw new ModelException($"Tensor '{tensor.Name}' names external file '{location}'; "
                + "allowed are paths inside the model's folder, without '..'.");
        string target = RealPath.Resolve(path), home = RealPath.Resolve(folder) + Path.DirectorySeparatorChar;
        if (!target.StartsWith(home, StringComparison.Ordinal))
            throw new ModelException($"Tensor '{tensor.Name}' names external file '{location}', "
                + $"which a link takes out of the model's folder, to '{target}'; copy the file into the folder.");
        return target;
    }

    private static string? Entry(OnnxTensor tensor, string key) => tensor.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value;

    private static long? Number(OnnxTensor tensor, string key)
    {
        string? text = Entry(tensor, key);
        if (text is null) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new ModelException($"Tensor '{tensor.Name}' has external data entry {key} = '{text}'; it must be a number of bytes.");
    }
}
