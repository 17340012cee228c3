namespace ImcEngine.Macro;

/// <summary>How a layer's rows are cut into row groups of at most <c>rows</c> (ARITHMETIC §2).</summary>
public enum MappingKind
{
    /// <summary>As many whole kernel positions as fit, each with all its channels. If not even one fits, one position at a time in even
    /// folds (D21's CIFAR networks).</summary>
    WholeTaps,

    /// <summary>Each kernel position on its own, its channels cut every <c>rows</c> (D21's ImageNet networks).</summary>
    SingleTap,

    /// <summary>The flattened (kernel position, channel) axis cut every <c>rows</c>. Linear layers are always dense.</summary>
    Dense,
}
