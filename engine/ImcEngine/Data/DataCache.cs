namespace ImcEngine.Data;

/// <summary>The user's folder for downloaded data and kept results: the environment variable IMC_CACHE, or else <c>ImcEngine</c> in the
/// user's local application data.</summary>
internal static class DataCache
{
    public const string Variable = "IMC_CACHE";

    /// <exception cref="ImcException">This user has no folder.</exception>
    public static string Folder => FolderIfAny
        ?? throw new ImcException($"This user has no folder for application data; set {Variable} to a folder for downloads.");

    /// <summary>The folder; null where this user has none.</summary>
    public static string? FolderIfAny
    {
        get
        {
            string? chosen = Environment.GetEnvironmentVariable(Variable);
            if (!string.IsNullOrWhiteSpace(chosen)) return Path.GetFullPath(chosen);
            string local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData,
                Environment.SpecialFolderOption.DoNotVerify);
            return local.Length > 0 ? Path.Combine(local, "ImcEngine") : null;
        }
    }
}
