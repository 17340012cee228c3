namespace ImcEngine.Data;

/// <summary>x = (element / scale - mean[channel]) / std[channel], for bytes and float32 alike. The keys in a model file are imc.mean,
/// imc.std, imc.scale and imc.layout.</summary>
/// <param name="Mean">The mean of each channel.</param>
/// <param name="Std">The standard deviation of each channel, positive.</param>
/// <param name="Scale">What bytes are divided by, positive.</param>
public sealed record Preprocessing(float[] Mean, float[] Std, float Scale = Preprocessing.UsualScale)
{
    /// <summary>The usual scale, with which bytes become 0 .. 1.</summary>
    public const float UsualScale = 255;

    /// <summary>The usual constants for CIFAR-10.</summary>
    public static Preprocessing Cifar10 { get; } = new([0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f]);

    /// <summary>The usual constants for ImageNet, those of torchvision.</summary>
    public static Preprocessing ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>Returns mean 0 and std 1: elements are only divided by the scale.</summary>
    public static Preprocessing Unchanged(int channels, float scale = UsualScale) =>
        new([.. Enumerable.Repeat(0f, channels)], [.. Enumerable.Repeat(1f, channels)], scale);

    /// <summary>Returns what is assumed of a network that does not say what it was trained with: for 3x32x32 the constants of CIFAR-10, for
    /// other images of three channels those of ImageNet, else mean 0 and std 1.</summary>
    public static Preprocessing Assumed(ImageShape images) =>
        images.Channels != 3 ? Unchanged(images.Channels) : images == CifarFormat.Shape ? Cifar10 : ImageNet;
}
