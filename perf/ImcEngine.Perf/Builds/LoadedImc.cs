using System.Reflection;
using System.Runtime.Loader;

namespace ImcEngine.Perf.Builds;

/// <summary>A build of <c>imc</c> that runs in this process, beside others. Each build has its own copies of all assemblies.</summary>
internal sealed class LoadedImc
{
    private readonly MethodInfo _main;

    /// <param name="folder">The folder that holds <c>imc.dll</c>.</param>
    /// <exception cref="ImcException">It is not there.</exception>
    public LoadedImc(string folder)
    {
        string program = Path.GetFullPath(Path.Combine(folder, "imc.dll"));
        if (!File.Exists(program))
            throw new ImcException($"builds: '{folder}' holds no imc.dll; give the output folder of a build of imc.");
        var assembly = new Assemblies(program).LoadFromAssemblyPath(program);
        _main = assembly.EntryPoint!;
        Version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
    }

    /// <summary>The version, with the commit where the build knew it.</summary>
    public string Version { get; }

    /// <summary>Runs a command; its report is dropped.</summary>
    /// <exception cref="ImcException">It failed.</exception>
    public void Run(string[] arguments)
    {
        var (output, error) = (Console.Out, Console.Error);
        var (report, messages) = (new StringWriter(), new StringWriter());
        Console.SetOut(report);
        Console.SetError(messages);
        try
        {
            if (_main.Invoke(null, [arguments]) is not 0)
                throw new ImcException($"builds: 'imc {string.Join(' ', arguments)}' of {Version} failed: {messages.ToString().Trim()}");
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }

    /// <summary>Loads what the program needs from its own folder, and nothing twice.</summary>
    private sealed class Assemblies(string program) : AssemblyLoadContext(program)
    {
        private readonly AssemblyDependencyResolver _resolver = new(program);

        protected override Assembly? Load(AssemblyName name) =>
            _resolver.ResolveAssemblyToPath(name) is { } path ? LoadFromAssemblyPath(path) : null;

        protected override nint LoadUnmanagedDll(string name) =>
            _resolver.ResolveUnmanagedDllToPath(name) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
