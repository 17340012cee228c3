using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Xml.Linq;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Tests.Architecture;

/// <summary>References run one way, Cli -> Importer -> Images -> Engine, and the engine is managed code alone.</summary>
public class ReferencesTests
{
    private static readonly Assembly Engine = typeof(ImcException).Assembly;
    private static readonly Assembly Importer = typeof(ModelException).Assembly;
    private static readonly Assembly Cli = Assembly.Load("imc");

    [Theory]
    [InlineData("engine/ImcEngine/ImcEngine.csproj", "")]
    [InlineData("importer/ImcEngine.Images/ImcEngine.Images.csproj", "ImcEngine")]
    [InlineData("importer/ImcEngine.Importer/ImcEngine.Importer.csproj", "ImcEngine ImcEngine.Images")]
    [InlineData("engine/ImcEngine.Cli/ImcEngine.Cli.csproj", "ImcEngine ImcEngine.Images ImcEngine.Importer")]
    public void A_project_references_only_what_stands_below_it(string project, string expected)
    {
        var references = XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), references.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_engine_assembly_references_the_framework_and_two_managed_packages()
    {
        Assert.DoesNotContain(Names(Engine), name => !IsFramework(name) && name != "CommunityToolkit.HighPerformance");
    }

    [Fact]
    public void The_importer_assembly_references_the_engine_and_not_the_program()
    {
        Assert.Contains("ImcEngine", Names(Importer));
        Assert.DoesNotContain("imc", Names(Importer));
        Assert.DoesNotContain("ImcEngine.Importer", Names(Engine));
    }

    [Fact]
    public void The_engine_resolves_two_packages_and_nothing_behind_them()
    {
        using var lockFile = JsonDocument.Parse(Repository.Read("engine/ImcEngine/packages.lock.json"));
        var packages = lockFile.RootElement.GetProperty("dependencies").GetProperty("net10.0").EnumerateObject()
            // the analyzer of ahead-of-time compatibility, part of the build alone
            .Where(package => package.Name != "Microsoft.NET.ILLink.Tasks")
            .Select(package => package.Name);
        Assert.Equal(["CommunityToolkit.HighPerformance", "System.Numerics.Tensors"], packages.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_engine_calls_no_native_function()
    {
        using var file = new PEReader(File.OpenRead(Engine.Location));
        var metadata = file.GetMetadataReader();
        var imported = metadata.MethodDefinitions.Select(metadata.GetMethodDefinition)
            .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl)).Select(method => metadata.GetString(method.Name));
        Assert.Empty(imported);
    }

    [Fact]
    public void OnnxRuntime_is_called_by_the_float_reference_alone()
    {
        var callers = new[] { Engine, Importer, Cli }.SelectMany(MethodCalls.Of)
            .Where(call => $"{call.Type} {call.Signature}".Contains("Microsoft.ML.OnnxRuntime", StringComparison.Ordinal))
            .Select(call => call.Caller).ToHashSet();
        Assert.NotEmpty(callers);
        Assert.DoesNotContain(callers, caller => !caller.StartsWith("ImcEngine.Importer.FloatReference", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Names(Assembly assembly) => assembly.GetReferencedAssemblies().Select(name => name.Name!);

    private static bool IsFramework(string name) =>
        name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Win32.", StringComparison.Ordinal);
}
