using ImcEngine.BitPlanes;

namespace ImcEngine.Tests.BitPlanes;

public class OperandFormatTests
{
    public static TheoryData<OperandFormat> Formats
    {
        get
        {
            var formats = new TheoryData<OperandFormat>();
            for (int bits = 1; bits <= OperandFormat.MaxBits; bits++)
                foreach (var encoding in Enum.GetValues<OperandEncoding>())
                    if (new OperandFormat(bits, encoding) is { IsDefined: true } format) formats.Add(format);
            return formats;
        }
    }

    [Theory, MemberData(nameof(Formats))]
    public void Planes_times_their_weights_give_the_code_back(OperandFormat format)
    {
        int held = 0;
        for (int code = -300; code <= 300; code++)
        {
            if (!format.Holds(code)) continue;
            held++;
            int sum = 0;
            for (int bit = 0; bit < format.Bits; bit++)
            {
                int digit = format.Digits(code) >> bit & 1;
                sum += format.PlaneWeight(bit) * (format.Encoding == OperandEncoding.Bipolar ? 2 * digit - 1 : digit);
            }
            Assert.Equal(code, sum);
        }
        Assert.Equal(format == OperandFormat.Ternary ? 3 : 1 << format.Bits, held);
    }

    [Theory, MemberData(nameof(Formats))]
    public void A_format_reads_back_from_its_text(OperandFormat format) => Assert.Equal(format, OperandFormat.Parse(format.ToString()));

    [Theory]
    [InlineData("ternary:1"), InlineData("ternary:3"), InlineData("Ternary"), InlineData("twos-complement:1"), InlineData("unipolar:9")]
    public void Other_texts_are_no_formats(string text) => Assert.Throws<FormatException>(() => OperandFormat.Parse(text));
}
