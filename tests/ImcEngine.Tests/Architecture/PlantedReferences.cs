using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Architecture;

/// <summary>Never run: each of these types names a type of another folder in its own way, for the reader of references to find.</summary>
internal static class PlantedReferences
{
    public sealed class ByBase : List<TemporaryFolder>;

    public sealed class ByField
    {
        public TemporaryFolder? Folder { get; init; }
    }

    public sealed class ByParameter
    {
        public static bool Is(TemporaryFolder? folder) => folder is not null;
    }

    public sealed class ByResult
    {
        public static TemporaryFolder[] Folders() => [];
    }

    public sealed class ByTypeArgument
    {
        public static int Count() => Enumerable.Empty<List<TemporaryFolder>>().Count();
    }

    public sealed class ByConstraint<T> where T : IEnumerable<TemporaryFolder>;

    public sealed class ByCall
    {
        public static string InAClosure(IEnumerable<string> names) => string.Concat(names.Select(name => new TemporaryFolder()[name]));
    }

    public sealed class ByTypeToken
    {
        public static Type Named() => typeof(TemporaryFolder);
    }
}
