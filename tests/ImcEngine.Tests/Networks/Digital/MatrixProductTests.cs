using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

public class MatrixProductTests
{
    [Theory]
    [InlineData(new[] { 3, 4 }, new[] { 4, 5 })]
    [InlineData(new[] { 2, 3, 4 }, new[] { 2, 4, 70 })]
    [InlineData(new[] { 2, 1, 3, 4 }, new[] { 5, 4, 2 })]
    [InlineData(new[] { 1, 1 }, new[] { 3, 1, 128 })]
    public void Is_the_sum_of_products_in_double(int[] leftSizes, int[] rightSizes)
    {
        TensorShape left = new(leftSizes), right = new(rightSizes);
        float[] a = Floats.Random(left.Count, 1), b = Floats.Random(right.Count, 2);
        var product = new MatrixProduct(left, right);
        int rows = leftSizes[^2], inner = leftSizes[^1], columns = rightSizes[^1], matrices = product.ResultShape.Count / (rows * columns);
        int ofLeft = left.Count / (rows * inner), ofRight = right.Count / (inner * columns);
        // With [2, 1] and [5] matrices each of the left ones meets all of the right.
        bool isOuter = ofLeft > 1 && ofRight > 1 && ofLeft != ofRight;
        var result = new float[product.ResultShape.Count];
        product.Run(a, b, result);
        for (int matrix = 0, at = 0; matrix < matrices; matrix++)
            for (int row = 0; row < rows; row++)
                for (int column = 0; column < columns; column++)
                {
                    int first = (isOuter ? matrix / ofRight : matrix % ofLeft) * rows * inner, second = matrix % ofRight * inner * columns;
                    double sum = 0;
                    for (int k = 0; k < inner; k++)
                        sum += (double)a[first + (row * inner) + k] * b[second + (k * columns) + column];
                    Assert.Equal((float)sum, result[at++]);
                }
    }

    [Fact]
    public void Shapes_of_no_product_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new MatrixProduct(new(2, 3), new(4, 2)));
        Assert.Throws<ArgumentException>(() => new MatrixProduct(new(3), new(3, 2)));
        Assert.Throws<ArgumentException>(() => new MatrixProduct(new(2, 1, 3), new(3, 3, 2)));
        Assert.Throws<ArgumentException>(() => new MatrixProduct(new(2, 3), new(3, 2)).Run(new float[6], new float[6], new float[5]));
    }
}
