using System.Numerics;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.BitVectors;

/// <summary>
/// Builds a block of branch-free code on vectors of one bit per lane, operation by operation, and emits it so that intermediate vectors
/// stay in registers:
/// <code>
/// nodes       read variables, load vectors, combine them; equal nodes are one, constants and complements are folded
/// results     variables assigned at the end, and vectors stored; nodes that no result needs are left out
/// </code>
/// A full adder is two operations with ternary logic, else five.
/// </summary>
internal sealed class BitVectorBuilder<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private const int SumTable = 0x96;

    private readonly List<Node> _nodes = [default];
    private readonly List<int> _depths = [0];
    private readonly Dictionary<Node, int> _known = [];
    private readonly List<(LocalBuilder Variable, BitVectorExpression Value)> _assigned = [];

    private enum Operation
    {
        Zero, Variable, Vector, Word, Byte, Row, WideRow, Entry, And, AndNot, Or, Xor, Ternary, Store,
    }

    /// <param name="Number">An index from the pointer, an entry of the list, or a truth table.</param>
    /// <param name="Local">A variable, a pointer or a list.</param>
    /// <param name="Rows">The first byte of the table to which the entries of a list refer.</param>
    private readonly record struct Node(Operation Operation, int A = 0, int B = 0, int C = 0, int Number = 0, bool Complement = false,
        LocalBuilder? Local = null, LocalBuilder? Rows = null);

    public BitVectorExpression Read(LocalBuilder variable) => ExpressionOf(new(Operation.Variable, Local: variable));

    public BitVectorExpression[] Read(LocalBuilder[] variables) => Array.ConvertAll(variables, Read);

    /// <summary>Loads vector <paramref name="index"/> from a pointer.</summary>
    public BitVectorExpression Load(LocalBuilder pointer, int index) => ExpressionOf(new(Operation.Vector, Number: index, Local: pointer));

    /// <summary>Loads word <paramref name="index"/> from a pointer and repeats it in every 64 lanes.</summary>
    public BitVectorExpression LoadWord(LocalBuilder pointer, int index) =>
        ExpressionOf(new(Operation.Word, Number: index, Local: pointer));

    /// <summary>Loads byte <paramref name="index"/> from a pointer and repeats it in every eight lanes.</summary>
    public BitVectorExpression LoadByte(LocalBuilder pointer, int index) =>
        ExpressionOf(new(Operation.Byte, Number: index, Local: pointer));

    /// <summary>Loads the table row whose offset is an entry of a list.</summary>
    public BitVectorExpression LoadRow(LocalBuilder rows, LocalBuilder list, int entry, bool isWide) =>
        ExpressionOf(new(isWide ? Operation.WideRow : Operation.Row, Number: entry, Local: list, Rows: rows));

    /// <summary>Loads the vector of a table whose offset is byte <paramref name="index"/> from a pointer, in units of
    /// <see cref="CompactRowList.Unit"/>.</summary>
    public BitVectorExpression LoadEntry(LocalBuilder table, LocalBuilder bytes, int index) =>
        ExpressionOf(new(Operation.Entry, Number: index, Local: bytes, Rows: table));

    public void Store(LocalBuilder pointer, int index, BitVectorExpression value) =>
        Add(new(Operation.Store, value.Node, Number: index, Complement: value.IsComplement, Local: pointer));

    /// <summary>Assigns a variable at the end of the block.</summary>
    public void Assign(LocalBuilder variable, BitVectorExpression value) => _assigned.Add((variable, value));

    public void Assign(LocalBuilder[] variables, ReadOnlySpan<BitVectorExpression> values)
    {
        for (int i = 0; i < variables.Length; i++) Assign(variables[i], values[i]);
    }

    public BitVectorExpression And(BitVectorExpression a, BitVectorExpression b)
    {
        if (a.Node > b.Node) (a, b) = (b, a);
        if (a.IsConstant) return a.IsComplement ? b : BitVectorExpression.Zero;
        if (a.Node == b.Node) return a == b ? a : BitVectorExpression.Zero;
        return (a.IsComplement, b.IsComplement) switch
        {
            (false, false) => ExpressionOf(new(Operation.And, a.Node, b.Node)),
            (false, true) => ExpressionOf(new(Operation.AndNot, a.Node, b.Node)),
            (true, false) => ExpressionOf(new(Operation.AndNot, b.Node, a.Node)),
            (true, true) => ~ExpressionOf(new(Operation.Or, a.Node, b.Node)),
        };
    }

    public BitVectorExpression Or(BitVectorExpression a, BitVectorExpression b) => ~And(~a, ~b);

    /// <summary>Whether lanes have ternary logic, with which a full adder is two operations instead of five.</summary>
    public static bool HasTernaryLogic => LaneMethods<TLanes, TVector>.Ternary is not null;

    public BitVectorExpression Xor(BitVectorExpression a, BitVectorExpression b)
    {
        if (a.Node > b.Node) (a, b) = (b, a);
        bool flip = a.IsComplement ^ b.IsComplement;
        if (a.IsConstant) return new(b.Node, flip);
        if (a.Node == b.Node) return BitVectorExpression.All(flip);
        var xor = ExpressionOf(new(Operation.Xor, a.Node, b.Node));
        return flip ? ~xor : xor;
    }

    /// <summary>Returns the length of the longest chain of operations on which the expression depends.</summary>
    public int Depth(BitVectorExpression lane) => _depths[lane.Node];

    /// <summary>Returns the sum bit of a full adder.</summary>
    public BitVectorExpression Sum(BitVectorExpression a, BitVectorExpression b, BitVectorExpression c)
    {
        Sort(ref a, ref b, ref c);
        if (b.Node == c.Node) return Xor(a, Xor(b, c));
        if (!HasTernaryLogic || a.IsConstant || a.Node == b.Node) return Xor(Xor(a, b), c);
        return new(ExpressionOf(new(Operation.Ternary, a.Node, b.Node, c.Node, SumTable)).Node,
            a.IsComplement ^ b.IsComplement ^ c.IsComplement);
    }

    /// <summary>Returns the carry bit of a full adder.</summary>
    public BitVectorExpression Carry(BitVectorExpression a, BitVectorExpression b, BitVectorExpression c)
    {
        Sort(ref a, ref b, ref c);
        if (a.IsConstant) return a.IsComplement ? Or(b, c) : And(b, c);
        if (a.Node == b.Node) return a == b ? a : c;
        if (b.Node == c.Node) return b == c ? b : a;
        if (!HasTernaryLogic) return Or(And(a, b), And(Xor(a, b), c));
        return Ternary(a, b, c, (a, b, c) => (a & b) | (a & c) | (b & c));
    }

    /// <summary>Returns a ^ (b &amp; c).</summary>
    public BitVectorExpression XorAnd(BitVectorExpression a, BitVectorExpression b, BitVectorExpression c)
    {
        if (!HasTernaryLogic || a.IsConstant || b.IsConstant || c.IsConstant || a.Node == b.Node || a.Node == c.Node
            || b.Node == c.Node) return Xor(a, And(b, c));
        return Ternary(a, b, c, (a, b, c) => a ^ (b & c));
    }

    /// <summary>Returns <paramref name="a"/> where the condition is set, else <paramref name="b"/>.</summary>
    public BitVectorExpression Select(BitVectorExpression condition, BitVectorExpression a, BitVectorExpression b)
    {
        if (condition.IsConstant) return condition.IsComplement ? a : b;
        if (a.Node == b.Node) return a == b ? a : Xor(~condition, a);
        if (a.IsConstant) return a.IsComplement ? Or(condition, b) : And(~condition, b);
        if (b.IsConstant) return b.IsComplement ? Or(~condition, a) : And(condition, a);
        if (!HasTernaryLogic) return Xor(And(Xor(a, b), condition), b);
        return Ternary(condition, a, b, (condition, a, b) => (condition & a) | (~condition & b));
    }

    /// <summary>Returns whether a number is at least a constant.</summary>
    /// <param name="number">The planes of the number.</param>
    public BitVectorExpression Reaches(ReadOnlySpan<BitVectorExpression> number, int threshold)
    {
        var reached = BitVectorExpression.Ones;
        for (int plane = 0; plane < number.Length; plane++)
            reached = (threshold >> plane & 1) != 0 ? And(number[plane], reached) : Or(number[plane], reached);
        return reached;
    }

    /// <param name="function">The operation on the bits of its operands.</param>
    private BitVectorExpression Ternary(BitVectorExpression a, BitVectorExpression b, BitVectorExpression c,
        Func<int, int, int, int> function)
    {
        // Bit i of the three constants, a's first, is i in binary.
        int table = function(Column(0xF0, a), Column(0xCC, b), Column(0xAA, c)) & 0xFF;
        return ExpressionOf(new(Operation.Ternary, a.Node, b.Node, c.Node, table));

        static int Column(int bits, BitVectorExpression lane) => lane.IsComplement ? ~bits : bits;
    }

    /// <param name="temporaries">Variables of intermediate vectors that blocks share, where a program has many blocks: the compiler
    /// keeps only so many variables in registers. Null: the block has its own.</param>
    public void Emit(ILGenerator il, List<LocalBuilder>? temporaries = null)
    {
        var (lastUse, uses) = Uses();
        var locals = new LocalBuilder?[_nodes.Count];
        List<LocalBuilder> owned = [.. temporaries ?? []];
        var free = new Stack<LocalBuilder>(owned);
        for (int i = 1; i < _nodes.Count; i++)
        {
            var node = _nodes[i];
            if (node.Operation == Operation.Store)
            {
                PushAddress(il, node.Local!, node.Number, Unsafe.SizeOf<TVector>());
                Push(il, new(node.A, node.Complement), locals);
                il.Emit(OpCodes.Stobj, typeof(TVector));
            }
            else if (lastUse[i] == 0) continue;
            else if (node.Operation == Operation.Variable) locals[i] = node.Local;
            else if (IsOperand(i, uses)) continue;
            else Compute(il, node, locals);
            foreach (int operand in (ReadOnlySpan<int>)[node.A, node.B, node.C])
                if (operand != 0 && lastUse[operand] == i && locals[operand] is { } done && _nodes[operand].Operation != Operation.Variable
                    && !free.Contains(done)) free.Push(done);
            if (node.Operation is Operation.Store or Operation.Variable) continue;
            if (free.TryPop(out var local)) locals[i] = local;
            else owned.Add(locals[i] = il.DeclareLocal(typeof(TVector)));
            il.Emit(OpCodes.Stloc, locals[i]!);
        }
        foreach (var (_, value) in _assigned) Push(il, value, locals);
        for (int i = _assigned.Count - 1; i >= 0; i--) il.Emit(OpCodes.Stloc, _assigned[i].Variable);
        if (temporaries is not null) temporaries.AddRange(owned[temporaries.Count..]);
    }

    /// <summary>Whether the node is a table row that only one operation reads. That operation loads it as its memory operand.</summary>
    private bool IsOperand(int node, int[] uses) => _nodes[node].Operation is Operation.Row or Operation.WideRow or Operation.Entry
        && uses[node] == 1 && !_assigned.Exists(assigned => assigned.Value.Node == node);

    /// <summary>Returns, for each node, the last node that uses it and the number of uses by nodes. Last is beyond all nodes where a
    /// variable uses it, and 0 where nothing does.</summary>
    private (int[] Last, int[] Count) Uses()
    {
        int[] last = new int[_nodes.Count], count = new int[_nodes.Count];
        foreach (var (_, value) in _assigned) last[value.Node] = _nodes.Count;
        for (int i = _nodes.Count - 1; i > 0; i--)
        {
            var node = _nodes[i];
            if (last[i] == 0 && node.Operation != Operation.Store) continue;
            foreach (int operand in (ReadOnlySpan<int>)[node.A, node.B, node.C])
            {
                last[operand] = Math.Max(last[operand], i);
                count[operand]++;
            }
        }
        return (last, count);
    }

    private void Compute(ILGenerator il, Node node, LocalBuilder?[] locals)
    {
        switch (node.Operation)
        {
            case Operation.Vector:
                PushAddress(il, node.Local!, node.Number, Unsafe.SizeOf<TVector>());
                il.Emit(OpCodes.Ldobj, typeof(TVector));
                return;
            case Operation.Word:
                PushAddress(il, node.Local!, node.Number, sizeof(ulong));
                il.Emit(OpCodes.Ldind_I8);
                il.Emit(OpCodes.Call, LaneMethods<TLanes, TVector>.Repeat);
                return;
            case Operation.Byte:
                PushAddress(il, node.Local!, node.Number, sizeof(byte));
                il.Emit(OpCodes.Ldind_U1);
                il.Emit(OpCodes.Call, LaneMethods<TLanes, TVector>.RepeatByte);
                return;
            case Operation.Row:
                LoadNamed(sizeof(ushort), OpCodes.Ldind_U2);
                return;
            case Operation.Entry:
                LoadNamed(sizeof(byte), OpCodes.Ldind_U1);
                return;
            case Operation.WideRow:
                il.Emit(OpCodes.Ldloc, node.Rows!);
                PushAddress(il, node.Local!, node.Number, sizeof(int));
                il.Emit(OpCodes.Ldind_U4);
                il.Emit(OpCodes.Conv_U);
                il.Emit(OpCodes.Add);
                il.Emit(OpCodes.Ldobj, typeof(TVector));
                return;
            case Operation.Ternary:
                PushNode(il, node.A, locals);
                PushNode(il, node.B, locals);
                PushNode(il, node.C, locals);
                il.Emit(OpCodes.Ldc_I4, node.Number);
                il.Emit(OpCodes.Call, LaneMethods<TLanes, TVector>.Ternary!);
                return;
            default:
                PushNode(il, node.A, locals);
                PushNode(il, node.B, locals);
                il.Emit(OpCodes.Call, MethodOf(node.Operation));
                return;
        }

        void LoadNamed(int entryBytes, OpCode load)
        {
            il.Emit(OpCodes.Ldloc, node.Rows!);
            PushAddress(il, node.Local!, node.Number, entryBytes);
            il.Emit(load);
            il.Emit(OpCodes.Conv_U);
            il.Emit(OpCodes.Ldc_I4, BitOperations.Log2(CompactRowList.Unit));
            il.Emit(OpCodes.Shl);
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Ldobj, typeof(TVector));
        }
    }

    private void PushNode(ILGenerator il, int node, LocalBuilder?[] locals)
    {
        if (locals[node] is { } local) il.Emit(OpCodes.Ldloc, local);
        else Compute(il, _nodes[node], locals);
    }

    private void Push(ILGenerator il, BitVectorExpression lane, LocalBuilder?[] locals)
    {
        if (lane.IsConstant)
        {
            il.Emit(OpCodes.Call, lane.IsComplement ? LaneMethods<TLanes, TVector>.Ones : LaneMethods<TLanes, TVector>.Zero);
            return;
        }
        PushNode(il, lane.Node, locals);
        if (lane.IsComplement) il.Emit(OpCodes.Call, LaneMethods<TLanes, TVector>.Not);
    }

    private static void PushAddress(ILGenerator il, LocalBuilder pointer, int index, int elementBytes)
    {
        il.Emit(OpCodes.Ldloc, pointer);
        if (index == 0) return;
        il.Emit(OpCodes.Ldc_I4, index * elementBytes);
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Add);
    }

    private static MethodInfo MethodOf(Operation ofTwo) => ofTwo switch
    {
        Operation.And => LaneMethods<TLanes, TVector>.And,
        Operation.AndNot => LaneMethods<TLanes, TVector>.AndNot,
        Operation.Or => LaneMethods<TLanes, TVector>.Or,
        Operation.Xor => LaneMethods<TLanes, TVector>.Xor,
        _ => throw new InvalidOperationException($"{ofTwo} is no operation of two vectors."),
    };

    private static void Sort(ref BitVectorExpression a, ref BitVectorExpression b, ref BitVectorExpression c)
    {
        if (a.Node > b.Node) (a, b) = (b, a);
        if (b.Node > c.Node) (b, c) = (c, b);
        if (a.Node > b.Node) (a, b) = (b, a);
    }

    private BitVectorExpression ExpressionOf(Node node)
    {
        if (_known.TryGetValue(node, out int known)) return new(known, false);
        Add(node);
        _known[node] = _nodes.Count - 1;
        return new(_nodes.Count - 1, false);
    }

    private void Add(Node node)
    {
        _nodes.Add(node);
        _depths.Add(1 + Math.Max(_depths[node.A], Math.Max(_depths[node.B], _depths[node.C])));
    }
}
