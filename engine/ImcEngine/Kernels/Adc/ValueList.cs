using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace ImcEngine.Kernels.Adc;

/// <summary>A list that is equal to any list of the same elements, so that records that contain it are compared by value.</summary>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Create))]
internal readonly struct ValueList<T>(ImmutableArray<T> elements) : IEquatable<ValueList<T>>, IEnumerable<T>
    where T : IEquatable<T>
{
    private readonly ImmutableArray<T> _elements = elements;

    public int Count => AsSpan().Length;

    public T this[int index] => AsSpan()[index];

    public ReadOnlySpan<T> AsSpan() => _elements.AsSpan();

    public bool Equals(ValueList<T> other) => AsSpan().SequenceEqual(other.AsSpan());

    public override bool Equals(object? obj) => obj is ValueList<T> other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var element in AsSpan()) hash.Add(element);
        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

internal static class ValueList
{
    public static ValueList<T> Create<T>(ReadOnlySpan<T> elements) where T : IEquatable<T> => new([.. elements]);
}
