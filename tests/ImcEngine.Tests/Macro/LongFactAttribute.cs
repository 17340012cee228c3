namespace ImcEngine.Tests.Macro;

/// <summary>A fact that takes minutes: runs when the environment variable IMC_LONG_TESTS is set, shown as skipped else.</summary>
public sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("IMC_LONG_TESTS") is null or "") Skip = "Set IMC_LONG_TESTS=1 to run it.";
    }
}
