using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>What one pixel's conversions of single planes would sum.</summary>
/// <param name="counts">The counts of <see cref="MatchCounter"/>, <c>[input plane][weight plane of the convolution group]</c>.</param>
/// <param name="countStride">The distance from one input plane's counts to the next one's.</param>
/// <param name="driven">The driven rows, one per input plane.</param>
/// <param name="cells">The deviations of the driven cells.</param>
internal readonly unsafe struct PlaneSums(int* counts, int countStride, DrivenRows* driven, CellQuanta cells)
{
    public DrivenRows* Driven => driven;
    public CellQuanta Cells => cells;

    public int* Counts(int inputPlane) => counts + (long)inputPlane * countStride;
}

/// <summary>
/// Adds the sums of planes to those of digits, first over the planes of an input digit and then over those of a weight digit:
/// <code>
/// of input digit   [weight plane] = sum over its planes i of r(i) * (scale(i) * matches(i) + bias(i))
/// of digit pair                   = sum over the weight digit's planes j of r(j) * [weight plane j]
/// </code>
/// </summary>
internal sealed unsafe class DigitSums
{
    /// <summary>Digits are converted in parts that begin at a multiple of this number of outputs.</summary>
    private const int OutputStep = 16;

    private readonly LayerMap _map;

    public DigitSums(LayerMap map)
    {
        _map = map;
        MostOutputs = DieConversions.MostColumns / map.WeightFormat.Bits / OutputStep * OutputStep;
    }

    /// <summary>The most outputs of a part: those whose planes, and so columns and digits, are no more than
    /// <see cref="DieConversions.MostColumns"/>.</summary>
    public int MostOutputs { get; }

    /// <summary>Adds the sums of some outputs.</summary>
    /// <param name="sums">The partial sums of digits in counts, <c>[input digit][weight digit of these outputs]</c>, with
    /// <see cref="PlaneConversions.CountStride"/>; written.</param>
    /// <param name="deviations">The deviations in quanta, likewise; null where cells do not deviate.</param>
    /// <typeparam name="T">The integer of a deviation.</typeparam>
    [SkipLocalsInit]
    public void Add<T>(in PlaneSums planes, int firstOutput, int outputs, int* sums, T* deviations) where T : unmanaged, INumber<T>
    {
        int* ofPlanes = stackalloc int[DieConversions.MostColumns];
        T* deviationsOfPlanes = stackalloc T[DieConversions.MostColumns];
        int first = firstOutput * _map.WeightFormat.Bits, count = outputs * _map.WeightFormat.Bits;
        for (int input = 0; input < _map.InputDigits.Count; input++, sums += PlaneConversions.CountStride)
        {
            if (Vector512.IsHardwareAccelerated) AddInputs<IntLanes512>(planes, input, first, count, ofPlanes);
            else AddInputs<IntLanes256>(planes, input, first, count, ofPlanes);
            AddWeights(ofPlanes, outputs, sums);
            if (deviations is null) continue;
            AddDeviations(planes, input, first, count, deviationsOfPlanes);
            AddWeights(deviationsOfPlanes, outputs, deviations);
            deviations += PlaneConversions.CountStride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddInputs<TInts>(in PlaneSums planes, int input, int first, int count, int* sums) where TInts : struct, IIntLanes<TInts>
    {
        var digit = _map.InputDigits[input];
        for (int column = 0; column < count; column += TInts.Count)
        {
            var sum = TInts.All(0);
            for (int plane = digit.FirstPlane; plane < digit.EndPlane; plane++)
            {
                int r = _map.InputDigits.Relative(input, plane);
                TInts scale = TInts.All(r * planes.Driven[plane].ScaleCounts), bias = TInts.All(r * planes.Driven[plane].BiasCounts);
                sum = TInts.Add(sum, TInts.Add(TInts.Multiply(TInts.Load(planes.Counts(plane) + first + column), scale), bias));
            }
            sum.Store(sums + column);
        }
    }

    private void AddDeviations<T>(in PlaneSums planes, int input, int first, int count, T* deviations) where T : unmanaged, INumber<T>
    {
        new Span<T>(deviations, count).Clear();
        var digit = _map.InputDigits[input];
        for (int plane = digit.FirstPlane; plane < digit.EndPlane; plane++)
        {
            T r = T.CreateTruncating(_map.InputDigits.Relative(input, plane));
            var ofPlane = planes.Cells.OfPlane(plane);
            for (int segment = 0; segment < ofPlane.Segments; segment++)
            {
                short* quanta = ofPlane.First + (long)segment * ofPlane.Stride + first;
                for (int column = 0; column < count; column++) deviations[column] += r * T.CreateTruncating(quanta[column]);
            }
        }
    }

    /// <summary>Adds the weight planes of each digit.</summary>
    /// <param name="ofPlanes">One per weight plane.</param>
    /// <param name="sums">One per weight digit; written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddWeights<T>(T* ofPlanes, int outputs, T* sums) where T : unmanaged, INumber<T>
    {
        int bits = _map.WeightFormat.Bits, digits = _map.WeightDigits.Count;
        for (int i = 0; i < digits; i++)
        {
            var digit = _map.WeightDigits[i];
            for (int plane = digit.FirstPlane; plane < digit.EndPlane; plane++)
            {
                T r = T.CreateTruncating(_map.WeightDigits.Relative(i, plane));
                bool isFirst = plane == digit.FirstPlane;
                T* from = ofPlanes + plane, to = sums + i;
                for (int output = 0; output < outputs; output++, from += bits, to += digits) *to = (isFirst ? T.Zero : *to) + r * *from;
            }
        }
    }
}
