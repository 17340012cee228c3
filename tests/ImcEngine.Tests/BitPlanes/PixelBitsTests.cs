using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.BitPlanes;

public unsafe class PixelBitsTests
{
    public static IEnumerable<object?[]> Quantized { get; } = new TheoryData<QuantizerKind, string>()
    {
        { QuantizerKind.Sign, "bipolar:1" }, { QuantizerKind.ThreeValuedSign, "bipolar:1" }, { QuantizerKind.BipolarNearest, "bipolar:3" },
        { QuantizerKind.BipolarShifted, "bipolar:2" },
        { QuantizerKind.BipolarNearest, "bipolar:2" }, { QuantizerKind.Nearest, "unipolar:1" }, { QuantizerKind.Nearest, "unipolar:2" },
        { QuantizerKind.Nearest, "twos-complement:2" },
        { QuantizerKind.Nearest, "unipolar:4" }, { QuantizerKind.Nearest, "twos-complement:4" },
    };

    /// <summary>Pixels around bytes and words.</summary>
    [Theory]
    [MemberData(nameof(Quantized))]
    internal void Quantizing_to_bits_is_packing_codes_and_unpacking_gives_them_back(QuantizerKind kind, string text)
    {
        var format = OperandFormat.Parse(text);
        var node = new QuantizeNode("q", [0], 1, kind, format, 0.25f, format.MinCode, format.MaxCode);
        var random = new CaseRandom(3, (uint)kind);
        foreach (int pixels in (int[])[1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 100, 256])
        {
            const int Channels = 3;
            var layout = new PixelBits(Channels, pixels, format, kind == QuantizerKind.ThreeValuedSign);
            float[] x = [.. Enumerable.Range(0, Channels * pixels).Select(_ => random.Between(-20, 20) / 8f)];
            short[] codes = new short[x.Length], back = new short[x.Length];
            Quantizers.Quantize(x, node, codes);
            ulong[] packed = new ulong[layout.Length], direct = new ulong[layout.Length];
            Array.Fill(packed, ulong.MaxValue, 0, layout.Length - 1);
            Array.Fill(direct, ulong.MaxValue, 0, layout.Length - 1);
            fixed (ulong* p = packed, d = direct)
            {
                layout.Pack(codes, p);
                new PlaneQuantizer(node).Run(x, layout, 0, layout.Channels, d);
                layout.Unpack(p, back);
            }
            Assert.Equal(packed, direct);
            Assert.Equal(codes, back);
            for (int channel = 0; channel < Channels; channel++)
                for (int plane = 0; plane < format.Bits; plane++)
                    for (int pixel = 0; pixel < pixels; pixel++)
                    {
                        int code = codes[channel * pixels + pixel], digit = layout.IsThreeValued && code == 0 ? 0
                            : format.Digits(code) >> plane & 1;
                        Assert.Equal(digit, (int)(packed[(plane * Channels + channel) * layout.Words + pixel / 64] >> pixel % 64) & 1);
                    }
        }
    }
}
