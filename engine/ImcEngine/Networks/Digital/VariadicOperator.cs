using System.Numerics.Tensors;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// Sum, mean, maximum or minimum of any number of operands with NumPy broadcasting, from the first to the last, each step one exactly
/// rounded float32 operation; a mean divides the sum once. Prepared for the operands' shapes; immutable and thread-safe. A NaN stays.
/// </summary>
internal sealed class VariadicOperator
{
    private readonly VariadicKind _kind;
    private readonly Broadcast _broadcast;
    private readonly int _operands;

    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public VariadicOperator(VariadicKind kind, params ReadOnlySpan<TensorShape> operands)
    {
        _kind = kind;
        _operands = operands.Length;
        _broadcast = new(operands);
    }

    /// <summary>Combines one operand with the result. Operands come in order; after the last one the result is complete.</summary>
    public void Take(int operand, ReadOnlySpan<float> elements, Span<float> result)
    {
        SpanChecks.Require<float>(result, _broadcast.ResultShape.Count, nameof(result));
        for (int run = 0; run < _broadcast.Runs; run++)
        {
            var part = result.Slice(run * _broadcast.RunLength, _broadcast.RunLength);
            var from = _broadcast.Operand(operand, elements, run);
            if (operand > 0) Combine(part, from);
            else if (from.Length == part.Length) from.CopyTo(part);
            else part.Fill(from[0]);
        }
        if (_kind == VariadicKind.Mean && operand == _operands - 1) TensorPrimitives.Divide(result, _operands, result);
    }

    private void Combine(Span<float> part, ReadOnlySpan<float> operand)
    {
        bool isOne = operand.Length != part.Length;
        switch (_kind)
        {
            case VariadicKind.Max when isOne: TensorPrimitives.Max(part, operand[0], part); break;
            case VariadicKind.Max: TensorPrimitives.Max(part, operand, part); break;
            case VariadicKind.Min when isOne: TensorPrimitives.Min(part, operand[0], part); break;
            case VariadicKind.Min: TensorPrimitives.Min(part, operand, part); break;
            default:
                if (isOne) TensorPrimitives.Add(part, operand[0], part);
                else TensorPrimitives.Add(part, operand, part);
                break;
        }
    }
}
