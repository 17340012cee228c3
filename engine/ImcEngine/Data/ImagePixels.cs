namespace ImcEngine.Data;

/// <summary>Converts the elements of an image to the network's input.</summary>
internal static class ImagePixels
{
    /// <summary>Computes x = (byte / scale - mean) / std in float32, each operation rounded. The 256 results of a channel are computed
    /// once.</summary>
    /// <param name="image">The bytes, planar, with as many planes as the preprocessing has channels.</param>
    /// <param name="preprocessing">Scale, and mean and std per channel.</param>
    /// <param name="destination">Receives the input; as long as the image.</param>
    /// <exception cref="ArgumentException">Lengths differ, or the image does not divide into the channels.</exception>
    public static void Normalize(ReadOnlySpan<byte> image, Preprocessing preprocessing, Span<float> destination)
    {
        int channels = preprocessing.Mean.Length, plane = image.Length / channels;
        if (plane * channels != image.Length || destination.Length != image.Length)
            throw new ArgumentException($"An image of {image.Length} bytes, "
                + $"{channels} channels and {destination.Length} results do not fit together.");
        Span<float> results = stackalloc float[256];
        for (int channel = 0; channel < channels; channel++)
        {
            float mean = preprocessing.Mean[channel], std = preprocessing.Std[channel];
            for (int value = 0; value < results.Length; value++) results[value] = (value / preprocessing.Scale - mean) / std;
            for (int i = channel * plane; i < (channel + 1) * plane; i++) destination[i] = results[image[i]];
        }
    }

    /// <summary>Computes the same of an image of float32, in place.</summary>
    /// <param name="image">The elements, planar; they become the input.</param>
    /// <param name="preprocessing">Scale, and mean and std per channel.</param>
    public static void Normalize(Span<float> image, Preprocessing preprocessing)
    {
        int plane = image.Length / preprocessing.Mean.Length;
        for (int channel = 0; channel < preprocessing.Mean.Length; channel++)
        {
            float mean = preprocessing.Mean[channel], std = preprocessing.Std[channel];
            foreach (ref float element in image.Slice(channel * plane, plane)) element = (element / preprocessing.Scale - mean) / std;
        }
    }
}
