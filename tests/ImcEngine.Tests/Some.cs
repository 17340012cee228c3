namespace ImcEngine.Tests;

/// <summary>A loop over nothing checks nothing: what a test goes over, when it is found or filtered, is taken through this.</summary>
internal static class Some
{
    /// <summary>All of them, of which there must be one.</summary>
    public static IReadOnlyList<T> AtLeastOne<T>(this IEnumerable<T> all)
    {
        T[] each = [.. all];
        Assert.NotEmpty(each);
        return each;
    }
}
