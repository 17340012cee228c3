using System.Reflection;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.BitVectors;

/// <summary>
/// The methods of lanes that emitted code calls. Each is taken as a delegate, not looked up by its name: a method that is renamed, or that
/// takes other operands, no longer compiles here, and whoever reads the compiled engine for what it calls finds them.
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

    /// <summary>Null: the machine has no operation of three operands.</summary>
    public static MethodInfo? Ternary { get; } = TLanes.TernaryLogic?.Method;

    /// <summary>No delegate can be made of a property; but its name is checked too, and has no overloads.</summary>
    private static MethodInfo GetterOf(string property) => typeof(TLanes).GetProperty(property)!.GetMethod!;
}
