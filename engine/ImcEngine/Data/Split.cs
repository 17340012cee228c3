namespace ImcEngine.Data;

/// <summary>Which half of a data set: its draws or files are disjoint from the other's.</summary>
public enum Split
{
    Test,
    Train,
}
