using System.Text.RegularExpressions;

namespace ImcEngine.Fuzzing;

/// <summary>Keeps and saves the first finding of every kind:
/// <c>FOLDER/target/kind.ext</c>, with a text file beside it that says what happened.</summary>
internal sealed partial class FindingStore(string folder, string extension)
{
    private const int LongestName = 120;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SavedFinding> _byKind = [];

    public IReadOnlyList<SavedFinding> Findings
    {
        get
        {
            lock (_lock) return [.. _byKind.Values];
        }
    }

    public void Add(Finding finding)
    {
        lock (_lock)
        {
            if (_byKind.TryGetValue(finding.Kind, out var known)) _byKind[finding.Kind] = known with { Times = known.Times + 1 };
            else _byKind.Add(finding.Kind, new(finding, 1, Save(finding)));
        }
    }

    private string Save(Finding finding)
    {
        string file = FileOf(folder, finding.Target, finding.Kind, extension);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, finding.Input);
        File.WriteAllText(file + ".txt", $"{finding.Kind}\n{finding.Origin}\n{finding.Message}\n");
        return file;
    }

    private static string FileOf(string folder, string target, string kind, string extension)
    {
        string name = NoNameCharacter().Replace(kind, "-");
        return Path.Combine(folder, target, name[..Math.Min(name.Length, LongestName)] + extension);
    }

    [GeneratedRegex(@"[^A-Za-z0-9._]+")]
    private static partial Regex NoNameCharacter();
}
