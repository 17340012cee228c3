namespace ImcEngine.Reference;

/// <summary>One ADC event, for statistics that are checked against the reference.</summary>
/// <param name="ConvGroup">Convolution group.</param>
/// <param name="RowGroup">Within the convolution group, in order of ARITHMETIC §2.</param>
/// <param name="InputBit">Plane of the activations.</param>
/// <param name="WeightBit">Plane of the weights.</param>
/// <param name="OutputChannel">Of the whole layer.</param>
/// <param name="Pixel">Row-major output pixel.</param>
/// <param name="S">Partial sum in counts, stuck cells as they are, before mismatch and noise.</param>
/// <param name="Code">What the ADC answered.</param>
public readonly record struct Conversion(int ConvGroup, int RowGroup, int InputBit, int WeightBit, int OutputChannel, int Pixel, int S = 0,
    int Code = 0);
