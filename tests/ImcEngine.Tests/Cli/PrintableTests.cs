using ImcEngine.Cli;

namespace ImcEngine.Tests.Cli;

public class PrintableTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("layer1.0.conv1 'x' ~", "layer1.0.conv1 'x' ~")]
    [InlineData("é 層 😀 ±σ", "é 層 😀 ±σ")]
    [InlineData("\u001b]0;title\a", @"\u001B]0;title\u0007")]
    [InlineData("\t\n\r\0", @"\u0009\u000A\u000D\u0000")]
    [InlineData("a\u007f\u009bb", @"a\u007F\u009Bb")]
    [InlineData("a\u2028\u2029\u202e\u200bb", @"a\u2028\u2029\u202E\u200Bb")]
    public void What_steers_a_terminal_is_shown_as_its_number(string text, string shown) => Assert.Equal(shown, Printable.Escape(text));

    [Fact]
    public void Halves_of_pairs_are_shown_as_their_number() => Assert.Equal(@"a\uD800b\uDC00", Printable.Escape("a\ud800b\udc00"));
}
