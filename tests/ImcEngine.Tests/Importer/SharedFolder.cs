namespace ImcEngine.Tests.Importer;

/// <summary>The folder <c>shared</c> beside the repository (or beside a folder above it),
/// which development machines have and clones have not.</summary>
internal static class SharedFolder
{
    public static string? Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", name);
            if (Directory.Exists(path)) return path;
        }
        return null;
    }
}

/// <summary>A theory over files of the shared folder; skipped, and reported so, where that is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute(string folder)
    {
        if (SharedFolder.Find(folder) is null) Skip = $"../shared/{folder} is not there.";
    }
}
