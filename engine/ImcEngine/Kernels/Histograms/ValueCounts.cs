using System.Numerics;
using System.Runtime.CompilerServices;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Histograms;

/// <summary>
/// Counts the lanes that hold each value, in bit-sliced numbers of several columns.
/// <code>
/// upper planes   a tree of masks, from the highest plane down; a branch without a lane is left out
/// node           the lanes of a column whose value divided by 8 is the node's number
/// lower planes   c0, c1, c2; for each subset S of them:  lanes(S) = number of lanes of the node whose planes in S are all 1
/// value          lanes(exactly S) = sum over T containing S of (-1)^(|T| - |S|) lanes(T)
/// </code>
/// So the lower three planes need no branches, and eight counters serve eight values. A counter adds the masks of eight columns by
/// carry-save adders. Its planes of weight 1, 2 and 4 stay in memory as vectors; what it carries to 8 is counted at once.
/// </summary>
internal readonly unsafe ref struct ValueCounts<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>The number of columns that are added together.</summary>
    public const int Columns = 8;

    private const int LowPlanes = 3, Subsets = 1 << LowPlanes, CounterPlanes = 3;

    private readonly int _weightBits, _planes, _nodes;

    /// <summary><c>[weight bit][node][subset][plane]</c>, and <c>[weight bit][node][subset]</c>.</summary>
    private readonly TVector* _counters;

    /// <inheritdoc cref="_counters"/>
    private readonly long* _eights;

    /// <summary>Whether a node holds lanes, <c>[weight bit][node]</c>; the counters of others are not defined.</summary>
    private readonly bool* _isUsed;

    /// <summary>The masks of the nodes on the way from the root, <c>[plane][column]</c>, and the products of the lower planes,
    /// <c>[subset][column]</c>.</summary>
    private readonly TVector* _masks, _products;

    /// <param name="weightBits">The weight bits, which are counted apart.</param>
    /// <param name="planes">The planes of a number.</param>
    /// <param name="scratch">Holds the counters.</param>
    public ValueCounts(int weightBits, int planes, KernelScratch scratch)
    {
        (_weightBits, _planes, _nodes) = (weightBits, planes, 1 << (planes - LowPlanes));
        long nodes = (long)weightBits * _nodes, counters = nodes * Subsets * CounterPlanes * sizeof(TVector),
            eights = nodes * Subsets * sizeof(long), masks = (long)(planes + 1 + Subsets) * Columns * sizeof(TVector);
        byte* memory = scratch.ValueCounts.Pointer(counters + eights + masks + nodes);
        _counters = (TVector*)memory;
        _masks = (TVector*)(memory + counters);
        _products = _masks + ((planes + 1) * Columns);
        _eights = (long*)(memory + counters + masks);
        _isUsed = (bool*)(_eights + (nodes * Subsets));
        new Span<bool>(_isUsed, checked((int)nodes)).Clear();
    }

    /// <summary>Adds numbers.</summary>
    /// <param name="numbers"><c>[column][weight bit, the most significant first][plane]</c>.</param>
    /// <param name="columns">The number of columns, at most <see cref="Columns"/>.</param>
    /// <param name="lanes">The lanes to count.</param>
    public void Add(TVector* numbers, int columns, TVector lanes)
    {
        for (int column = 0; column < Columns; column++) _masks[column] = column < columns ? lanes : TLanes.Zero;
        for (int weightBit = 0; weightBit < _weightBits; weightBit++)
        {
            var ofBit = numbers + ((_weightBits - 1 - weightBit) * _planes);
            Multiply(ofBit);
            Split(ofBit, _masks, _planes - 1, weightBit, 0);
        }
    }

    /// <summary>Adds what was counted to a histogram, and starts again from zero.</summary>
    /// <param name="encoding">The encoding of the numbers.</param>
    public void MoveTo(ConversionHistogram histogram, int inputBit, CounterEncoding encoding)
    {
        var lanes = stackalloc long[Subsets];
        for (int weightBit = 0; weightBit < _weightBits; weightBit++)
            for (int node = 0; node < _nodes; node++)
            {
                int at = (weightBit * _nodes) + node;
                if (!_isUsed[at]) continue;
                _isUsed[at] = false;
                for (int subset = 0; subset < Subsets; subset++) lanes[subset] = LanesOf((at * Subsets) + subset);
                for (int plane = 1; plane < Subsets; plane *= 2)
                    for (int subset = 0; subset < Subsets; subset++)
                        if ((subset & plane) == 0) lanes[subset] -= lanes[subset | plane];
                for (int low = 0; low < Subsets; low++)
                    if (lanes[low] != 0) histogram.Add(inputBit, weightBit, encoding.PartialSumOf((node * Subsets) + low), lanes[low]);
            }
    }

    /// <summary>Returns the number of lanes of a counter.</summary>
    private long LanesOf(int counter)
    {
        var planes = _counters + (counter * CounterPlanes);
        return (8 * _eights[counter]) + (4 * CountOnes(planes[2])) + (2 * CountOnes(planes[1])) + CountOnes(planes[0]);
    }

    /// <summary>Computes the products of the lower planes of each column.</summary>
    private void Multiply(TVector* numbers)
    {
        int stride = _weightBits * _planes;
        for (int column = 0; column < Columns; column++, numbers += stride)
        {
            TVector c0 = numbers[0], c1 = numbers[1], c2 = numbers[2], c01 = TLanes.And(c0, c1);
            var products = _products + column;
            products[1 * Columns] = c0;
            products[2 * Columns] = c1;
            products[3 * Columns] = c01;
            products[4 * Columns] = c2;
            products[5 * Columns] = TLanes.And(c0, c2);
            products[6 * Columns] = TLanes.And(c1, c2);
            products[7 * Columns] = TLanes.And(c01, c2);
        }
    }

    /// <summary>Visits the nodes below a node.</summary>
    /// <param name="masks">The lanes of the node, <c>[column]</c>.</param>
    /// <param name="plane">The plane that divides the node's lanes.</param>
    /// <param name="number">The value of the planes above.</param>
    private void Split(TVector* numbers, TVector* masks, int plane, int weightBit, int number)
    {
        if (plane < LowPlanes)
        {
            AddNode((weightBit * _nodes) + number, masks);
            return;
        }
        var part = _masks + ((_planes - plane) * Columns);
        if (Halve(numbers + plane, masks, part, isUpper: true)) Split(numbers, part, plane - 1, weightBit, (number * 2) + 1);
        else
        {
            Split(numbers, masks, plane - 1, weightBit, number * 2);
            return;
        }
        if (Halve(numbers + plane, masks, part, isUpper: false)) Split(numbers, part, plane - 1, weightBit, number * 2);
    }

    /// <summary>Computes the lanes of half a node; returns whether there are any.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Halve(TVector* plane, TVector* masks, TVector* part, bool isUpper)
    {
        int stride = _weightBits * _planes;
        var any = TLanes.Zero;
        for (int column = 0; column < Columns; column++, plane += stride)
        {
            var half = isUpper ? TLanes.And(masks[column], *plane) : TLanes.AndNot(masks[column], *plane);
            part[column] = half;
            any = TLanes.Or(any, half);
        }
        return !TLanes.IsZero(any);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddNode(int node, TVector* masks)
    {
        if (!_isUsed[node]) Clear(node);
        TVector m0 = masks[0], m1 = masks[1], m2 = masks[2], m3 = masks[3], m4 = masks[4], m5 = masks[5], m6 = masks[6], m7 = masks[7];
        var counter = _counters + (node * Subsets * CounterPlanes);
        var eights = _eights + (node * Subsets);
        eights[0] += AddEight(counter, m0, m1, m2, m3, m4, m5, m6, m7);
        var products = _products + Columns;
        for (int subset = 1; subset < Subsets; subset++, products += Columns)
        {
            counter += CounterPlanes;
            eights[subset] += AddEight(counter, TLanes.And(m0, products[0]), TLanes.And(m1, products[1]), TLanes.And(m2, products[2]),
                TLanes.And(m3, products[3]), TLanes.And(m4, products[4]), TLanes.And(m5, products[5]), TLanes.And(m6, products[6]),
                TLanes.And(m7, products[7]));
        }
    }

    private void Clear(int node)
    {
        _isUsed[node] = true;
        var counters = _counters + ((long)node * Subsets * CounterPlanes);
        for (int i = 0; i < Subsets * CounterPlanes; i++) counters[i] = TLanes.Zero;
        new Span<long>(_eights + ((long)node * Subsets), Subsets).Clear();
    }

    /// <summary>Adds eight masks to a counter; returns the number of lanes whose counter went from below eight to eight or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long AddEight(TVector* counter, TVector a, TVector b, TVector c, TVector d, TVector e, TVector f, TVector g, TVector h)
    {
        TVector ones = counter[0], twos = counter[1], fours = counter[2];
        TVector twosA = TLanes.Carry(ones, a, b);
        ones = TLanes.Sum(ones, a, b);
        TVector twosB = TLanes.Carry(ones, c, d);
        ones = TLanes.Sum(ones, c, d);
        TVector foursA = TLanes.Carry(twos, twosA, twosB);
        twos = TLanes.Sum(twos, twosA, twosB);
        twosA = TLanes.Carry(ones, e, f);
        ones = TLanes.Sum(ones, e, f);
        twosB = TLanes.Carry(ones, g, h);
        counter[0] = TLanes.Sum(ones, g, h);
        TVector foursB = TLanes.Carry(twos, twosA, twosB);
        counter[1] = TLanes.Sum(twos, twosA, twosB);
        counter[2] = TLanes.Sum(fours, foursA, foursB);
        return CountOnes(TLanes.Carry(fours, foursA, foursB));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long CountOnes(TVector lanes)
    {
        long count = 0;
        var words = (ulong*)&lanes;
        for (int word = 0; word < TLanes.Bits / 64; word++) count += BitOperations.PopCount(words[word]);
        return count;
    }
}
