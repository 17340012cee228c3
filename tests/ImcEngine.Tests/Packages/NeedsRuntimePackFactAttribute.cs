using System.Runtime.InteropServices;
using ProcessorArchitecture = System.Runtime.InteropServices.Architecture;

namespace ImcEngine.Tests.Packages;

/// <summary>A fact that makes a program that contains .NET for this machine. A build does not restore that .NET, nor on every system the
/// compiler ahead of time: the fact is shown as skipped where one is not in this machine's folder of packages.</summary>
public sealed class NeedsRuntimePackFactAttribute : FactAttribute
{
    public NeedsRuntimePackFactAttribute()
    {
        if (RuntimeInformation.OSArchitecture != ProcessorArchitecture.X64 || !(OperatingSystem.IsLinux() || OperatingSystem.IsWindows()))
            Skip = "Programs are published for linux-x64 and win-x64 alone.";
        else if (new[] { "runtime", "crossgen2" }.Select(kind => $"microsoft.netcore.app.{kind}.{SystemName}/{Environment.Version}")
                .FirstOrDefault(package => !Directory.Exists(Path.Combine(Packages, package))) is { } missing)
            Skip = $"The package {missing} is not in the folder of packages; ./run.ps1 publish downloads it.";
    }

    /// <summary>This machine's, as <c>dotnet publish -r</c> has it.</summary>
    public static string SystemName { get; } = OperatingSystem.IsWindows() ? "win-x64" : "linux-x64";

    private static string Packages { get; } = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}
