using System.Globalization;

namespace ImcEngine.Importer.Packing;

/// <summary>
/// What names in PyTorch's exports say about its modules, whose names arrays of a state dictionary begin with:
/// <code>
/// node of an export   /layer2/layer2.0/downsample/downsample.0/Conv     its module   layer2.0.downsample.0
/// module              conv1, layer1.0.conv2                             its norm     bn1, layer1.0.bn2
/// module              features.3, layer2.0.downsample.0                 its norm     features.4, layer2.0.downsample.1
/// </code>
/// </summary>
internal static class PyTorchNames
{
    private const string Convolution = "conv", Norm = "bn";

    /// <summary>Returns the module that a node of an export belongs to; null if its name is no path.</summary>
    public static string? ModuleOf(string node)
    {
        string[] parts = node.Split('/');
        if (parts.Length < 3 || parts[0].Length > 0) return null;
        var module = new List<string>();
        foreach (string part in parts[1..^1])
        {
            // A module of a sequence repeats the name of the sequence.
            if (module.Count > 0 && part.StartsWith(module[^1] + ".", StringComparison.Ordinal)) module.RemoveAt(module.Count - 1);
            module.Add(part);
        }
        return string.Join('.', module);
    }

    /// <summary>Returns the batch norm that follows a convolution or linear layer by PyTorch's habits; null if its name follows none.
    /// </summary>
    public static string? NormOf(string module)
    {
        int start = module.LastIndexOf('.') + 1;
        string parent = module[..start], own = module[start..];
        if (own.StartsWith(Convolution, StringComparison.Ordinal)) return parent + Norm + own[Convolution.Length..];
        return int.TryParse(own, NumberStyles.None, CultureInfo.InvariantCulture, out int place) && place < int.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"{parent}{place + 1}") : null;
    }
}
