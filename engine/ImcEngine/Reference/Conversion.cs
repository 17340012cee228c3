namespace ImcEngine.Reference;

/// <summary>One ADC event, as the reference reports it to those who check statistics against it.</summary>
/// <param name="ConvGroup">The convolution group.</param>
/// <param name="RowGroup">The row group in the convolution group, in the order of ARITHMETIC §2.</param>
/// <param name="InputDigit">The digit of the activations, from the lowest on: a plane, where <c>inputDigitBits</c> is 1.</param>
/// <param name="WeightDigit">The digit of the weights, from the lowest on: a plane, where <c>weightDigitBits</c> is 1.</param>
/// <param name="OutputChannel">The output channel in the whole layer.</param>
/// <param name="Pixel">The output pixel, row-major.</param>
/// <param name="S">The partial sum in counts, with stuck cells but before mismatch and noise.</param>
/// <param name="Code">The ADC's code.</param>
public readonly record struct Conversion(
    int ConvGroup, int RowGroup, int InputDigit, int WeightDigit, int OutputChannel, int Pixel, int S = 0, int Code = 0);
