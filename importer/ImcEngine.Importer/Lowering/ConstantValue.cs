using System.Globalization;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// A tensor known at import. Elements of type Float are held as they are, those of other floating types as double,
/// integers and bools as int64.
/// </summary>
/// <param name="Name">Name of the initializer that it comes from, for layer names and metadata.</param>
/// <param name="Dims">Shape, batch axis (if any) included.</param>
/// <param name="Doubles">Elements of type Double, Float16 or BFloat16, each a number of that type.</param>
internal sealed record ConstantValue(string Name, int[] Dims, OnnxDataType Type, float[]? Floats, double[]? Doubles, long[]? Integers)
{
    /// <summary>Stands for the number of images in an integer tensor that a Shape node makes.</summary>
    public const long Batch = long.MinValue;

    /// <summary>The codes and scales, if a DequantizeLinear made the floats.</summary>
    public QuantizedOrigin? Quantized { get; init; }

    /// <summary>Whether a constant Sign or Where made the floats, scaled or not: they may be 1-bit weights.</summary>
    public bool IsSign { get; init; }

    public int Count => Floats?.Length ?? Doubles?.Length ?? Integers!.Length;

    public bool HasBatch { get; } = Integers is not null && Integers.Contains(Batch);

    public static ConstantValue OfFloats(string name, int[] dims, float[] floats) =>
        new(name, dims, OnnxDataType.Float, floats, null, null);

    /// <param name="doubles">Rounded to the type here.</param>
    public static ConstantValue OfDoubles(string name, int[] dims, double[] doubles, OnnxDataType type) =>
        new(name, dims, type, null, type switch
        {
            OnnxDataType.Float16 => Array.ConvertAll(doubles, x => (double)(Half)x),
            OnnxDataType.BFloat16 => Array.ConvertAll(doubles, x => (double)TensorData.BFloat16(TensorEncoder.NearestBFloat16((float)x))),
            _ => doubles,
        }, null);

    public static ConstantValue OfIntegers(string name, int[] dims, long[] integers, OnnxDataType type = OnnxDataType.Int64) =>
        new(name, dims, type, null, null, integers);

    /// <exception cref="ModelException">The tensor's type, dimensions and data do not agree, or an element is not finite.</exception>
    public static ConstantValue FromTensor(OnnxTensor tensor, string name)
    {
        TensorData.ElementCount(tensor);
        if (tensor.Dims.Length > ModelLimits.MostAxes)
            throw new ModelException($"Tensor '{name}' has {tensor.Dims.Length} axes; at most {ModelLimits.MostAxes} are supported.");
        var type = TensorData.TypeOf(tensor);
        int[] dims = Array.ConvertAll(tensor.Dims, size => (int)size);
        var constant = type == OnnxDataType.Float ? OfFloats(name, dims, TensorData.ToFloats(tensor))
            : TensorData.IsFloating(type) ? OfDoubles(name, dims, TensorData.ToDoubles(tensor), type)
            : OfIntegers(name, dims, TensorData.ToLongs(tensor), type);
        if (constant.HasBatch) throw new ModelException($"Tensor '{name}' holds {Batch}; integers above it are supported.");
        return constant.NotFinite is { } found
            ? throw new ModelException($"Tensor '{name}' holds {found}; only finite numbers are supported.") : constant;
    }

    /// <summary>The first element that is NaN or infinite, with its index; null if there is none.
    /// Unchecked, it would become a code or a level like any other.</summary>
    public string? NotFinite
    {
        get
        {
            int at = Floats is not null ? Array.FindIndex(Floats, x => !float.IsFinite(x))
                : Doubles is not null ? Array.FindIndex(Doubles, x => !double.IsFinite(x))
                : -1;
            return at < 0 ? null
                : string.Create(CultureInfo.InvariantCulture, $"{Floats?[at] ?? Doubles![at]} at index [{string.Join(", ", Index(at))}]");
        }
    }

    /// <summary>Returns elements of any type; integers beyond 2^53 are rounded.</summary>
    public double[] ToDoubles() => Doubles
        ?? (Floats is not null ? Array.ConvertAll(Floats, x => (double)x) : Array.ConvertAll(Integers!, x => (double)x));

    /// <summary>Returns sizes, axes or pads: a vector of int64.</summary>
    /// <exception cref="ModelException">It is of another type or shape.</exception>
    public long[] Longs(NodeView node, string what, bool scalarAllowed = false)
    {
        bool fits = Type == OnnxDataType.Int64 && (Dims.Length == 1 || (scalarAllowed && Dims.Length == 0));
        return fits ? Integers!
            : throw node.Error($"its {what} '{Name}' is of type {Type} and shape [{string.Join(", ", Dims)}]; "
                + "it must be a vector of Int64");
    }

    private int[] Index(int at)
    {
        var index = new int[Dims.Length];
        for (int axis = index.Length - 1; axis >= 0; at /= Dims[axis--]) index[axis] = at % Dims[axis];
        return index;
    }
}

/// <summary>What a DequantizeLinear read: float = (code - zero point) * scale.</summary>
/// <param name="Codes">Codes, in the shape of the floats.</param>
/// <param name="Scales">One scale, or one per index of <paramref name="Axis"/>.</param>
/// <param name="ZeroPoints">As many as scales.</param>
/// <param name="Type">Type of the codes.</param>
internal sealed record QuantizedOrigin(int[] Codes, float[] Scales, int[] ZeroPoints, int Axis, OnnxDataType Type);
