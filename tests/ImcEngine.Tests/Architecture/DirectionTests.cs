namespace ImcEngine.Tests.Architecture;

/// <summary>The folders of the engine are the signal chain: a folder uses what stands before it in this table, and of that only what it names.</summary>
public class DirectionTests
{
    /// <summary>Folder and what it may use, from the first of the chain to the last; "" are the files beside the project, which all may use.</summary>
    private static readonly (string Folder, string[] Uses)[] Chain =
    [
        ("", []),
    ];

    private static readonly Lazy<IReadOnlyList<FolderReference>> OfTheEngine = new(() => FolderReferences.Of(typeof(ImcException).Assembly));

    [Fact]
    public void No_folder_uses_what_the_table_does_not_name()
    {
        File.WriteAllLines("/tmp/edges.txt", OfTheEngine.Value.Select(r => $"{r.From}|{r.To}|{r.Type.Name}|{r.Named.Name}").Distinct()); Assert.Empty(OfTheEngine.Value.Where(reference => !IsAllowed(reference)).Select(Describe).Distinct());
    }

    private static bool IsAllowed(FolderReference reference) =>
        reference.To == "" || Chain.Any(each => each.Folder == reference.From && each.Uses.Contains(reference.To));

    private static string Describe(FolderReference reference) => $"{reference.From} -> {reference.To}: {reference.Type.Name} uses {reference.Named.Name}";
}
