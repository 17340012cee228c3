namespace ImcEngine.Macro;

/// <summary>How the convolution groups of a grouped layer, for example of a depthwise one, are laid out in arrays (ARITHMETIC
/// §2).</summary>
public enum GroupingKind
{
    /// <summary>Every convolution group begins new arrays.</summary>
    Separate,

    /// <summary>As many convolution groups as fit lie in one array as blocks along its diagonal. The rows of one group are driven at a
    /// time.</summary>
    BlockDiagonal,
}
