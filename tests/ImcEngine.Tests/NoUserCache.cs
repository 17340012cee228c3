using System.Runtime.CompilerServices;
using ImcEngine.Evaluation.Caching;

namespace ImcEngine.Tests;

/// <summary>Tests, and the programs that they start, take no results from earlier runs: they would otherwise test those.</summary>
internal static class NoUserCache
{
    [ModuleInitializer]
    internal static void TurnOff() => Environment.SetEnvironmentVariable(ResultCache.LimitVariable, "0");
}
