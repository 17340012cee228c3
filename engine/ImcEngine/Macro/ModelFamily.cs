using ImcEngine.BitPlanes;

namespace ImcEngine.Macro;

/// <summary>The model families of Saikia et al., DATE 2021. A family defines the operands that a preset's ADC was made for.</summary>
public enum ModelFamily
{
    D21Cifar1Bit,
    D21Cifar2Bit,
    D21Cifar4Bit,
    D21ImageNet2Bit,
    D21ImageNet4Bit,
}

/// <summary>The operands of each family, and the check that a network has them.</summary>
internal static class ModelFamilies
{
    /// <summary>The formats of activations and weights.</summary>
    public static (OperandFormat Input, OperandFormat Weight) OperandsOf(ModelFamily family) => family switch
    {
        ModelFamily.D21Cifar1Bit => (new(1, OperandEncoding.Bipolar), new(1, OperandEncoding.Bipolar)),
        ModelFamily.D21Cifar2Bit => (new(2, OperandEncoding.Bipolar), new(2, OperandEncoding.Bipolar)),
        ModelFamily.D21Cifar4Bit => (new(4, OperandEncoding.Bipolar), new(4, OperandEncoding.Bipolar)),
        ModelFamily.D21ImageNet2Bit => (new(2, OperandEncoding.Unipolar), new(2, OperandEncoding.Bipolar)),
        ModelFamily.D21ImageNet4Bit => (new(4, OperandEncoding.Unipolar), new(4, OperandEncoding.TwosComplement)),
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, null),
    };

    /// <summary>Checks that every layer has the operands of its macro's family.</summary>
    /// <param name="run">Gives each layer its macro.</param>
    /// <param name="network">The network's name, for the error.</param>
    /// <param name="layers">The layers on the macro.</param>
    /// <exception cref="ImcException">A macro is for one family and a layer on it has other operands; the message names both.</exception>
    public static void Require(RunSpec run, string network,
        IEnumerable<(string Name, OperandFormat Input, OperandFormat Weight)> layers)
    {
        foreach (var layer in layers)
        {
            var macro = run.MacroOf(layer.Name);
            if (macro.Family is not { } family || (layer.Input, layer.Weight) == OperandsOf(family)) continue;
            var (input, weight) = OperandsOf(family);
            throw new ImcException($"Macro '{macro.Name}' is for networks of family '{SpecWords.WordFor(family)}': "
                + $"{Describe(input, weight)}. "
                + $"Layer '{layer.Name}' of network '{network}' has {Describe(layer.Input, layer.Weight)}. "
                + "Take a network of that family or another macro, "
                + "or remove the restriction with --set macro.family=null and choose macro.cell and macro.adc for these operands.");
        }
    }

    private static string Describe(OperandFormat input, OperandFormat weight) => $"activations {input}, weights {weight}";
}
