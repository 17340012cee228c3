using System.Reflection;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.BitVectors;

/// <summary>
/// The methods of lanes that emitted code calls. Each is taken from a delegate instead of looked up by name. So a renamed method or a
/// changed signature is a compile error here, and tools that analyse the assembly see the calls.
/// </summary>
internal static class LaneMethods<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    public static MethodInfo And { get; } = ((Func<TVector, TVector, TVector>)TLanes.And).Method;
    public static MethodInfo AndNot { get; } = ((Func<TVector, TVector, TVector>)TLanes.AndNot).Method;
    public static MethodInfo Or { get; } = ((Func<TVector, TVector, TVector>)TLanes.Or).Method;
    public static MethodInfo Xor { get; } = ((Func<TVector, TVector, TVector>)TLanes.Xor).Method;
    public static MethodInfo Not { get; } = ((Func<TVector, TVector>)TLanes.Not).Method;
    public static MethodInfo Repeat { get; } = ((Func<ulong, TVector>)TLanes.Repeat).Method;
    public static MethodInfo RepeatByte { get; } = ((Func<byte, TVector>)TLanes.RepeatByte).Method;
    public static MethodInfo Zero { get; } = GetterOf(nameof(ILanes<>.Zero));
    public static MethodInfo Ones { get; } = GetterOf(nameof(ILanes<>.Ones));

    /// <summary>The operation of three operands; null on a machine without it.</summary>
    public static MethodInfo? Ternary { get; } = TLanes.TernaryLogic?.Method;

    /// <summary>A property gives no delegate, but nameof checks its name, and it has no overloads.</summary>
    private static MethodInfo GetterOf(string property) => typeof(TLanes).GetProperty(property)!.GetMethod!;
}
