using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Everything that cannot be read of one graph, of its inputs, outputs, tensors, nodes and quantizers, so that a user learns it at once and
/// not one problem a run. What a failed part would have made is unknown, and so is all that depends on it: such nodes are passed over, and
/// no problem is reported twice. Nodes of one operator with one problem are reported together.
/// </summary>
internal sealed class GraphProblems
{
    /// <summary>The most problems that are looked for.</summary>
    public const int Most = 20;

    /// <summary>The most nodes that may fail; it bounds the time that a large graph takes to be refused.</summary>
    private const int MostNodes = 1000;

    private const int MostNames = 3;

    private readonly List<(NodeProblem? Problem, string Text, List<string> Names)> _found = [];
    private readonly Dictionary<(string Operator, string What), int> _known = [];
    private readonly HashSet<string> _unknown = [];
    private ModelException? _first;
    private int _parts;

    /// <summary>Whether anything was found.</summary>
    public bool Any => _first is not null;

    /// <summary>Whether enough has been found.</summary>
    public bool IsFull => _found.Count >= Most || _parts >= MostNodes;

    /// <summary>Whether a node reads what a failed node would have made.</summary>
    public bool IsBehind(OnnxNode node) => _unknown.Count > 0 && node.Inputs.Any(_unknown.Contains);

    /// <summary>Makes the results of a node unknown.</summary>
    public void PassOver(OnnxNode node) => _unknown.UnionWith(node.Outputs.Where(output => output.Length > 0));

    /// <summary>Makes a tensor unknown that no node makes.</summary>
    public void PassOver(string tensor) => _unknown.Add(tensor);

    /// <summary>Makes a tensor known that was not.</summary>
    public void MakeKnown(string tensor) => _unknown.Remove(tensor);

    /// <summary>Reads a part of the graph, and keeps what is wrong with it.</summary>
    /// <exception cref="ModelException">Enough has been found.</exception>
    public void Try(Action part)
    {
        try
        {
            part();
        }
        catch (ModelException exception)
        {
            Add(exception);
            if (IsFull) ThrowIfAny();
        }
    }

    /// <summary>Keeps what is wrong with a part of the graph.</summary>
    public void Add(ModelException exception)
    {
        if (exception.Problem is { } problem)
        {
            Add(problem, exception);
            return;
        }
        string text = exception.Message.TrimEnd('.');
        if (!_known.TryAdd(("", text), _found.Count)) return;
        _first ??= exception;
        _parts++;
        _found.Add((null, text, []));
    }

    /// <param name="node">The node that failed.</param>
    /// <param name="exception">What failed, in the node or in a tensor that it reads.</param>
    public void Add(OnnxNode node, ModelException exception)
    {
        PassOver(node);
        Add(exception);
    }

    private void Add(NodeProblem problem, ModelException exception)
    {
        _first ??= exception;
        _parts++;
        if (!_known.TryGetValue((problem.Operator, problem.What), out int at))
        {
            _known.Add((problem.Operator, problem.What), at = _found.Count);
            _found.Add((problem, "", []));
        }
        _found[at].Names.Add(problem.Node);
    }

    /// <exception cref="ModelException">Something was found. A single problem of a single part is thrown as it was.</exception>
    public void ThrowIfAny()
    {
        if (_first is null) return;
        if (_parts == 1) throw _first;
        string list = $"; supported are {StepReaders.Supported}";
        bool hasList = _found.Exists(each => each.Problem?.What.EndsWith(list, StringComparison.Ordinal) == true);
        var lines = _found.Select((each, i) => $"({i + 1}) "
            + $"{(each.Problem is { } problem ? Text(problem, each.Names, list) : each.Text)}.");
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
