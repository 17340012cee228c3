using ImcEngine.Data;

namespace ImcEngine.Importer.Packing;

/// <summary>The arrays of a trained network by their PyTorch names.
/// It records which are used: an unused array means the wrong topology.</summary>
internal sealed class TrainedArrays(IReadOnlyDictionary<string, NpyFile> arrays)
{
    private static readonly string[] Bookkeeping = [".num_batches_tracked", ".ready"];

    private readonly HashSet<string> _used = [];

    public IEnumerable<string> Names => arrays.Keys;

    public bool Has(string name) => arrays.ContainsKey(name);

    /// <param name="rank">Number of axes that the array must have.</param>
    public NpyFile Take(string name, int rank)
    {
        if (!arrays.TryGetValue(name, out var array))
            throw new ImcException($"Array '{name}' is missing; the archive holds "
                + $"{(arrays.Count == 0 ? "no arrays" : $"{arrays.Count} arrays: {Some(arrays.Keys)}")}.");
        if (array.Shape.Count != rank)
            throw new ImcException($"Array '{name}' has shape {ShapeText(array)}; it must have {rank} axes.");
        _used.Add(name);
        return array;
    }

    public NpyFile Take(string name, params int[] shape)
    {
        var array = Take(name, shape.Length);
        if (!array.Shape.SequenceEqual(shape))
            throw new ImcException($"Array '{name}' has shape {ShapeText(array)}; the network needs [{string.Join(", ", shape)}].");
        return array;
    }

    public float[] Singles(string name, params int[] shape) => Finite(name, Take(name, shape).ToSingle());

    public float Scalar(string name) => Singles(name)[0];

    /// <exception cref="ImcException">An array was not used.</exception>
    public void RequireAllUsed(string topology)
    {
        var unused =
            arrays.Keys.Where(name => !_used.Contains(name) && !IsBookkeeping(name)).ToList();
        if (unused.Count > 0)
            throw new ImcException($"Topology '{topology}' has no place for {unused.Count} arrays of the archive: {Some(unused)}. "
                + "Choose the topology that was trained.");
    }

    /// <summary>Whether an array is one that training keeps and inference does not need.</summary>
    public static bool IsBookkeeping(string name) => Bookkeeping.Any(end => name.EndsWith(end, StringComparison.Ordinal));

    public static float[] Finite(string name, float[] elements)
    {
        int bad = Array.FindIndex(elements, element => !float.IsFinite(element));
        return bad < 0 ? elements
            : throw new ImcException($"Array '{name}' holds {elements[bad]} at flat index {bad}; only finite numbers are allowed.");
    }

    private static string ShapeText(NpyFile array) => $"[{string.Join(", ", array.Shape)}]";

    private static string Some(IEnumerable<string> names) => string.Join(", ", names.Take(8)) + (names.Skip(8).Any() ? ", ..." : "");
}
