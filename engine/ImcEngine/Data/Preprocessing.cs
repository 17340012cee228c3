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
    internal static Preprocessing ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);
}
