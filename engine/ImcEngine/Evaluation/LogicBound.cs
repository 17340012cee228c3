using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Evaluation;

/// <summary>
/// The measured speed of a thread's vector logic, from a loop of full adders that use no memory and hardly depend on each other.
/// <code>
/// full adder   sum = a ^ b ^ c, carry = at least two of a, b, c: 2 operations with ternary logic, else 5
/// bound        binary MAC/s = full adders/s * lanes / share of rows that are added
/// </code>
/// The bound is the speed of a kernel that computes one full adder for each row whose input bit is set (or clear, if those are fewer), with
/// a weight in every lane, and nothing else: no loads, no ADC, no shift-and-add. A kernel can be faster where columns share rows, or
/// because <see cref="CarrySaveCounterEmitter"/> saves operations in pairs of full adders.
/// </summary>
/// <param name="Lanes">The number of lanes of a vector.</param>
/// <param name="OperationsPerAdder">The number of logic operations of a full adder.</param>
/// <param name="AddersPerSecond">The full adders per second of one thread, while all threads run.</param>
internal sealed record LogicBound(int Lanes, int OperationsPerAdder, double AddersPerSecond)
{
    private const int Chains = 6, Repeats = 1 << 16, Rounds = 24;

    public double OperationsPerSecond => AddersPerSecond * OperationsPerAdder;

    /// <summary>The maximum number of binary multiply-accumulates per second of one thread.</summary>
    /// <param name="addedShare">The share of rows that are added, 0 .. 1.</param>
    public double BinaryMacsPerSecond(double addedShare) => AddersPerSecond * Lanes / addedShare;

    /// <summary>Measures the vectors that a kernel uses, on this number of threads at once. Returns null for a kernel that does not consist
    /// of full adders.</summary>
    internal static LogicBound? Measure(KernelId kernel, int threads)
    {
        Func<double>? measure = kernel.Vectors switch
        {
            KernelVectors.Bits64 => AddersOf<Lanes64, ulong>,
            KernelVectors.Bits256 => AddersOf<Lanes256, Vector256<ulong>>,
            KernelVectors.Bits256Ternary => AddersOf<Lanes256Ternary, Vector256<ulong>>,
            KernelVectors.Bits512Ternary => AddersOf<Lanes512Ternary, Vector512<ulong>>,
            _ => null,
        };
        if (measure is null) return null;
        double[] adders = new double[threads];
        // The first of the two passes compiles the code.
        for (int pass = 0; pass < 2; pass++)
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => adders[i] = measure());
        return new(kernel.VectorBits, kernel.HasTernaryLogic ? 2 : 5, adders.Average());
    }

    /// <summary>Returns the best of several rounds, because other work of the machine can only make a round slower.</summary>
    private static double AddersOf<TLanes, TVector>() where TLanes : ILanes<TVector> where TVector : unmanaged
    {
        double best = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            _ = Spin<TLanes, TVector>(TLanes.Repeat((ulong)start));
            best = Math.Max(best, (double)Chains * Repeats / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }

    // Not inlined, so that its result counts as used.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TVector Spin<TLanes, TVector>(TVector c) where TLanes : ILanes<TVector> where TVector : unmanaged
    {
        TVector s0 = c, s1 = TLanes.Not(c), s2 = TLanes.ShiftLeft(c, 1), s3 = TLanes.ShiftLeft(c, 2), s4 = TLanes.ShiftLeft(c, 3),
            s5 = TLanes.ShiftLeft(c, 4);
        TVector c0 = s5, c1 = s4, c2 = s3, c3 = s2, c4 = s1, c5 = s0;
        for (int i = 0; i < Repeats; i++)
        {
            (s0, c0) = (TLanes.Sum(s0, c0, c), TLanes.Carry(s0, c0, c));
            (s1, c1) = (TLanes.Sum(s1, c1, c), TLanes.Carry(s1, c1, c));
            (s2, c2) = (TLanes.Sum(s2, c2, c), TLanes.Carry(s2, c2, c));
            (s3, c3) = (TLanes.Sum(s3, c3, c), TLanes.Carry(s3, c3, c));
            (s4, c4) = (TLanes.Sum(s4, c4, c), TLanes.Carry(s4, c4, c));
            (s5, c5) = (TLanes.Sum(s5, c5, c), TLanes.Carry(s5, c5, c));
        }
        var sums = TLanes.Xor(TLanes.Sum(s0, s1, s2), TLanes.Sum(s3, s4, s5));
        return TLanes.Xor(sums, TLanes.Xor(TLanes.Sum(c0, c1, c2), TLanes.Sum(c3, c4, c5)));
    }
}
