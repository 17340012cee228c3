namespace ImcEngine.Tests.Macro;

/// <summary>A fact that needs development data from the folder <c>shared</c> beside the repository (or beside the folder of its worktrees);
/// shown as skipped without it.</summary>
public sealed class NeedsSharedFactAttribute : FactAttribute
{
    public NeedsSharedFactAttribute(string name)
    {
        if (Find(name) is null) Skip = $"../shared/{name} is not there.";
    }

    public static string? Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ImcEngine.sln")))
                return new[] { "..", "../.." }.Select(up => Path.Combine(folder.FullName, up, "shared", name))
                    .FirstOrDefault(Directory.Exists);
        return null;
    }
}
