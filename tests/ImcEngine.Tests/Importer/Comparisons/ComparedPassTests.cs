using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Tests.Importer.Comparisons;

public class ComparedPassTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Logits_that_are_no_numbers_name_no_class(float logit)
    {
        ComparedPass.RequireFinite([float.MaxValue, 0, float.MinValue, 1], 2);
        string message = Assert.Throws<ImcException>(() => ComparedPass.RequireFinite([1, 2, 0, logit, 3, 4], 3)).Message;
        Assert.StartsWith("Logits of 1 of 3 images are NaN or infinite", message, StringComparison.Ordinal);
    }
}
