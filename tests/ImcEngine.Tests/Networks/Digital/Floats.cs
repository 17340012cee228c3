namespace ImcEngine.Tests.Networks.Digital;

internal static class Floats
{
    /// <summary>Magnitudes over five binary orders, both signs and some zeros: another order of additions gives another sum.</summary>
    public static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        var elements = new float[count];
        foreach (ref float element in elements.AsSpan())
            element = random.Next(8) == 0 ? 0 : (random.NextSingle() - 0.5f) * (1 << random.Next(6));
        return elements;
    }

    /// <summary>Equality of bits: +0 differs from -0.</summary>
    public static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"{what}: element {i} of {expected.Length} is {actual[i]:G9}, expected {expected[i]:G9}.");
    }
}
