namespace ImcEngine.Tests;

public class SomeTests
{
    [Fact]
    public void Nothing_fails() => Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Array.Empty<int>().Where(n => n > 0).AtLeastOne());

    [Fact]
    public void What_is_there_is_gone_over_in_its_order() => Assert.Equal([3, 1], new[] { 3, 1, -2 }.Where(n => n > 0).AtLeastOne());
}
