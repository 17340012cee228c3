using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>Functions that are applied to each element. The result may be the input's own span.</summary>
internal static class Elementwise
{
    /// <summary>Relu and Sign keep a NaN; Not is 1 for an input of 0, else 0; Round takes halves to the even integer.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static void Unary(ReadOnlySpan<float> input, UnaryKind kind, Span<float> result)
    {
        SpanChecks.Require(result, input.Length, nameof(result));
        switch (kind)
        {
            case UnaryKind.Relu: TensorPrimitives.Max(input, 0f, result); break;
            case UnaryKind.Sign: Signs(input, result); break;
            case UnaryKind.Identity: input.CopyTo(result); break;
            case UnaryKind.Not: Not(input, result); break;
            case UnaryKind.Abs: TensorPrimitives.Abs(input, result); break;
            case UnaryKind.Neg: TensorPrimitives.Negate(input, result); break;
            case UnaryKind.Reciprocal: TensorPrimitives.Divide(1f, input, result); break;
            case UnaryKind.Floor: TensorPrimitives.Floor(input, result); break;
            case UnaryKind.Ceil: TensorPrimitives.Ceiling(input, result); break;
            case UnaryKind.Round: TensorPrimitives.Round(input, result); break;
            case UnaryKind.Sqrt: TensorPrimitives.Sqrt(input, result); break;
            case UnaryKind.Float16: Float16(input, result); break;
            case UnaryKind.BFloat16: BFloat16(input, result); break;
            default: throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a unary operator.");
        }
    }

    /// <summary>Computes min(max(x, low), high); NaN stays NaN.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static void Clip(ReadOnlySpan<float> input, float low, float high, Span<float> result)
    {
        SpanChecks.Require(result, input.Length, nameof(result));
        TensorPrimitives.Max(input, low, result);
        TensorPrimitives.Min(result, high, result);
    }

    /// <summary>Computes x * scale[channel] + shift[channel] over <c>[channel, ...]</c>; product and sum are rounded separately.</summary>
    /// <exception cref="ArgumentException">The spans do not fit together.</exception>
    public static void ChannelAffine(ReadOnlySpan<float> input, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, Span<float> result)
    {
        SpanChecks.Require(result, input.Length, nameof(result));
        SpanChecks.Require(shift, scale.Length, nameof(shift));
        int size = SizeOfChannel(input, scale.Length);
        for (int channel = 0; channel < scale.Length; channel++)
        {
            var part = result.Slice(channel * size, size);
            TensorPrimitives.Multiply(input.Slice(channel * size, size), scale[channel], part);
            TensorPrimitives.Add(part, shift[channel], part);
        }
    }

    /// <summary>Computes x if x >= 0, else x * slope, over <c>[channel, ...]</c>, with one slope per channel or one for all.</summary>
    /// <exception cref="ArgumentException">The spans do not fit together.</exception>
    public static void PRelu(ReadOnlySpan<float> input, ReadOnlySpan<float> slopes, Span<float> result)
    {
        SpanChecks.Require(result, input.Length, nameof(result));
        int size = SizeOfChannel(input, slopes.Length);
        for (int channel = 0; channel < slopes.Length; channel++)
            PReluChannel(input.Slice(channel * size, size), slopes[channel], result.Slice(channel * size, size));
    }

    private static void PReluChannel(ReadOnlySpan<float> input, float slope, Span<float> result)
    {
        int i = 0;
        for (; i <= input.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var x = Vector256.Create(input[i..]);
            Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(x, Vector256<float>.Zero), x, x * slope).CopyTo(result[i..]);
        }
        for (; i < input.Length; i++) result[i] = input[i] >= 0 ? input[i] : input[i] * slope;
    }

    private static int SizeOfChannel(ReadOnlySpan<float> input, int channels)
    {
        if (channels == 0 || input.Length % channels != 0)
            throw new ArgumentException($"{input.Length} elements do not divide into {channels} channels.", nameof(input));
        return input.Length / channels;
    }

    private static void Signs(ReadOnlySpan<float> input, Span<float> result)
    {
        for (int i = 0; i < result.Length; i++)
        {
            float x = input[i];
            result[i] = x > 0 ? 1 : x < 0 ? -1 : x;
        }
    }

    private static void Float16(ReadOnlySpan<float> input, Span<float> result)
    {
        for (int i = 0; i < result.Length; i++) result[i] = (float)(Half)input[i];
    }

    /// <summary>A bfloat16 is the upper half of a float32.</summary>
    private static void BFloat16(ReadOnlySpan<float> input, Span<float> result)
    {
        for (int i = 0; i < result.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(input[i]);
            result[i] = float.IsNaN(input[i]) ? input[i]
                : BitConverter.UInt32BitsToSingle(bits + 0x7FFF + (bits >> 16 & 1) & 0xFFFF_0000);
        }
    }

    private static void Not(ReadOnlySpan<float> input, Span<float> result)
    {
        for (int i = 0; i < result.Length; i++) result[i] = input[i] == 0 ? 1 : 0;
    }
}
