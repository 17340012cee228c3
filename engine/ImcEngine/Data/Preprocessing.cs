namespace ImcEngine.Data;

/// <summary>x = (byte / 255 - mean[channel]) / std[channel], in the order R, G, B; documented keys imc.mean, imc.std, imc.layout.</summary>
/// <param name="Mean">Per channel.</param>
/// <param name="Std">Per channel, positive.</param>
public sealed record Preprocessing(float[] Mean, float[] Std)
{
    /// <summary>CIFAR-10's usual constants.</summary>
    public static Preprocessing Cifar10 { get; } = new([0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f]);
}
