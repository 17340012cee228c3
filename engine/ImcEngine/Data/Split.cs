namespace ImcEngine.Data;

/// <summary>The two splits of a data set, which share no images.</summary>
public enum Split
{
    Test,
    Train,
}
