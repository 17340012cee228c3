using System.Security.Cryptography;

namespace ImcEngine.Evaluation;

/// <summary>Names a file by its contents.</summary>
public static class FileHash
{
    /// <summary>Lower-case hex.</summary>
    /// <exception cref="ImcException">The file cannot be read.</exception>
    public static string Sha256(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImcException($"Cannot read '{path}': {e.Message}", e);
        }
    }
}
