using System.Reflection;
using ImcEngine.Images;
using ImcEngine.Importer.Onnx;
using PublicApiGenerator;

namespace ImcEngine.Tests.Architecture;

/// <summary>What users of the libraries may call stands in a committed file: nothing becomes public, or goes, unnoticed.</summary>
public class PublicSurfaceTests
{
    /// <summary>Set to 1, the test writes the files in place of comparing: for a change that is meant.</summary>
    private const string Update = "IMC_UPDATE_PUBLIC_SURFACE";

    private static readonly ApiGeneratorOptions Options = new()
    {
        IncludeAssemblyAttributes = false,
        ExcludeAttributes = ["System.Runtime.CompilerServices.IsReadOnlyAttribute", "ProtoBuf.ProtoContractAttribute"],
    };

    [Theory]
    [InlineData(typeof(ImcException), "engine/ImcEngine/PublicSurface.txt")]
    [InlineData(typeof(ImageSource), "importer/ImcEngine.Images/PublicSurface.txt")]
    [InlineData(typeof(ModelException), "importer/ImcEngine.Importer/PublicSurface.txt")]
    public void It_is_the_committed_one(Type inAssembly, string file)
    {
        string surface = SurfaceOf(inAssembly.Assembly);
        if (Environment.GetEnvironmentVariable(Update) == "1") File.WriteAllText(Path.Combine(Repository.Root, file), surface);
        string[] committed = Repository.Read(file).Split('\n'), found = surface.Split('\n');
        string[] differences = [.. committed.Except(found).Select(line => $"- {line}"),
            .. found.Except(committed).Select(line => $"+ {line}")];
        Assert.True(committed.SequenceEqual(found), $"The public surface of {inAssembly.Assembly.GetName().Name} is not that of '{file}':\n"
            + $"{string.Join('\n', differences)}\nIf the change is meant, run this test with {Update}=1 and commit the file.");
    }

    [Fact]
    public void A_member_that_becomes_public_is_in_it() =>
        Assert.Contains("public static int Planted()", typeof(PlantedSurface).Assembly.GeneratePublicApi(
            new() { IncludeTypes = [typeof(PlantedSurface)], IncludeAssemblyAttributes = false }), StringComparison.Ordinal);

    private static string SurfaceOf(Assembly assembly) => assembly.GeneratePublicApi(Options).ReplaceLineEndings("\n").TrimEnd() + "\n";
}

/// <summary>Of which the test above knows what is public.</summary>
public static class PlantedSurface
{
    public static int Planted() => Hidden();

    internal static int Hidden() => 1;
}
