using ImcEngine.Kernels.Adc;

namespace ImcEngine.Kernels.Compiled;

/// <summary>The digits that the conversions of a program take (ARITHMETIC §15). An item has the lists of all weight planes of an output,
/// the most significant first, and one conversion per weight digit. In place of one plane's rows, a list adds those of all planes of the
/// input digit, each to a plane of the count.</summary>
/// <param name="InputPlanes">The planes of the input digit.</param>
/// <param name="PlaneBytes">The bytes from the rows of an input plane to those of the next one.</param>
/// <param name="Weights">The digits of the weights, the most significant first.</param>
/// <param name="ArePaired">Whether lists come in pairs, with the rows that both add in a list of its own.</param>
internal sealed record DigitsSpec(int InputPlanes, int PlaneBytes, ValueList<WeightDigitSpec> Weights, bool ArePaired);

/// <summary>A digit of the weights.</summary>
/// <param name="Planes">The number of its planes.</param>
/// <param name="TopIsNegative">Whether its top plane, one of several, has negative weight.</param>
/// <param name="IsFlipped">Whether the digit has negative weight, so that its complement is accumulated.</param>
internal readonly record struct WeightDigitSpec(int Planes, bool TopIsNegative, bool IsFlipped);
