using ImcEngine.BitPlanes;

namespace ImcEngine.Mapping;

/// <summary>A layer on the macro, with everything that depends on neither the image nor the die. It is immutable and shared by all
/// threads.</summary>
public sealed class MappedLayer
{
    private readonly List<(int[] RowGroups, MappedLayer Part)> _parts = [];
    private readonly List<(DigitPart Digits, MappedLayer Part)> _ofDigits = [];

    /// <param name="map">The placement of the layer's weights.</param>
    /// <param name="weightCodes">The layer's weights, <c>[outputChannel, channel in group, ky, kx]</c>.</param>
    /// <param name="inputMayBeUndriven">Whether the input quantizer is the three-valued sign, so that code 0 drives no row.</param>
    /// <param name="ordinal">The ordinal of the layer among the network's macro layers: the <c>layer</c> field of every random
    /// draw.</param>
    internal MappedLayer(LayerMap map, short[] weightCodes, bool inputMayBeUndriven, int ordinal = 0)
    {
        Map = map;
        WeightCodes = map.WeightOffset == 0 ? weightCodes : Array.ConvertAll(weightCodes, code => (short)(code + map.WeightOffset));
        InputMayBeUndriven = inputMayBeUndriven;
        Ordinal = ordinal;
        Borders = new(map.Geometry);
        Patch = new(map.Geometry);
        Weights = new(map, WeightCodes);
        LargestGroup = map.Groups.Max(group => group.Rows);
    }

    /// <summary>The part of a layer that some row groups make.</summary>
    private MappedLayer(MappedLayer whole, int[] rowGroups)
    {
        Map = whole.Map.OfRowGroups(rowGroups);
        (WeightCodes, InputMayBeUndriven, Ordinal, Borders, Patch, Weights) =
            (whole.WeightCodes, whole.InputMayBeUndriven, whole.Ordinal, whole.Borders, whole.Patch, whole.Weights.OfPart());
        LargestGroup = Map.Groups.Max(group => group.Rows);
    }

    /// <summary>The part of a layer that some digit pairs make.</summary>
    private MappedLayer(MappedLayer whole, DigitPart digits)
    {
        Map = whole.Map.OfDigits(digits);
        WeightCodes = Array.ConvertAll(whole.WeightCodes, code => (short)whole.Map.WeightFormat.CodeWithin(digits.Weights, code));
        (InputMayBeUndriven, Ordinal, Borders, Patch, LargestGroup) =
            (whole.InputMayBeUndriven, whole.Ordinal, whole.Borders, whole.Patch, whole.LargestGroup);
        Weights = new(Map, WeightCodes);
    }

    public LayerMap Map { get; }
    internal bool InputMayBeUndriven { get; }
    internal int Ordinal { get; }

    /// <summary>The number of rows of the largest row group.</summary>
    public int LargestGroup { get; }

    /// <summary>The least partial sum that can occur, in counts.</summary>
    public int LeastPartialSum => LargestGroup * Map.Products.Least;

    /// <summary>The greatest partial sum that can occur, in counts.</summary>
    public int MostPartialSum => LargestGroup * Map.Products.Most;

    /// <summary>The greatest magnitude of a partial sum, in counts.</summary>
    internal int LargestPartialSum => Math.Max(-LeastPartialSum, MostPartialSum);

    /// <summary>The layout of one image's input codes as <see cref="PixelBits"/>.</summary>
    internal PixelBits Inputs =>
        new(Map.Geometry.InputChannels, Map.Geometry.InputHeight * Map.Geometry.InputWidth, Map.InputFormat, InputMayBeUndriven);

    /// <summary>The weights as cells hold them, <see cref="LayerMap.WeightOffset"/> included.</summary>
    internal short[] WeightCodes { get; }
    internal BorderClasses Borders { get; }
    internal Patch Patch { get; }
    internal PackedWeights Weights { get; }

    /// <summary>Returns the layer with some of its row groups alone: the sums over such parts add up to those of the layer. A part is made
    /// once, so that all dies share the tables that kernels make of its weights.</summary>
    /// <param name="rowGroups">The row groups, ascending.</param>
    internal MappedLayer OfRowGroups(int[] rowGroups) => rowGroups.Length == Map.Groups.Length ? this
        : MadeOnce(_parts, rowGroups, static (made, asked) => made.AsSpan().SequenceEqual(asked), () => new(this, rowGroups));

    /// <summary>Returns the layer that some digit pairs make by themselves (<see cref="DigitPart"/>), which is made once too.</summary>
    internal MappedLayer OfDigits(DigitPart digits) =>
        MadeOnce(_ofDigits, digits, static (made, asked) => made == asked, () => new(this, digits));

    private static MappedLayer MadeOnce<TKey>(List<(TKey Key, MappedLayer Part)> parts, TKey key, Func<TKey, TKey, bool> areSame,
        Func<MappedLayer> make)
    {
        lock (parts)
        {
            foreach (var (made, part) in parts)
                if (areSame(made, key)) return part;
            parts.Add((key, make()));
            return parts[^1].Part;
        }
    }

    /// <summary>Returns the rows that an XNOR array drives at an output pixel, as bits.</summary>
    /// <param name="pixel">The output pixel, row-major.</param>
    /// <param name="patch">The pixel's patch, <c>[plane, word]</c>.</param>
    internal ReadOnlySpan<ulong> Driven(int pixel, ReadOnlySpan<ulong> patch) =>
        InputMayBeUndriven ? patch.Slice(Map.InputFormat.Bits * Patch.Words, Patch.Words) : Borders.Driven(Borders.ClassOf(pixel));
}
