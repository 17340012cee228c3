using System.Security.Cryptography;

namespace ImcEngine.Evaluation;

/// <summary>Names a file by its contents.</summary>
internal static class FileHash
{
    /// <summary>Lower-case hex.</summary>
    /// <exception cref="ImcException">The file cannot be read.</exception>
    public static string Sha256(string path) => InputFile.Read(path, "file", file => Convert.ToHexStringLower(SHA256.HashData(file)));
}
