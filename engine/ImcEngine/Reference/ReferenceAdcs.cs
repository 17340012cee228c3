using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>The ideal transfers of a layer as they are stated (ARITHMETIC §9): one for every conversion, one per digit pair (a plane pair,
/// where digits are single planes), or one per row group.</summary>
/// <param name="Per">What has a transfer of its own. Their number does not tell, since there may be as many pairs as row groups.</param>
/// <param name="Transfers">One, or <c>[inputDigit * weightDigits + weightDigit]</c>, or <c>[rowGroup]</c>.</param>
internal sealed record ReferenceAdcs(CalibrationScope Per, IReadOnlyList<AdcTransfer> Transfers)
{
    public static ReferenceAdcs Of(AdcTransfer adc) => new(CalibrationScope.Layer, [adc]);
}
