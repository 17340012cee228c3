using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// An Einsum of activations as other operators: what one operand alone has and the result has not is summed, then operands are combined two
/// by two, from the left:
/// <code>
/// letters that both have and that are summed     MatMul [shared, of the first, summed] x [shared, summed, of the second]
/// none such                                      Mul [shared, of the first, 1] x [shared, 1, of the second]
/// </code>
/// The batch stands first in all of them; a constant matrix makes a layer. At last a Transpose puts the axes in the result's order.
/// </summary>
internal sealed class EinsumForms
{
    /// <summary>A tensor with a letter for each axis.</summary>
    private sealed record Operand(string Tensor, string Letters, bool IsFlow);

    private readonly GraphReader _graph;
    private readonly OnnxNode _node;
    private readonly EinsumEquation _equation;
    private readonly List<OnnxNode> _nodes = [];

    /// <summary>The letter of axis 0 of what depends on the image.</summary>
    private readonly char _batch;

    private EinsumForms(GraphReader graph, OnnxNode node)
    {
        (_graph, _node) = (graph, node);
        var view = new NodeView(node, graph.Opset);
        view.Require(node.Inputs.TrueForAll(input => input.Length > 0), "an input is absent");
        var flows = Array.ConvertAll(node.Inputs.ToArray(), graph.FlowNamed);
        for (int i = 0; i < flows.Length; i++)
            if (flows[i] is not null) graph.FloatFlow(view, i);
        _equation = EinsumEquation.Read(view, [.. flows.Select((flow, i) => flow?.FileSizes ?? graph.Constant(view, i, "operand")!.Dims)]);
        Operand[] operands = [.. node.Inputs.Select((tensor, i) => new Operand(tensor, _equation.Operands[i], flows[i] is not null))];
        _batch = operands.First(operand => operand.IsFlow).Letters[0];
        foreach (var operand in operands)
            view.Require(operand.IsFlow ? operand.Letters[0] == _batch : !operand.Letters.Contains(_batch),
                "axis 0 of an operand that depends on the image is the batch; all such operands must have one letter there, and constants "
                    + "must not have it");
        view.Require(_equation.Result.StartsWith(_batch), "axis 0 of its result is not the batch; it would mix images");
        Combine(operands);
    }

    /// <summary>Returns the nodes that make the result.</summary>
    /// <exception cref="ModelException">The equation is malformed, or mixes images.</exception>
    public static IReadOnlyList<OnnxNode> Of(GraphReader graph, OnnxNode node) => new EinsumForms(graph, node)._nodes;

    private void Combine(Operand[] operands)
    {
        var all = operands[0];
        for (int i = 0; i < operands.Length; i++)
        {
            string needed = _equation.Result + string.Concat(operands.Skip(i + 1).Select(operand => operand.Letters));
            all = i == 0 ? Summed(all, needed) : Combined(all, Summed(operands[i], needed + all.Letters), needed);
        }
        all = Ordered(all, _equation.Result);
        if (_nodes.Count == 0) Add("Identity", "same", [all.Tensor]);
        _nodes[^1].Outputs = [_node.Outputs[0]];
    }

    private int Size(char letter) => _equation.Sizes[letter];

    /// <summary>Sums over the axes of letters that nothing else needs.</summary>
    private Operand Summed(Operand x, string needed)
    {
        int[] axes = [.. Enumerable.Range(0, x.Letters.Length).Where(axis => !needed.Contains(x.Letters[axis]))];
        if (axes.Length == 0) return x;
        string sum = Add("ReduceSum", "sum", [x.Tensor, Longs("axes", Array.ConvertAll(axes, axis => (long)axis))],
            OnnxBuilder.Attribute("keepdims", 0L));
        return x with { Tensor = sum, Letters = string.Concat(x.Letters.Where(needed.Contains)) };
    }

    private Operand Combined(Operand a, Operand b, string needed)
    {
        // A layer's weights are its second operand.
        if (!a.IsFlow && b.IsFlow) (a, b) = (b, a);
        string shared = string.Concat(a.Letters.Where(letter => letter != _batch && b.Letters.Contains(letter) && needed.Contains(letter)));
        string summed = string.Concat(a.Letters.Where(letter => b.Letters.Contains(letter) && !needed.Contains(letter)));
        string ofA = string.Concat(a.Letters.Where(letter => letter != _batch && !b.Letters.Contains(letter)));
        string ofB = string.Concat(b.Letters.Where(letter => letter != _batch && !a.Letters.Contains(letter)));
        string batchA = a.IsFlow ? $"{_batch}" : "", batchB = b.IsFlow ? $"{_batch}" : "";
        (a, b) = (Ordered(a, batchA + shared + ofA + summed), Ordered(b, batchB + shared + summed + ofB));
        string result = batchA + shared + ofA + ofB;
        bool isFlow = a.IsFlow || b.IsFlow;
        if (summed.Length == 0)
        {
            string left = Shaped(a, isFlow, [batchA, .. Each(shared), .. Each(ofA), .. ofB.Select(_ => "")]);
            string right = Shaped(b, isFlow, [batchB, .. Each(shared), .. ofA.Select(_ => ""), .. Each(ofB)]);
            return new(Add("Mul", "product", [left, right]), result, isFlow);
        }
        // Without shared letters the axes of the first operand stay apart, as a layer's pixels do.
        bool isLayer = shared.Length == 0 && !b.IsFlow;
        string matrixA = Shaped(a, isFlow, [batchA, .. Each(shared), .. isLayer ? Each(ofA) : [ofA], summed]);
        string matrixB = Shaped(b, isFlow, [batchB, .. Each(shared), summed, ofB]);
        string product = Add("MatMul", "product", [matrixA, matrixB]);
        string joined = isLayer && ofB.Length == 1 ? product
            : Shape(product, isFlow, Each(result));
        return new(joined, result, isFlow);
    }

    private static IEnumerable<string> Each(string letters) => letters.Select(letter => letter.ToString());

    /// <summary>Puts the axes in the order of letters.</summary>
    private Operand Ordered(Operand x, string letters) => x.Letters == letters ? x
        : x with
        {
            Tensor = Add("Transpose", "turned", [x.Tensor],
                OnnxBuilder.Attribute("perm", [.. letters.Select(letter => (long)x.Letters.IndexOf(letter))])),
            Letters = letters,
        };

    /// <summary>Joins the axes of each string of letters to one, of size 1 where it has none; leaves out an absent batch in front.
    /// </summary>
    private string Shaped(Operand x, bool ofFlow, IEnumerable<string> axes)
    {
        string[] joined = [.. ofFlow && x.IsFlow ? axes : axes.Skip(1)];
        return joined.SequenceEqual(Each(x.Letters)) ? x.Tensor : Shape(x.Tensor, x.IsFlow, joined);
    }

    private string Shape(string tensor, bool isFlow, IEnumerable<string> axes)
    {
        long[] sizes = [.. axes.Select(letters => letters.Aggregate(1L, (product, letter) => checked(product * Size(letter))))];
        if (isFlow) sizes[0] = 0;
        return Add("Reshape", "shaped", [tensor, Longs("shape", sizes)]);
    }

    private string Add(string @operator, string what, string[] inputs, params OnnxAttribute[] attributes)
    {
        string result = _graph.Fresh($"{_node.Outputs[0]}.{what}");
        _nodes.Add(New(@operator, inputs, result, attributes));
        return result;
    }

    private OnnxNode New(string @operator, string[] inputs, string result, params OnnxAttribute[] attributes) =>
        new() { Operator = @operator, Name = _node.Name, Inputs = [.. inputs], Outputs = [result], Attributes = [.. attributes] };

    private string Longs(string what, long[] numbers)
    {
        string name = _graph.Fresh($"{_node.Outputs[0]}.{what}");
        _graph.AddConstant(name, ConstantValue.OfIntegers(name, [numbers.Length], numbers));
        return name;
    }
}
