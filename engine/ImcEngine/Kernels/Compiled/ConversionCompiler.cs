using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Compiled;

/// <summary>
/// Compiles conversion programs. The number of planes, the ADC and the start of counts are constants of the code. Counts, codes and numbers
/// stay in registers.
/// <code>
/// for every item:
///   number = 0
///   for every bit, the most significant first:
///     start, count (CarrySaveCounterEmitter; a pair's shared rows first), convert (ConversionPlan)
///     number = 2 number + code
///   accumulators += number     (residuals are accumulated in the same way)
/// </code>
/// </summary>
internal sealed unsafe partial class ConversionCompiler<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    // With AVX2 and 4-bit weights, converting a pair together takes 4 % less time with 4 planes. With 6 planes it takes 6 % more,
    // since the vectors no longer fit in registers.
    private const int MostCodePlanesTogether = 4;

    /// <summary>The just-in-time compiler does not optimize a method that refers to its variables more than about 8,000 times. With AVX2
    /// programs of digits were fast up to 30,379 bytes, and twenty times slower from 31,526 (.NET 10).</summary>
    private const int MostBytesOfDigits = 30_400;

    private static readonly ConcurrentDictionary<ConversionSpec, KeptProgram> Programs = [];

    private readonly ConversionSpec _spec;
    private readonly ILGenerator _il;
    private readonly LocalBuilder _rows, _conversion, _common, _named, _constants, _accumulators;
    private readonly LocalBuilder[] _counter, _shared, _first;
    private readonly Sum[] _sums;
    private readonly LocalBuilder _flip;

    /// <summary>Variables that all blocks of a program of digits share; with its many lists it would have more than the just-in-time
    /// compiler tracks.</summary>
    private readonly List<LocalBuilder>? _temporaries;

    /// <summary>The pointer to the plan's vectors on the stack.</summary>
    private readonly LocalBuilder? _working;

    private ConversionCompiler(ConversionSpec spec, ILGenerator il)
    {
        (_spec, _il) = (spec, il);
        _temporaries = spec.Digits is null ? null : [];
        (_rows, _conversion, _common, _named) = (Argument(0), Argument(1), Argument(3), Argument(4));
        (_constants, _accumulators) = (Argument(5), Argument(6));
        _counter = Variables(Math.Max(spec.Plan.Planes, PlanesOfDigits(spec)));
        _shared = Variables(spec.PairStart is null && spec.Digits?.ArePaired != true ? 0 : spec.Plan.Planes);
        _first = Variables(IsConvertedTogether ? _shared.Length : 0);
        _sums = [SumOf(spec.Plan.CodePlanes, 0, spec.AccumulatorPlanes)];
        if (spec.Residual is { } residual) _sums = [.. _sums, SumOf(residual.Planes, residual.FirstPlane, residual.AccumulatorPlanes)];
        _flip = il.DeclareLocal(typeof(TVector));
        if (spec.Plan.WorkingVectors > 0) _working = StackVectors(spec.Plan.WorkingVectors);
    }

    /// <summary>The sum of an item's digits, and its place in the accumulators.</summary>
    /// <param name="Number">The variables of its planes; none where an item has one bit.</param>
    /// <param name="FirstPlane">The first plane of its accumulators.</param>
    /// <param name="AccumulatorPlanes">The planes of its accumulators.</param>
    private readonly record struct Sum(LocalBuilder[] Number, int FirstPlane, int AccumulatorPlanes);

    /// <summary>The counts of one conversion.</summary>
    /// <param name="Counter">The variables of the planes.</param>
    /// <param name="Index">The index of the conversion, from the next one on.</param>
    private readonly record struct Counts(LocalBuilder[] Counter, int Index);

    private Sum SumOf(int digits, int firstPlane, int accumulatorPlanes) =>
        new(Variables(_spec.Bits > 1 || _spec.Digits is not null ? ConversionSpec.NumberPlanes(_spec.Bits, digits) : 0), firstPlane,
            accumulatorPlanes);

    /// <summary>Returns the program of a specification. Equal specifications share a program as long as it is in use.</summary>
    /// <exception cref="ImcException">This runtime does not compile code at run time.</exception>
    public static ConversionProgram Compile(ConversionSpec spec) => Compile(spec, RuntimeFeature.IsDynamicCodeSupported);

    /// <param name="canCompile">Whether the runtime compiles code at run time.</param>
    internal static ConversionProgram Compile(ConversionSpec spec, bool canCompile) =>
        TryCompile(spec, canCompile) ?? throw new InvalidOperationException("A program of digits is too long to be optimized.");

    /// <summary>Does the same as <see cref="Compile(ConversionSpec)"/>, but returns null for a program of digits that the just-in-time
    /// compiler would not optimize.</summary>
    public static ConversionProgram? TryCompile(ConversionSpec spec) => TryCompile(spec, RuntimeFeature.IsDynamicCodeSupported);

    private static ConversionProgram? TryCompile(ConversionSpec spec, bool canCompile)
    {
        if (!canCompile)
            throw new ImcException("This .NET runtime does not compile code while it runs (RuntimeFeature.IsDynamicCodeSupported is "
                + "false), as in a program published ahead of time or with DynamicCodeSupport=false. The kernels that count many columns "
                + "or pixels at once, and the one for dies with errors, are compiled for each layer and need it. Run the program on a .NET "
                + "runtime with a just-in-time compiler, without that property.");
        return Programs.GetOrAdd(spec, _ => new(spec.StoresCounts)).GetOrMake(() => TryMake(spec));
    }

    /// <summary>A program as long as it is in use. Layers are prepared at the same time; copies of one program would compete for the
    /// instruction cache.</summary>
    /// <param name="forever">Whether it is kept when it is not in use, as programs are of which there are few.</param>
    private sealed class KeptProgram(bool forever)
    {
        private readonly Lock _lock = new();
        private ConversionProgram? _always;
        private WeakReference<ConversionProgram>? _program;

        public ConversionProgram? GetOrMake(Func<ConversionProgram?> make)
        {
            lock (_lock)
            {
                if (_always is not null) return _always;
                if (_program is not null && _program.TryGetTarget(out var kept)) return kept;
                var made = make();
                _program = made is null ? null : new(made);
                if (forever) _always = made;
                return made;
            }
        }
    }

    private static ConversionProgram? TryMake(ConversionSpec spec)
    {
        Type[] parameters = Array.ConvertAll(typeof(ConversionProgram).GetMethod(nameof(ConversionProgram.Invoke))!.GetParameters(),
            parameter => parameter.ParameterType);
        var method = new DynamicMethod($"Conversions {typeof(TLanes).Name}", typeof(void), parameters, typeof(ConversionProgram).Module,
            skipVisibility: true)
        {
            InitLocals = false,
        };
        var code = method.GetILGenerator();
        Emit(spec, code);
        if (spec.Digits is { } digits && code.ILOffset > MostBytesOfDigits)
            return BitVectorBuilder<TLanes, TVector>.HasTernaryLogic && digits.PlanesTogether > 1
                ? TryMake(spec with { Digits = digits with { MostTogether = 1 } }) : null;
        var program = method.CreateDelegate<ConversionProgram>();
        // A call without items has the program compiled now: layers are prepared on all threads, and the first images then wait for none.
        program(null, null, 0, null, null, null, null, 0);
        return program;
    }

    internal static void Emit(ConversionSpec spec, ILGenerator il) => new ConversionCompiler<TLanes, TVector>(spec, il).EmitProgram();

    private void EmitProgram()
    {
        Label item = _il.DefineLabel(), test = _il.DefineLabel();
        var items = _il.DeclareLocal(typeof(long));
        _il.Emit(OpCodes.Ldarg, (short)2);
        _il.Emit(OpCodes.Stloc, items);
        _il.Emit(OpCodes.Br, test);
        _il.MarkLabel(item);
        EmitItem();
        NextItem();
        CountDown(items, _spec.Bits == 1 && _spec.Digits is null ? ConversionsAtOnce : 1);
        _il.MarkLabel(test);
        _il.Emit(OpCodes.Ldloc, items);
        _il.Emit(OpCodes.Brtrue, item);
        _il.Emit(OpCodes.Ret);
    }

    private void EmitItem()
    {
        if (_spec.StoresCounts)
        {
            EmitConversions((block, counts) => StoreCounts(block, counts.Counter), NextItem);
            return;
        }
        if (_spec.Digits is { } digits)
        {
            EmitDigits(digits);
            return;
        }
        if (_spec.Bits == 1)
        {
            EmitConversions((block, counts) => Accumulate(block,
                Digits(block, counts, _spec.FirstIsNegative ? BitVectorExpression.Ones : BitVectorExpression.Zero)), NextItem);
            return;
        }
        var bit = _il.DefineLabel();
        var bits = _il.DeclareLocal(typeof(long));
        _il.Emit(OpCodes.Ldc_I4, _spec.Bits);
        _il.Emit(OpCodes.Conv_I8);
        _il.Emit(OpCodes.Stloc, bits);
        EmitBlock(block =>
        {
            foreach (var plane in _sums.SelectMany(sum => sum.Number)) block.Assign(plane, BitVectorExpression.Zero);
            if (_spec.FirstIsNegative) block.Assign(_flip, BitVectorExpression.Ones);
        });
        _il.MarkLabel(bit);
        EmitConversions(Append, () => { });
        CountDown(bits, ConversionsAtOnce);
        _il.Emit(OpCodes.Ldloc, bits);
        _il.Emit(OpCodes.Brtrue, bit);
        EmitBlock(block => Accumulate(block, Array.ConvertAll(_sums, sum => block.Read(sum.Number))));
    }

    private int ConversionsAtOnce => _spec.PairStart is null ? 1 : 2;

    /// <summary>Whether a pair's second column is counted before the first is converted, so that the two conversions overlap.</summary>
    private bool IsConvertedTogether => _spec.Plan.CodePlanes <= MostCodePlanesTogether;

    /// <summary>Emits one conversion, or the two of a pair.</summary>
    /// <param name="use">Emits the use of each conversion's counts.</param>
    /// <param name="between">Emits what follows the first of a pair.</param>
    private void EmitConversions(Action<BitVectorBuilder<TLanes, TVector>, Counts> use, Action between)
    {
        if (_spec.PairStart is { } shared) EmitFirstOfPair(shared, use, between);
        else
        {
            EmitStart(_spec.Start, 0, isFirst: true);
            EmitList(0);
        }
        EmitBlock(block => use(block, new(_counter, ConversionsAtOnce - 1)));
        NextConversions(ConversionsAtOnce);
    }

    /// <summary>Emits a pair except for the use of its second conversion, whose counts are left in the counter.</summary>
    private void EmitFirstOfPair(StartParts shared, Action<BitVectorBuilder<TLanes, TVector>, Counts> use, Action between)
    {
        EmitStart(shared, 0, isFirst: true);
        EmitCount(nameof(Conversion.Shared), nameof(Conversion.SharedCount), 0);
        EmitBlock(block => block.Assign(_shared, block.Read(_counter)));
        EmitStart(_spec.Start & ~shared, 0, isFirst: false);
        EmitList(0);
        if (IsConvertedTogether) EmitBlock(block => block.Assign(_first, block.Read(_counter)));
        else Use(_counter);
        EmitBlock(block => block.Assign(_counter, block.Read(_shared)));
        EmitStart(_spec.Start & ~shared, 1, isFirst: false);
        EmitList(1);
        if (IsConvertedTogether) Use(_first);

        void Use(LocalBuilder[] counter)
        {
            EmitBlock(block => use(block, new(counter, 0)));
            between();
        }
    }

    private void EmitList(int index) => EmitCount(nameof(Conversion.List), nameof(Conversion.Count), index);

    private void EmitCount(string list, string count, int index) =>
        CarrySaveCounterEmitter.Emit<TLanes, TVector>(_il, _rows, Field(list, typeof(nint), index), Field(count, typeof(long), index),
            _counter[_spec.RowPlane..], _spec.HasWideLists, _temporaries);

    /// <summary>Emits the start of a count.</summary>
    /// <param name="parts">The parts that are added to the counter.</param>
    /// <param name="index">The index of the conversion, from the next one on.</param>
    /// <param name="isFirst">Whether the counter holds nothing yet.</param>
    private void EmitStart(StartParts parts, int index, bool isFirst)
    {
        if (isFirst || parts != StartParts.None) EmitBlock(block => Start(block, parts, index, isFirst));
    }

    private void Start(BitVectorBuilder<TLanes, TVector> block, StartParts parts, int index, bool isFirst)
    {
        var carry = BitVectorExpression.Zero;
        var vectors = parts.HasFlag(StartParts.Vectors) ? Field(nameof(Conversion.Vectors), typeof(nint), index) : null;
        if (vectors is not null) Move(vectors, () => _il.Emit(OpCodes.Ldarg, (short)4));
        var names = parts.HasFlag(StartParts.Named) ? Field(nameof(Conversion.Vectors), typeof(nint), index) : null;
        var words = parts.HasFlag(StartParts.Words) ? Field(nameof(Conversion.Words), typeof(nint), index) : null;
        for (int plane = 0; plane < _counter.Length; plane++)
        {
            List<BitVectorExpression> numbers = [];
            if (!isFirst) numbers.Add(block.Read(_counter[plane]));
            else if (_spec.Start == StartParts.None) numbers.Add(BitVectorExpression.All((_spec.StartCounts >> plane & 1) != 0));
            if (parts.HasFlag(StartParts.Common)) numbers.Add(block.Load(_common, plane));
            if (vectors is not null) numbers.Add(block.Load(vectors, plane));
            if (names is not null) numbers.Add(block.LoadRow(_named, names, plane, isWide: false));
            if (words is not null) numbers.Add(block.LoadWord(words, plane));
            BitVectorExpression a = numbers.ElementAtOrDefault(0), b = numbers.ElementAtOrDefault(1);
            block.Assign(_counter[plane], block.Sum(a, b, carry));
            carry = block.Carry(a, b, carry);
        }
    }

    /// <summary>Returns the code, and its residual where levels have residuals.</summary>
    private BitVectorExpression[][] Digits(BitVectorBuilder<TLanes, TVector> block, Counts counted, BitVectorExpression flip)
    {
        var code = _spec.Plan.Convert(block, block.Read(counted.Counter),
            new ConstantReader<TLanes, TVector>(block, _constants,
                () => Field(nameof(Conversion.Words), typeof(nint), counted.Index), _working));
        BitVectorExpression[][] digits = _spec.Residual is { } residual ? [code, residual.Tabulate(block, code)] : [code];
        return Array.ConvertAll(digits, number => Array.ConvertAll(number, digit => block.Xor(digit, flip)));
    }

    /// <summary>Sets number = 2 number + digits.</summary>
    private void Append(BitVectorBuilder<TLanes, TVector> block, Counts counts)
    {
        var digits = Digits(block, counts, _spec.FirstIsNegative ? block.Read(_flip) : BitVectorExpression.Zero);
        for (int i = 0; i < _sums.Length; i++) Append(block, _sums[i].Number, digits[i], 1);
        if (_spec.FirstIsNegative) block.Assign(_flip, BitVectorExpression.Zero);
    }

    /// <summary>Sets number = 2^shift number + digits.</summary>
    private static void Append(BitVectorBuilder<TLanes, TVector> block, LocalBuilder[] number, BitVectorExpression[] digits, int shift)
    {
        var carry = BitVectorExpression.Zero;
        for (int plane = 0; plane < number.Length; plane++)
        {
            BitVectorExpression a = plane < shift ? BitVectorExpression.Zero : block.Read(number[plane - shift]), b = plane < digits.Length
                ? digits[plane] : BitVectorExpression.Zero;
            block.Assign(number[plane], block.Sum(a, b, carry));
            carry = block.Carry(a, b, carry);
        }
    }

    private void Accumulate(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[][] numbers)
    {
        for (int i = 0; i < _sums.Length; i++) Accumulate(block, _sums[i], numbers[i]);
    }

    private void Accumulate(BitVectorBuilder<TLanes, TVector> block, Sum sum, BitVectorExpression[] number)
    {
        var carry = BitVectorExpression.Zero;
        for (int plane = 0; plane < sum.AccumulatorPlanes; plane++)
        {
            BitVectorExpression old = block.Load(_accumulators, sum.FirstPlane + plane), digit = plane < number.Length
                ? _spec.IsComplemented ? ~number[plane] : number[plane] : BitVectorExpression.Zero;
            block.Store(_accumulators, sum.FirstPlane + plane, block.Sum(old, digit, carry));
            carry = block.Carry(old, digit, carry);
        }
    }

    private void StoreCounts(BitVectorBuilder<TLanes, TVector> block, LocalBuilder[] counter)
    {
        for (int plane = 0; plane < counter.Length; plane++) block.Store(_accumulators, plane, block.Read(counter[plane]));
    }

    private void EmitBlock(Action<BitVectorBuilder<TLanes, TVector>> write)
    {
        var block = new BitVectorBuilder<TLanes, TVector>();
        write(block);
        block.Emit(_il, _temporaries);
    }

    private void NextConversions(int count) => Move(_conversion, () => _il.Emit(OpCodes.Ldc_I4, count * sizeof(Conversion)));

    private void NextItem() => Move(_accumulators, () => _il.Emit(OpCodes.Ldarg, (short)7));

    private void CountDown(LocalBuilder counter, int by)
    {
        _il.Emit(OpCodes.Ldloc, counter);
        _il.Emit(OpCodes.Ldc_I4, by);
        _il.Emit(OpCodes.Conv_I8);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Stloc, counter);
    }

    /// <param name="pushBytes">Pushes the distance in bytes on the evaluation stack.</param>
    private void Move(LocalBuilder pointer, Action pushBytes)
    {
        _il.Emit(OpCodes.Ldloc, pointer);
        pushBytes();
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, pointer);
    }

    private LocalBuilder StackVectors(int count)
    {
        var pointer = _il.DeclareLocal(typeof(nint));
        _il.Emit(OpCodes.Ldc_I4, (count + 1) * sizeof(TVector));
        _il.Emit(OpCodes.Conv_U);
        _il.Emit(OpCodes.Localloc);
        _il.Emit(OpCodes.Ldc_I4, sizeof(TVector) - 1);
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldc_I4, -sizeof(TVector));
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.And);
        _il.Emit(OpCodes.Stloc, pointer);
        return pointer;
    }

    private LocalBuilder Argument(int index)
    {
        var local = _il.DeclareLocal(typeof(nint));
        _il.Emit(OpCodes.Ldarg, (short)index);
        _il.Emit(OpCodes.Stloc, local);
        return local;
    }

    /// <summary>Loads a field of a conversion.</summary>
    /// <param name="index">The index of the conversion, from the next one on.</param>
    private LocalBuilder Field(string name, Type type, int index)
    {
        var local = _il.DeclareLocal(type);
        _il.Emit(OpCodes.Ldloc, _conversion);
        _il.Emit(OpCodes.Ldc_I4, index * sizeof(Conversion));
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldfld, typeof(Conversion).GetField(name, BindingFlags.Public | BindingFlags.Instance)!);
        if (type == typeof(nint)) _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Stloc, local);
        return local;
    }

    private LocalBuilder[] Variables(int count) => [.. Enumerable.Range(0, count).Select(_ => _il.DeclareLocal(typeof(TVector)))];
}
