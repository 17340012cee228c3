namespace ImcEngine.Macro;

/// <summary>A layer's digital correction (ARITHMETIC §16): a result y becomes <c>Factors[c] * y + Offsets[c]</c>, by another scale and
/// shift of its output channel c.</summary>
/// <param name="Factors">One per output channel.</param>
/// <param name="Offsets">One per output channel, in the unit of the results.</param>
/// <param name="BiasOnly">The channels whose factor was left at 1, although the method fits one.</param>
public sealed record LayerCorrection(double[] Factors, double[] Offsets, int BiasOnly);

/// <summary>The digital corrections of all layers on the macro.</summary>
/// <param name="Method">How they were fitted.</param>
/// <param name="MadeFor">What they were fitted with, see <see cref="HashOf"/>.</param>
/// <param name="Layers">By layer name.</param>
public sealed record Corrections(DigitalCorrection Method, string MadeFor, IReadOnlyDictionary<string, LayerCorrection> Layers)
{
    public int Channels => Layers.Values.Sum(layer => layer.Factors.Length);

    /// <summary>The channels that got a bias alone, although the method fits a factor.</summary>
    public int BiasOnly => Layers.Values.Sum(layer => layer.BiasOnly);

    /// <summary>Returns the SHA-256 of what of a run decides a correction of the ideal die: macros without their dies, and how converters
    /// are designed.</summary>
    internal static string HashOf(RunSpec run)
    {
        var decisive = new RunSpec { Macro = run.Macro, Layers = run.Layers, Calibration = run.Calibration with { Data = null, Count = 1 } }
            .WithMacros(macro => macro with { Name = "", Source = null, Die = new(), Technology = new() });
        byte[] text = System.Text.Encoding.UTF8.GetBytes(RunSpecJson.Write(decisive));
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(text));
    }
}
