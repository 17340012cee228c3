using ImcEngine.Data;
using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Tests;

public class RawImageTests
{
    [Fact]
    public void A_shape_counts_its_elements() => Assert.Equal(6, new RawImage(new ImageShape(1, 2, 3), new byte[6]).Shape.Count);
}
