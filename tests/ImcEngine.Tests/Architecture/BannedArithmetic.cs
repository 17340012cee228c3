using ImcEngine.Data;

namespace ImcEngine.Tests.Architecture;

/// <summary>What must not touch a die, an image, a code or a logit, because CPUs,
/// vector widths or library versions differ in it (ARITHMETIC §6).</summary>
internal static class BannedArithmetic
{
    private static readonly HashSet<string> Transcendentals =
    [
        .. from name in new[] { "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Atan2", "Exp", "Exp2", "Exp10", "Log", "Log2", "Log10" }
           from suffix in new[] { "", "h", "Pi", "M1", "P1" }
           select name + suffix,
        "SinCos", "SinCosPi", "Pow", "Cbrt", "RootN", "Hypot", "Sigmoid", "SoftMax", "DegreesToRadians", "RadiansToDegrees",
    ];

    private static readonly HashSet<string> Reductions =
    [
        "Sum", "SumOfSquares", "SumOfMagnitudes", "Dot", "Norm", "Product", "ProductOfDifferences", "ProductOfSums", "CosineSimilarity",
        "Distance", "Average",
        "StdDev",
    ];

    /// <summary>Float vectors of fixed size, whose products and lengths are free to fuse.</summary>
    private static readonly HashSet<string> WholeTypes =
    [
        "System.Random", "System.Security.Cryptography.RandomNumberGenerator", "System.Numerics.Vector2", "System.Numerics.Vector3",
        "System.Numerics.Vector4",
        "System.Numerics.Quaternion", "System.Numerics.Plane", "System.Numerics.Matrix3x2", "System.Numerics.Matrix4x4",
    ];

    private static readonly HashSet<string> VectorTypes =
    [
        "System.Numerics.Vector", "System.Runtime.Intrinsics.Vector64", "System.Runtime.Intrinsics.Vector128",
        "System.Runtime.Intrinsics.Vector256",
        "System.Runtime.Intrinsics.Vector512",
    ];

    public const string LookedUp = "no method looked up by its name: one that is taken as a delegate is checked as if it were called";

    /// <summary>What finds a method that no instruction names, so that code can be emitted or run which calls anything.</summary>
    private static readonly HashSet<string> Lookups =
    [
        .. from sort in new[] { "Method", "Constructor", "Member", "Property", "RuntimeMethod", "DeclaredMethod" }
           from name in new[] { $"Get{sort}", $"Get{sort}s", $"Get{sort.Replace("Property", "Propertie")}s" }
           select name,
        "InvokeMember", "ResolveMethod",
    ];

    private static readonly HashSet<string> TypesThatLookUp =
    [
        "System.Type", "System.Reflection.TypeInfo", "System.Reflection.Module", "System.Reflection.IReflect",
        "System.Reflection.RuntimeReflectionExtensions",
    ];

    /// <summary>Which rule the call breaks; null when it breaks none.</summary>
    public static string? RuleBrokenBy(MethodCall call)
    {
        if (TypesThatLookUp.Contains(call.Type) && Lookups.Contains(call.Method))
            return LookedUp;
        if (WholeTypes.Contains(call.Type)) return "randomness comes from keyed draws, float vectors of fixed size may fuse";
        if (IsFused(call)) return "no fused multiply-add";
        if (IsNumberType(call.Type) && call.Method.Contains("Reciprocal", StringComparison.Ordinal)) return "no estimate instructions";
        if (IsNumberType(call.Type) && Transcendentals.Contains(call.Method)) return "no library transcendental";
        if (call.Type == "System.Numerics.Tensors.TensorPrimitives" && Reductions.Contains(call.Method))
            return "no reduction whose order the library chooses";
        if (VectorTypes.Contains(call.Type) && Reductions.Contains(call.Method) && !IsOverIntegers(call))
            return "no reduction over floats whose order the library chooses";
        return null;
    }

    private static bool IsFused(MethodCall call) =>
        call.Type.Split('.').Contains("Fma")
        || IsNumberType(call.Type)
            && (call.Method.Contains("Fused", StringComparison.Ordinal) || call.Method is "MultiplyAddEstimate" or "Lerp");

    private static bool IsNumberType(string type) =>
        type is "System.Math" or "System.MathF" or "System.Single" or "System.Double" or "System.Half"
        || type.StartsWith("System.Runtime.Intrinsics.", StringComparison.Ordinal)
        || type.StartsWith("System.Numerics.", StringComparison.Ordinal)
           && type is not ("System.Numerics.BitOperations" or "System.Numerics.BigInteger" or "System.Numerics.IBinaryNumber`1");

    private static bool IsOverIntegers(MethodCall call) =>
        new[] { "Single", "Double", "Half", "!" }.All(name => !call.Signature.Split(' ')[0].Contains(name, StringComparison.Ordinal));
}
