using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Everything that cannot be read of one graph, so that a user learns it at once and not one problem a run. What a failed node would have
/// made is unknown, and so is all that depends on it: such nodes are passed over, and no problem is reported twice. Nodes of one operator
/// with one problem are reported together.
/// </summary>
internal sealed class GraphProblems
{
    /// <summary>The most problems that are looked for.</summary>
    public const int Most = 20;

    /// <summary>The most nodes that may fail; it bounds the time that a large graph takes to be refused.</summary>
    private const int MostNodes = 1000;

    private const int MostNames = 3;

    private readonly List<(NodeProblem Problem, List<string> Names)> _found = [];
    private readonly Dictionary<(string Operator, string What), int> _known = [];
    private readonly HashSet<string> _unknown = [];
    private ModelException? _first;
    private int _nodes;

    /// <summary>Whether enough has been found.</summary>
    public bool IsFull => _found.Count >= Most || _nodes >= MostNodes;

    /// <summary>Whether a node reads what a failed node would have made.</summary>
    public bool IsBehind(OnnxNode node) => _unknown.Count > 0 && node.Inputs.Any(_unknown.Contains);

    /// <summary>Makes the results of a node unknown.</summary>
    public void PassOver(OnnxNode node) => _unknown.UnionWith(node.Outputs.Where(output => output.Length > 0));

    /// <param name="node">The node that failed.</param>
    /// <param name="exception">What failed. One that names no node ends the reading.</param>
    public void Add(OnnxNode node, ModelException exception)
    {
        if (exception.Problem is not { } problem) throw exception;
        _first ??= exception;
        _nodes++;
        PassOver(node);
        if (!_known.TryGetValue((problem.Operator, problem.What), out int at))
        {
            _known.Add((problem.Operator, problem.What), at = _found.Count);
            _found.Add((problem, []));
        }
        _found[at].Names.Add(problem.Node);
    }

    /// <exception cref="ModelException">Something was found. A single problem of a single node is thrown as it was.</exception>
    public void ThrowIfAny()
    {
        if (_first is null) return;
        if (_nodes == 1) throw _first;
        string list = $"; supported are {StepReaders.Supported}";
        bool hasList = _found.Exists(each => each.Problem.What.EndsWith(list, StringComparison.Ordinal));
        var lines = _found.Select((each, i) => $"({i + 1}) {Text(each.Problem, each.Names, list)}.");
        throw new ModelException($"The network has {_found.Count} problem{(_found.Count == 1 ? "" : "s")}"
            + $"{(IsFull ? " or more" : "")}. {string.Join(' ', lines)}"
            + (hasList ? $" Supported operators are {StepReaders.Supported}." : ""), _first);
    }

    /// <param name="list">The list of supported operators, which is given once for all problems.</param>
    private static string Text(NodeProblem problem, List<string> names, string list)
    {
        string what = problem.What.EndsWith(list, StringComparison.Ordinal) ? problem.What[..^list.Length] : problem.What;
        string nodes = string.Join(", ", names.Take(MostNames).Select(name => $"'{name}'"));
        return $"{(names.Count == 1 ? "Node" : "Nodes")} {nodes}{(names.Count > MostNames ? $" and {names.Count - MostNames} more" : "")} "
            + $"({problem.Operator}): {what}";
    }
}
