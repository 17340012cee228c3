using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>An ONNX node with checked access to its attributes.</summary>
internal sealed class NodeView(OnnxNode node, int opset)
{
    public string Name { get; } = !string.IsNullOrEmpty(node.Name) ? node.Name
        : node.Outputs.FirstOrDefault(output => output.Length > 0) ?? "?";
    public string Operator { get; } = node.Operator ?? "";
    public int Opset => opset;
    public IReadOnlyList<string> Inputs => node.Inputs;
    public IReadOnlyList<string> Outputs => node.Outputs;

    /// <summary>Names of the attributes that the node has.</summary>
    public IEnumerable<string> Attributes => node.Attributes.Select(attribute => attribute.Name ?? "");

    public bool HasInput(int index) => index < node.Inputs.Count && node.Inputs[index].Length > 0;

    public ModelException Error(string what, Exception? cause = null) =>
        new($"Node '{Name}' ({Operator}): {what}.", cause) { Problem = new(Name, Operator, what) };

    /// <remarks>Only a constant: a sum of an interpolated string and a plain one would be made although <paramref name="ok"/> holds, which
    /// cost gigabytes where a node is checked pixel by pixel.</remarks>
    public void Require(bool ok, [ConstantExpected] string what)
    {
        if (!ok) throw Error(what);
    }

    /// <inheritdoc cref="Require(bool, string)"/>
    public void Require(bool ok, [InterpolatedStringHandlerArgument(nameof(ok))] ErrorText what)
    {
        if (!ok) throw Error(what.Take());
    }

    /// <summary>Refuses attributes that the importer would otherwise ignore.</summary>
    public void AllowAttributes(params ReadOnlySpan<string> names)
    {
        var seen = new HashSet<string>();
        foreach (var attribute in node.Attributes)
        {
            string name = attribute.Name ?? "";
            Require(names.Contains(name),
                $"attribute '{name}' is not supported; supported are {(names.Length == 0 ? "none" : string.Join(", ", names.ToArray()))}");
            Require(seen.Add(name), $"attribute '{name}' occurs twice");
        }
    }

    public long Int(string name, long otherwise) => Find(name, OnnxAttributeType.Int) is { } attribute ? attribute.Int ?? 0 : otherwise;

    /// <summary>Returns a switch: 0 or 1.</summary>
    public bool Flag(string name, bool otherwise)
    {
        long number = Int(name, otherwise ? 1 : 0);
        Require(number is 0 or 1, $"attribute '{name}' is {number}; it must be 0 or 1");
        return number == 1;
    }

    public float Float(string name, float otherwise)
    {
        float number = Find(name, OnnxAttributeType.Float) is { } attribute ? attribute.Float ?? 0 : otherwise;
        Require(float.IsFinite(number), $"attribute '{name}' is {number}; it must be a finite number");
        return number;
    }

    public long[]? Ints(string name) => Find(name, OnnxAttributeType.Ints)?.Ints;

    public float[]? Floats(string name) => Find(name, OnnxAttributeType.Floats)?.Floats;

    public string Text(string name, string otherwise) =>
        Find(name, OnnxAttributeType.String) is { } attribute ? Encoding.UTF8.GetString(attribute.Text ?? []) : otherwise;

    public OnnxTensor? Tensor(string name) => Find(name, OnnxAttributeType.Tensor)?.Tensor;

    public OnnxAttribute[] CopyOfAttributes() => [.. node.Attributes];

    public bool Has(string name) => node.Attributes.Any(attribute => attribute.Name == name);

    /// <summary>Returns a list of sizes, e.g. strides: <paramref name="count"/> numbers from <paramref name="least"/> to 65535.</summary>
    public int[] Sizes(string name, int count, int least, int otherwise)
    {
        long[]? sizes = Ints(name);
        if (sizes is null) return [.. Enumerable.Repeat(otherwise, count)];
        Require(sizes.Length == count, $"attribute '{name}' has {sizes.Length} numbers; it must have {count} "
            + $"({(count is 1 ? "one spatial axis" : "two spatial axes")})");
        foreach (long size in sizes)
            Require(size >= least && size <= ushort.MaxValue,
                $"attribute '{name}' is [{string.Join(", ", sizes)}]; each must be {least} to {ushort.MaxValue}");
        return Array.ConvertAll(sizes, size => (int)size);
    }

    private OnnxAttribute? Find(string name, OnnxAttributeType type)
    {
        var found = node.Attributes.FirstOrDefault(attribute => attribute.Name == name);
        if (found is not null)
            Require(found.Type == (int)type, $"attribute '{name}' is of type {(OnnxAttributeType)found.Type}; it must be {type}");
        return found;
    }
}
