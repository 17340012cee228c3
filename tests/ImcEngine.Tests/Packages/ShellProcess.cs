using System.Diagnostics;

namespace ImcEngine.Tests.Packages;

/// <summary>A program that ran in a folder of its own: how it ended, and all that it printed.</summary>
internal sealed record ShellProcess(int ExitCode, string Printed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>The .NET that runs these tests; programs that are started look for it there.</summary>
    private static readonly string DotnetFolder =
        Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    public static Task<ShellProcess> DotnetAsync(string folder, params string[] args) =>
        RunAsync(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", folder, [], args);

    public static async Task<ShellProcess> RunAsync(string program, string folder, (string Name, string Text)[] environment,
        params string[] args)
    {
        var start = new ProcessStartInfo(program, args)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ROOT"] = DotnetFolder;
        foreach (var (name, text) in environment) start.Environment[name] = text;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            string output = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new(process.ExitCode, output + await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Exit code 0; what was printed stands in the failure.</summary>
    public ShellProcess Succeeds()
    {
        Assert.True(ExitCode == 0, $"Exit code {ExitCode}:\n{Printed}");
        return this;
    }

    /// <summary>What <c>imc compare --images 20</c> prints with the network that ships.</summary>
    public void ComparesTheNetworkThatShips()
    {
        Succeeds();
        Assert.Contains("Model resnet18-w16-shapes10-w4a4.onnx, float network resnet18-w16-shapes10-fp32.onnx; 20 of 1872 images",
            Printed, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^float \(OnnxRuntime\) +\d+\.\d\d %", Printed);
        Assert.Matches(@"(?m)^digital \(exact sums\) +\d+\.\d\d %", Printed);
        Assert.Matches(@"(?m)^256 rows, ADC 4 bits, calibrated range +\d+\.\d\d %", Printed);
    }
}
