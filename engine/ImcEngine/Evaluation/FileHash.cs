using System.Security.Cryptography;

namespace ImcEngine.Evaluation;

/// <summary>Identifies a file by its contents.</summary>
internal static class FileHash
{
    /// <summary>Returns the SHA-256 of a file in lower-case hex.</summary>
    /// <exception cref="ImcException">The file cannot be read.</exception>
    public static string Sha256(string path) => InputFile.Read(path, "file", file => Convert.ToHexStringLower(SHA256.HashData(file)));
}
