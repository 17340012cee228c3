using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ImcEngine.Tests.Architecture;

/// <summary>
/// A C# program of a document, compiled as a new console project would compile it: the SDK's usual usings, no access to what is internal.
/// </summary>
internal static class ExampleProgram
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>What it printed.</summary>
    /// <exception cref="InvalidOperationException">It does not compile; the message holds the compiler's.</exception>
    public static string Run(string source)
    {
        using var image = new MemoryStream(Compile(source));
        var context = new AssemblyLoadContext("example", isCollectible: true);
        var (before, printed) = (Console.Out, new StringWriter());
        Console.SetOut(printed);
        try
        {
            var entry = context.LoadFromStream(image).EntryPoint!;
            object[] arguments = entry.GetParameters().Length == 0 ? [] : [Array.Empty<string>()];
            entry.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        }
        finally
        {
            Console.SetOut(before);
            context.Unload();
        }
        return printed.ToString();
    }

    private static byte[] Compile(string source)
    {
        string[] assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "Example",
            [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(source)],
            assemblies.Select(path => MetadataReference.CreateFromFile(path)),
            new(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var errors = compilation.Emit(image).Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).ToList();
        return errors.Count == 0 ? image.ToArray() : throw new InvalidOperationException(string.Join('\n', errors));
    }
}
