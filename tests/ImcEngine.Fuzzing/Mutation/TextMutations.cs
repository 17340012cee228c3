using System.Text;
using ImcEngine.Evaluation.Verification;

namespace ImcEngine.Fuzzing.Mutation;

/// <summary>Draws the parts of which texts are made.</summary>
internal static class TextMutations
{
    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "-1", "2", "3", "5", "16", "17", "64", "255", "256", "257", "65536", "65537", "131073", "131074", "1048576",
        "1048577", "2147483647", "2147483648",
        "-2147483648", "4294967295", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551616", "0.5", "-0.5",
        "0.1", "1e-9", "1e-300", "1e-400",
        "1e9", "1e30", "1e300", "1e308", "1e309", "-1e309", "1.0", "1E2", "0.00024414062", "0.15", "99.9", "100", "100.1", "49",
    ];

    private static readonly string[] Odd = ["NaN", "Infinity", "-Infinity", "1e", "+1", "01", ".5", "1.", "0x10", "1,5", "1_000", " 1",
        "１", "−1", ""];

    private static readonly string[] Texts =
    [
        "", " ", "a", "*", "?", "..", ".", "/", "\0", "\n", "\r\n", "\u001b[31m", "\ud800", "\udc00\ud800", "é", "\u202e", "null", "true",
        "digital", "full", "calibrated",
        "macro", "layers", "$schema", "__proto__", "a.b", "a=b", "preset:xnor-sram", "../x", "/dev/null", "default", "ideal", "xnor-sram",
    ];

    /// <summary>Draws a decimal number; with <paramref name="oddToo"/>, also texts that only look like numbers.</summary>
    public static string Number(CaseRandom random, bool oddToo) =>
        oddToo && random.OneIn(5) ? random.OneOf<string>(Odd)
        : random.OneIn(3) ? $"{random.Between(-300, 300)}"
        : random.OneIn(4) ? $"{random.Between(-9, 9)}.{random.Between(0, 99_999)}"
        : random.OneOf<string>(Numbers);

    public static string Text(CaseRandom random) =>
        random.OneIn(12) ? new string(random.OneOf('a', '*', '[', '\u0301'), random.OneOf(10, 255, 256, 4096))
            : random.OneOf<string>(Texts);

    /// <summary>Decodes as files are read: UTF-8, with invalid bytes replaced.</summary>
    public static string Decode(byte[] input) => Encoding.UTF8.GetString(input);

    public static byte[] Encode(string text) => Encoding.UTF8.GetBytes(text);
}
