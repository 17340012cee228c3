using System.Runtime.Intrinsics;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// float32 lanes, each with its own sum. The number of lanes does not change the result (ARITHMETIC §6).
/// </summary>
internal unsafe interface IFloatLanes<TSelf> where TSelf : struct, IFloatLanes<TSelf>
{
    static abstract int Count { get; }
    static abstract TSelf Load(float* source);
    static abstract TSelf Broadcast(float every);
    static abstract TSelf Add(TSelf left, TSelf right);

    /// <summary>Returns sum + left * right; product and sum are rounded separately, never fused.</summary>
    static abstract TSelf AddProduct(TSelf sum, TSelf left, TSelf right);

    void Store(float* destination);
}

internal readonly unsafe struct FloatLanes512(Vector512<float> lanes) : IFloatLanes<FloatLanes512>
{
    private readonly Vector512<float> _lanes = lanes;

    public static int Count => Vector512<float>.Count;
    public static FloatLanes512 Load(float* source) => new(Vector512.Load(source));
    public static FloatLanes512 Broadcast(float every) => new(Vector512.Create(every));
    public static FloatLanes512 Add(FloatLanes512 left, FloatLanes512 right) => new(left._lanes + right._lanes);
    public static FloatLanes512 AddProduct(FloatLanes512 sum, FloatLanes512 left, FloatLanes512 right) =>
        new(sum._lanes + (left._lanes * right._lanes));
    public void Store(float* destination) => _lanes.Store(destination);
}

internal readonly unsafe struct FloatLanes256(Vector256<float> lanes) : IFloatLanes<FloatLanes256>
{
    private readonly Vector256<float> _lanes = lanes;

    public static int Count => Vector256<float>.Count;
    public static FloatLanes256 Load(float* source) => new(Vector256.Load(source));
    public static FloatLanes256 Broadcast(float every) => new(Vector256.Create(every));
    public static FloatLanes256 Add(FloatLanes256 left, FloatLanes256 right) => new(left._lanes + right._lanes);
    public static FloatLanes256 AddProduct(FloatLanes256 sum, FloatLanes256 left, FloatLanes256 right) =>
        new(sum._lanes + (left._lanes * right._lanes));
    public void Store(float* destination) => _lanes.Store(destination);
}

internal readonly unsafe struct FloatLanes128(Vector128<float> lanes) : IFloatLanes<FloatLanes128>
{
    private readonly Vector128<float> _lanes = lanes;

    public static int Count => Vector128<float>.Count;
    public static FloatLanes128 Load(float* source) => new(Vector128.Load(source));
    public static FloatLanes128 Broadcast(float every) => new(Vector128.Create(every));
    public static FloatLanes128 Add(FloatLanes128 left, FloatLanes128 right) => new(left._lanes + right._lanes);
    public static FloatLanes128 AddProduct(FloatLanes128 sum, FloatLanes128 left, FloatLanes128 right) =>
        new(sum._lanes + (left._lanes * right._lanes));
    public void Store(float* destination) => _lanes.Store(destination);
}
