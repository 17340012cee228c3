namespace ImcEngine.Networks.Graph;

/// <summary>The shape of a tensor of one image, without the batch axis: <c>[channel, y, x]</c>, <c>[feature]</c>, or any other
/// rank.</summary>
internal sealed class TensorShape : IEquatable<TensorShape>
{
    private readonly int[] _sizes;

    public TensorShape(params ReadOnlySpan<int> sizes)
    {
        long count = 1;
        foreach (int size in sizes)
        {
            if (size <= 0) throw new ArgumentException($"Shape [{string.Join(", ", sizes.ToArray())}] has a size that is not positive.");
            count *= size;
            if (count > int.MaxValue)
                throw new ArgumentException($"Shape [{string.Join(", ", sizes.ToArray())}] has more than 2^31 - 1 elements.");
        }
        _sizes = sizes.ToArray();
        Count = (int)count;
    }

    public ReadOnlySpan<int> Sizes => _sizes;
    public int Rank => _sizes.Length;
    public int Count { get; }
    public int this[int axis] => _sizes[axis];

    public bool Equals(TensorShape? other) => other is not null && _sizes.AsSpan().SequenceEqual(other._sizes);
    public override bool Equals(object? obj) => Equals(obj as TensorShape);
    public override int GetHashCode() => _sizes.Aggregate(17, HashCode.Combine);
    public override string ToString() => $"[{string.Join(", ", _sizes)}]";
}
